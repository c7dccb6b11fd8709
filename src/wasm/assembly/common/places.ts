import { takeZeros } from "./arena";

/**
 * A table of numbers by hash. Open addressing, a power of two of places: the hash, and a number from 1 up, 0 for a free place.
 *
 * ```ts
 * let place = firstPlace(table, hash);
 * while (!isFree(place) && !(hashIn(place) === hash && isIt(numberIn(place)))) place = nextPlace(table, place);
 * ```
 */
@unmanaged
export class Places {
  at: usize;
  mask: u32;
  count: u32;
}

/** Bytes of a {@link Places}. */
export const PLACES_BYTES: i32 = 16;

const ENTRY_BYTES: usize = 8;
const NUMBER: usize = 4;

/** Most places that a table begins with: more are made when there are numbers for them. */
const MOST_FIRST_PLACES: u32 = 1 << 20;

/** Empties a table and makes places for about so many numbers. */
export function openPlaces(table: Places, about: u32): void {
  let size: u32 = 64;
  while (size >>> 1 < about && size < MOST_FIRST_PLACES) size *= 2;
  table.at = takeZeros(u64(size) * ENTRY_BYTES);
  table.mask = size - 1;
  table.count = 0;
}

/** Takes all numbers out again. */
export function emptyPlaces(table: Places): void {
  memory.fill(table.at, 0, (usize(table.mask) + 1) * ENTRY_BYTES);
  table.count = 0;
}

export function firstPlace(table: Places, hash: u32): usize {
  return table.at + usize(hash & table.mask) * ENTRY_BYTES;
}

export function nextPlace(table: Places, place: usize): usize {
  const next = place + ENTRY_BYTES;
  return next === table.at + (usize(table.mask) + 1) * ENTRY_BYTES ? table.at : next;
}

export function isFree(place: usize): bool {
  return load<u32>(place, NUMBER) === 0;
}

export function hashIn(place: usize): u32 {
  return load<u32>(place);
}

export function numberIn(place: usize): u32 {
  return load<u32>(place, NUMBER);
}

/** Puts a number in a free place. */
export function enter(table: Places, place: usize, hash: u32, number: u32): void {
  store<u32>(place, hash);
  store<u32>(place, number, NUMBER);
  if (++table.count * 2 > table.mask) grow(table);
}

function grow(table: Places): void {
  const from = table.at;
  const end = from + (usize(table.mask) + 1) * ENTRY_BYTES;
  table.mask = table.mask * 2 + 1;
  table.at = takeZeros((u64(table.mask) + 1) * ENTRY_BYTES);
  for (let entry = from; entry < end; entry += ENTRY_BYTES) {
    if (isFree(entry)) continue;
    let place = firstPlace(table, hashIn(entry));
    while (!isFree(place)) place = nextPlace(table, place);
    store<u64>(place, load<u64>(entry));
  }
}
