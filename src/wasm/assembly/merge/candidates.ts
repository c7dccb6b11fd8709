import { take, takeZeros } from "../common/arena";
import { typeCount } from "../common/types";
import { spend } from "./effort";

/**
 * Canonical types by the hash of their records. If there are several, the order in which they are tried decides which of them a type
 * becomes. So it is the order of libbpf's `hashmap`: the newest comes first, and each time the table grows, which it does when it is three
 * quarters full, the order within a bucket is reversed. Which bucket a hash falls into does not matter: equal hashes share one.
 *
 * ```ts
 * for (let entry = firstCandidate(hash); entry !== 0; entry = nextCandidate(entry, hash)) use(candidateOf(entry));
 * ```
 */
let bits: u32 = 0;
let heads: usize = 0;
/** Entries, numbered from 1: the next entry in the bucket or 0, the hash, and the type id. */
let entries: usize = 0;
let count: u32 = 0;

/** The table begins with 2^FIRST_BITS buckets (`HASHMAP_MIN_CAP_BITS`). */
const FIRST_BITS: u32 = 2;
const ENTRY_BYTES: usize = 12;
const HASH: usize = 4;
const ID: usize = 8;

/** Begins with an empty table that has room for all types. */
export function openCandidates(): void {
  bits = FIRST_BITS;
  count = 0;
  heads = takeZeros(4 << FIRST_BITS);
  entries = take((u64(typeCount) + 1) * ENTRY_BYTES);
}

/** Adds a type. Others with the same hash stay. */
export function addCandidate(hash: u32, id: u32): void {
  if (((count + 1) * 4) / 3 > u32(1) << bits) grow();
  const entry = ++count;
  const at = entryAt(entry);
  store<u32>(at, hash, HASH);
  store<u32>(at, id, ID);
  push(heads, bits, entry);
}

/** First entry with that hash, 0 if there is none. */
export function firstCandidate(hash: u32): u32 {
  return matching(load<u32>(placeOf(heads, hash, bits)), hash);
}

/** Next entry with the same hash after `entry`, 0 if there is none. */
export function nextCandidate(entry: u32, hash: u32): u32 {
  return matching(load<u32>(entryAt(entry)), hash);
}

/** Type id in an entry. */
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
