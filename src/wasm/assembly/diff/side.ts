import { INFO, NAME_OFF } from "../../../btf/record-words";
import { take, takeZeros } from "../common/arena";
import { elementId, elementWords, fixedWords, headId, kindOfInfo, NONE } from "../common/kinds";
import { field, place, vlenOf } from "../common/types";
import { numberOf } from "./name-numbers";

/** One of the two BTFs that are compared, with its bases (`engine/diff/side`). */
@unmanaged
export class Side {
  /** Addresses of the words of all records, and of the word position of each, by id. */
  words: usize;
  starts: usize;
  /** Ids below `typeCount` are valid; those from `firstOwnId` on belong to the topmost split BTF. */
  typeCount: u32;
  firstOwnId: u32;
  /** Address of the string with name offset 0. */
  strings: usize;
  /** By name offset: 1 + the number of the name, 0 if not known yet. */
  names: usize;
  /** By id: the reference number. */
  refs: usize;
}

const SIDE_BYTES: i32 = 32;
/** The old side. */
export const OLD: Side = changetype<Side>(memory.data(SIDE_BYTES, 8));
/** The new side. */
export const NEW: Side = changetype<Side>(memory.data(SIDE_BYTES, 8));

/** Takes the types that the host has laid, and `end` bytes of strings. */
export function openSide(
  side: Side,
  words: usize,
  starts: usize,
  typeCount: u32,
  firstOwnId: u32,
  strings: usize,
  end: u32,
): void {
  side.words = words;
  side.starts = starts;
  side.typeCount = typeCount;
  side.firstOwnId = firstOwnId;
  side.strings = strings;
  side.names = takeZeros(u64(end) << 2);
  side.refs = take(u64(typeCount) << 2);
}

/** Address of the record of a type. */
export function recordOf(side: Side, id: u32): usize {
  return side.words + (usize(load<u32>(side.starts + (usize(id) << 2))) << 2);
}

/** BTF_KIND_* of a type, 0 for void. */
export function kindOf(side: Side, id: u32): u32 {
  return kindOfInfo(field(recordOf(side, id), INFO));
}

/** Reference number of a type. */
export function refOf(side: Side, id: u32): u32 {
  return load<u32>(side.refs + (usize(id) << 2));
}

/** Gives a type its reference number. */
export function setRef(side: Side, id: u32, ref: u32): void {
  store<u32>(side.refs + (usize(id) << 2), ref);
}

/** Number of the name at an offset. */
export function nameNumber(side: Side, off: u32): u32 {
  if (off === 0) return 0;
  const known = side.names + (usize(off) << 2);
  if (load<u32>(known) === 0) store<u32>(known, numberOf(side.strings + off) + 1);
  return load<u32>(known) - 1;
}

/** Number of a type's own name. */
export function ownName(side: Side, id: u32): u32 {
  return nameNumber(side, field(recordOf(side, id), NAME_OFF));
}

/** Calls `visit` with each type id in a record, except the index type of an array, which is always the same. */
export function forEachChild(record: usize, visit: (child: u32) => void): void {
  const info = field(record, INFO);
  const kind = kindOfInfo(info);
  const head = headId(kind);
  if (head !== NONE) visit(field(record, head));
  const first = elementId(kind);
  if (first === NONE) return;
  const step = usize(elementWords(kind)) << 2;
  let at = place(record, fixedWords(kind) + first);
  for (let i = vlenOf(info); i > 0; i--, at += step) visit(load<u32>(at));
}
