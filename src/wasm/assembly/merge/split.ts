import { takeZeros } from "../common/arena";
import { forEachNameOff, forEachTypeId } from "../common/fields";
import { addName } from "../common/strings";
import { recordOf } from "../common/types";

/**
 * The split BTF that is being added: its strings, the name offset of the first of them, and its first id in its own
 * BTF.
 */
let strings: usize = 0;
let firstOff: u32 = 0;
let firstId: u32 = 0;
/** Added to the ids of its own types. */
let shift: u32 = 0;
/** By position of a string: 1 + its new offset, 0 if it was not met yet. */
let offsets: usize = 0;

/**
 * Adds the types from id `first` up to `end` to the graph (`btf__add_btf`). The host has laid them as they stand in a
 * split BTF whose ids begin at `ownFirst` and whose name offsets begin at `ownFirstOff`. Its `length` bytes of strings
 * lie at `stringsAt`.
 */
export function addSplit(
  first: u32,
  end: u32,
  ownFirst: u32,
  stringsAt: usize,
  length: u32,
  ownFirstOff: u32,
): void {
  strings = stringsAt;
  firstOff = ownFirstOff;
  firstId = ownFirst;
  shift = first - ownFirst;
  offsets = takeZeros(u64(length) << 2);
  for (let id = first; id < end; id++) {
    forEachNameOff(recordOf(id), rename);
    forEachTypeId(recordOf(id), renumber);
  }
}

function rename(at: usize): void {
  const nameOff = load<u32>(at);
  if (nameOff < firstOff) return;
  const own = nameOff - firstOff;
  const known = offsets + (usize(own) << 2);
  if (load<u32>(known) === 0) store<u32>(known, addName(strings + own) + 1);
  store<u32>(at, load<u32>(known) - 1);
}

function renumber(at: usize): void {
  const id = load<u32>(at);
  if (id >= firstId) store<u32>(at, id + shift);
}
