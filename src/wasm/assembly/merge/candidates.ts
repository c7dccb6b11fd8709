import { take, takeZeros } from "../common/arena";
import { typeCount } from "../common/types";
import { spend } from "./effort";

/**
 * Canonical types by the hash of their records. Of several the order in which they are tried decides which one a type
 * becomes, so it is that of libbpf's `hashmap`: the newest first, and all that share a place turned round each time the
 * table grows, which it does when three quarters are full. Which place a hash has does not matter: equal ones share it.
 *
 * ```ts
 * for (let entry = firstCandidate(hash); entry !== 0; entry = nextCandidate(entry, hash)) use(candidateOf(entry));
 * ```
 */
let bits: u32 = 0;
let heads: usize = 0;
/** Entries, from 1 up: the next entry of the place or 0, the hash, and the id. */
let entries: usize = 0;
let count: u32 = 0;

/** Places to begin with (`HASHMAP_MIN_CAP_BITS`). */
const FIRST_BITS: u32 = 2;
const ENTRY_BYTES: usize = 12;
const HASH: usize = 4;
const ID: usize = 8;

/** An empty table for all types. */
export function openCandidates(): void {
  bits = FIRST_BITS;
  count = 0;
  heads = takeZeros(4 << FIRST_BITS);
  entries = take((u64(typeCount) + 1) * ENTRY_BYTES);
}

/** Adds a type; others of the same hash stay. */
export function addCandidate(hash: u32, id: u32): void {
  if (((count + 1) * 4) / 3 > u32(1) << bits) grow();
  const entry = ++count;
  const at = entryAt(entry);
  store<u32>(at, hash, HASH);
  store<u32>(at, id, ID);
  push(heads, bits, entry);
}

/** The first entry whose hash is `hash`, 0 if there is none. */
export function firstCandidate(hash: u32): u32 {
  return matching(load<u32>(placeOf(heads, hash, bits)), hash);
}

/** The entry of the same hash after `entry`, 0 if there is none. */
export function nextCandidate(entry: u32, hash: u32): u32 {
  return matching(load<u32>(entryAt(entry)), hash);
}

/** The type of an entry. */
export function candidateOf(entry: u32): u32 {
  return load<u32>(entryAt(entry), ID);
}

function matching(from: u32, hash: u32): u32 {
  let entry = from;
  let steps: u32 = 1;
  for (; entry !== 0 && load<u32>(entryAt(entry), HASH) !== hash; steps++) entry = load<u32>(entryAt(entry));
  spend(steps);
  return entry;
}

function grow(): void {
  const more = bits + 1;
  const larger = takeZeros(u64(4) << more);
  for (let place: u32 = 0; place < u32(1) << bits; place++) {
    let entry = load<u32>(heads + (usize(place) << 2));
    while (entry !== 0) {
      const next = load<u32>(entryAt(entry));
      push(larger, more, entry);
      entry = next;
    }
  }
  heads = larger;
  bits = more;
}

function push(into: usize, intoBits: u32, entry: u32): void {
  const at = entryAt(entry);
  const place = placeOf(into, load<u32>(at, HASH), intoBits);
  store<u32>(at, load<u32>(place));
  store<u32>(place, entry);
}

function entryAt(entry: u32): usize {
  return entries + usize(entry) * ENTRY_BYTES;
}

function placeOf(table: usize, hash: u32, tableBits: u32): usize {
  return table + (usize((hash * 0x9e3779b1) >>> (32 - tableBits)) << 2);
}
