import { takeZeros } from "./arena";

/**
 * A hash table of numbers from 1 up, with open addressing. Its size is a power of two. A slot holds a hash and a number; 0 stands for a
 * free slot. The caller keeps what the numbers stand for and compares it:
 *
 * ```ts
 * let slot = firstSlot(table, hash);
 * while (!isFree(slot) && !(hashIn(slot) === hash && isIt(numberIn(slot)))) slot = nextSlot(table, slot);
 * ```
 */
@unmanaged
export class HashTable {
  /** Address of the first slot. */
  at: usize;
  /** The number of slots, less 1. */
  mask: u32;
  /** How many slots are taken. */
  count: u32;
}

/** Bytes of a {@link HashTable}. */
export const HASH_TABLE_BYTES: i32 = 16;

const SLOT_BYTES: usize = 8;
/** Where the number stands in a slot; the hash is at 0. */
const NUMBER: usize = 4;

/** A table never begins with more slots than this; it grows when it fills up. */
const MOST_FIRST_SLOTS: u32 = 1 << 20;

/** Empties a table and makes slots for about so many numbers. */
export function openTable(table: HashTable, about: u32): void {
  let size: u32 = 64;
  while (size >>> 1 < about && size < MOST_FIRST_SLOTS) size *= 2;
  table.at = takeZeros(u64(size) * SLOT_BYTES);
  table.mask = size - 1;
  table.count = 0;
}

/** Removes all numbers; the slots stay. */
export function emptyTable(table: HashTable): void {
  memory.fill(table.at, 0, (usize(table.mask) + 1) * SLOT_BYTES);
  table.count = 0;
}

/** Address of the slot where the search for a hash begins. */
export function firstSlot(table: HashTable, hash: u32): usize {
  return table.at + usize(hash & table.mask) * SLOT_BYTES;
}

/** Address of the slot where the search goes on after `slot`. */
export function nextSlot(table: HashTable, slot: usize): usize {
  const next = slot + SLOT_BYTES;
  return next === table.at + (usize(table.mask) + 1) * SLOT_BYTES ? table.at : next;
}

/** Whether a slot holds no number. */
export function isFree(slot: usize): bool {
  return load<u32>(slot, NUMBER) === 0;
}

/** The hash in a slot. */
export function hashIn(slot: usize): u32 {
  return load<u32>(slot);
}

/** The number in a slot, 0 if it is free. */
export function numberIn(slot: usize): u32 {
  return load<u32>(slot, NUMBER);
}

/** Puts a number into a free slot. The table may grow, after which slots found earlier are no longer valid. */
export function enter(table: HashTable, slot: usize, hash: u32, number: u32): void {
  store<u32>(slot, hash);
  store<u32>(slot, number, NUMBER);
  if (++table.count * 2 > table.mask) grow(table);
}

function grow(table: HashTable): void {
  const from = table.at;
  const end = from + (usize(table.mask) + 1) * SLOT_BYTES;
  table.mask = table.mask * 2 + 1;
  table.at = takeZeros((u64(table.mask) + 1) * SLOT_BYTES);
  for (let old = from; old < end; old += SLOT_BYTES) {
    if (isFree(old)) continue;
    let slot = firstSlot(table, hashIn(old));
    while (!isFree(slot)) slot = nextSlot(table, slot);
    store<u64>(slot, load<u64>(old));
  }
}
