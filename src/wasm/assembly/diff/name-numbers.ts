import { grown, take } from "../common/arena";
import { enter, HASH_TABLE_BYTES, HashTable, isFree, numberIn, openTable } from "../common/hash-table";
import { nameHash, slotOfName } from "../common/name-table";

// Gives names numbers. Equal names have equal numbers in both BTFs. 0 is the empty name.

const table: HashTable = changetype<HashTable>(memory.data(HASH_TABLE_BYTES, 8));
/** By number: address of the name where it was first seen. */
let names: usize = 0;
let room: u32 = 0;
/** How many numbers were given out, 0 included. */
export let nameCount: u32 = 1;

/** Begins without names, with room for about so many. */
export function openNames(about: u32): void {
  room = about + 64;
  names = take(u64(room) << 2);
  nameCount = 1;
  openTable(table, room);
}

/** Number of the name at an address. */
export function numberOf(name: usize): u32 {
  if (load<u8>(name) === 0) return 0;
  const slot = slotOfName(table, name, nameOf);
  if (!isFree(slot)) return numberIn(slot);
  if (nameCount === room) {
    names = grown(names, usize(room) << 2);
    room *= 2;
  }
  const number = nameCount++;
  store<u32>(names + (usize(number) << 2), name);
  enter(table, slot, nameHash, number);
  return number;
}

/** Address of the name with a number above 0. */
export function nameOf(number: u32): usize {
  return load<u32>(names + (usize(number) << 2));
}
