import { INFO, NAME_OFF } from "../../../btf/record-words";
import { take, takeZeros } from "../common/arena";
import { elementId, elementWords, fixedWords, headId, kindOfInfo, NONE } from "../common/kinds";
import { field, place, vlenOf } from "../common/types";
import { numberOf } from "./name-numbers";

/** One of the BTFs that are compared, with its bases: `engine/diff/side`. */
@unmanaged
export class Side {
  /** The words of all records, and the word position of each. */
  words: usize;
  starts: usize;
  /** Ids below this are valid, and from the other one on they are those of the topmost split. */
  typeCount: u32;
  firstOwnId: u32;
  strings: usize;
  /** By name offset: 1 + number of the name, 0 if it was not asked for yet. */
  names: usize;
  /** By id: the reference number. */
  refs: usize;
}

const SIDE_BYTES: i32 = 32;
export const OLD: Side = changetype<Side>(memory.data(SIDE_BYTES, 8));
export const NEW: Side = changetype<Side>(memory.data(SIDE_BYTES, 8));

/** Takes what the host has laid, `end` bytes of strings among it. */
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

/** The record of a type. */
export function recordOf(side: Side, id: u32): usize {
  return side.words + (usize(load<u32>(side.starts + (usize(id) << 2))) << 2);
}

/** BTF_KIND_* of a type, 0 for void. */
export function kindOf(side: Side, id: u32): u32 {
  return kindOfInfo(field(recordOf(side, id), INFO));
}

/** The reference number of a type. */
export function refOf(side: Side, id: u32): u32 {
  return load<u32>(side.refs + (usize(id) << 2));
}

export function setRef(side: Side, id: u32, ref: u32): void {
  store<u32>(side.refs + (usize(id) << 2), ref);
}

/** The number of the name at an offset. */
export function nameNumber(side: Side, off: u32): u32 {
  if (off === 0) return 0;
  const known = side.names + (usize(off) << 2);
  if (load<u32>(known) === 0) store<u32>(known, numberOf(side.strings + off) + 1);
  return load<u32>(known) - 1;
}

/** The number of a type's own name. */
export function ownName(side: Side, id: u32): u32 {
  return nameNumber(side, field(recordOf(side, id), NAME_OFF));
}

/** Calls `visit` with each type that a record refers to. The type of an array's index is none of them: it is always the same. */
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
