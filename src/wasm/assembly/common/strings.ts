import { MOST_TEXT_BYTES } from "../../constants/type-limits";
import { grown, take } from "./arena";
import { zeros } from "./bytes";
import { enter, HASH_TABLE_BYTES, HashTable, isFree, numberIn, openTable } from "./hash-table";
import { nameEnd } from "./hashing";
import { refuseEndlessText } from "./host";
import { nameHash, slotOfName } from "./name-table";

/**
 * The strings of a base, and those of what is added to it: each whole string once, in the order in which they come, without sharing of
 * tails (`strset.c`). A string that the base has as a whole keeps the base's first offset of it; parts of strings are not found.
 */

/** The base's strings, and how many bytes they are: offsets from there on are those of added strings. */
let base: usize = 0;
let baseEnd: u32 = 0;
/** Added strings, their length and the room for them in bytes. */
let added: usize = 0;
let addedLength: u32 = 0;
let addedRoom: u32 = 0;
/** 1 + offset of each string, by its hash. */
const table: HashTable = changetype<HashTable>(memory.data(HASH_TABLE_BYTES, 8));

/** Takes the strings of a base. Room for about so many bytes of others is made at once. */
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

/** The offset of the name at `at`, up to its NUL; added if there was none. */
export function addName(at: usize): u32 {
  const slot = slotOfName(table, at, addressOf);
  if (!isFree(slot)) return numberIn(slot) - 1;
  const off = append(at, u32(nameEnd - at) + 1);
  enter(table, slot, nameHash, off + 1);
  return off;
}

/** Where added strings lie, and how many bytes they are. */
export function addedStrings(): usize {
  return added;
}
export function addedBytes(): u32 {
  return addedLength;
}

/** Where the string of a number is. */
function addressOf(number: u32): usize {
  const off = number - 1;
  return off < baseEnd ? base + off : added + (off - baseEnd);
}

/** Appends a name with its NUL and gives its offset. Names may lie in each other, so that all may be far more than they were. */
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
