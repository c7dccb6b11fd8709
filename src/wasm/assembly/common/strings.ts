import { MOST_TEXT_BYTES } from "../../constants/type-limits";
import { grown, take } from "./arena";
import { zeros } from "./bytes";
import { enter, HASH_TABLE_BYTES, HashTable, isFree, numberIn, openTable } from "./hash-table";
import { nameEnd } from "./hashing";
import { refuseEndlessText } from "./host";
import { nameHash, slotOfName } from "./name-table";

// A set of strings: those of a base, and strings that are added to them, each once, in the order of their arrival
// (`strset.c` of libbpf). A string that the base contains gets the offset of its first occurrence there. Only whole
// strings are found, not their tails.

/** The base's strings and their length in bytes, which is also the offset of the first added string. */
let base: usize = 0;
let baseEnd: u32 = 0;
/** The added strings, their length and the room for them, in bytes. */
let added: usize = 0;
let addedLength: u32 = 0;
let addedRoom: u32 = 0;
/** 1 + the offset of each string. */
const table: HashTable = changetype<HashTable>(memory.data(HASH_TABLE_BYTES, 8));

/** Begins with the `end` bytes of a base's strings at `at`, and makes room for about `moreBytes` of added ones. */
export function openStrings(at: usize, end: u32, moreBytes: u32): void {
  base = at;
  baseEnd = end;
  addedLength = 0;
  addedRoom = moreBytes < 64 ? 64 : moreBytes;
  added = take(u64(addedRoom) + 8);
  let strings: u32 = 0;
  for (let word = at; word < at + end; word += 8) strings += u32(popcnt(zeros(load<u64>(word))));
  openTable(table, strings);
  for (let off: u32 = 0; off < end; ) {
    const slot = slotOfName(table, at + off, addressOf);
    if (isFree(slot)) enter(table, slot, nameHash, off + 1);
    off = u32(nameEnd - at) + 1;
  }
}

/** Offset of the name at address `at`. Adds the name if it is new. */
export function addName(at: usize): u32 {
  const slot = slotOfName(table, at, addressOf);
  if (!isFree(slot)) return numberIn(slot) - 1;
  const off = append(at, u32(nameEnd - at) + 1);
  enter(table, slot, nameHash, off + 1);
  return off;
}

/** Address of the added strings. */
export function addedStrings(): usize {
  return added;
}

/** Bytes of the added strings. */
export function addedBytes(): u32 {
  return addedLength;
}

/** Address of the string that a number in the table stands for. */
function addressOf(number: u32): usize {
  const off = number - 1;
  return off < baseEnd ? base + off : added + (off - baseEnd);
}

/**
 * Appends a name of `length` bytes, with its NUL. Names may overlap in their section, so together they can be far
 * longer than it.
 */
function append(at: usize, length: u32): u32 {
  if (length > u32(MOST_TEXT_BYTES) - addedLength) refuseEndlessText();
  while (addedLength + length > addedRoom) {
    added = grown(added, addedRoom + 8);
    addedRoom = addedRoom * 2 + 8;
  }
  memory.copy(added + addedLength, at, length);
  const off = baseEnd + addedLength;
  addedLength += length;
  return off;
}
