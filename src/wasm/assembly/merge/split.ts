import { takeZeros } from "../common/arena";
import { forEachNameOff, forEachTypeId } from "../common/fields";
import { addName } from "../common/strings";
import { recordOf } from "../common/types";

/** A split BTF that is added: its strings, the name offset of the first, its first id before it was added. */
let strings: usize = 0;
let firstOff: u32 = 0;
let firstId: u32 = 0;
/** What is to be added to its own ids. */
let shift: u32 = 0;
/** By position of a string: 1 + its offset among all strings, 0 if it was not met yet. */
let offsets: usize = 0;

/**
 * Makes the types from `first` up to `end` part of the graph (`btf__add_btf`): the host has laid them there as they stand in a BTF
 * whose own ids begin at `ownFirst` and own names at `ownFirstOff`, with its `length` bytes of strings at `stringsAt`.
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
