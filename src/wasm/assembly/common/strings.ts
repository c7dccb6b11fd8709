import { MOST_TEXT_BYTES } from "../../limits";
import { grown, take, takeZeros } from "./arena";
import { zeros } from "./bytes";
import { refuseEndlessText } from "./host";

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
/** Open addressing, a power of two of entries: the hash, and 1 + offset of the string, 0 for a free place. */
let places: usize = 0;
let placesMask: u32 = 0;
let count: u32 = 0;

/** There are no more places before there are names for them: strings may all be the same. */
const MOST_FIRST_PLACES: u32 = 1 << 20;

const ENTRY_BYTES: usize = 8;
const OFFSET: usize = 4;

/**
 * Where hashes begin and what they are multiplied by. The host draws both for each run, so that no file can hold names that share their
 * hash; the factor is odd.
 */
let hashStart: u32 = 0;
let hashFactor: u32 = 0;

/** Takes the strings of a base. Room for about so many bytes of others is made at once. */
export function openStrings(at: usize, end: u32, moreBytes: u32, start: u32, factor: u32): void {
  hashStart = start;
  hashFactor = factor;
  base = at;
  baseEnd = end;
  addedLength = 0;
  addedRoom = moreBytes < 64 ? 64 : moreBytes;
  added = take(u64(addedRoom) + 8);
  let strings: u32 = 0;
  for (let word = at; word < at + end; word += 8) strings += u32(popcnt(zeros(load<u64>(word))));
  let size: u32 = 64;
  while (size < strings * 2 && size < MOST_FIRST_PLACES) size *= 2;
  placesMask = size - 1;
  places = takeZeros(u64(size) * ENTRY_BYTES);
  count = 0;
  for (let off: u32 = 0; off < end; ) {
    const hash = hashOf(at + off);
    const place = placeOf(at + off, hash);
    if (load<u32>(place, OFFSET) === 0) enter(place, hash, off);
    off = u32(nameEnd - at) + 1;
  }
}

/** The offset of the name at `at`, up to its NUL; added if there was none. */
export function addName(at: usize): u32 {
  const hash = hashOf(at);
  const place = placeOf(at, hash);
  const entry = load<u32>(place, OFFSET);
  if (entry !== 0) return entry - 1;
  const off = append(at, u32(nameEnd - at) + 1);
  enter(place, hash, off);
  return off;
}

/** Where added strings lie, and how many bytes they are. */
export function addedStrings(): usize {
  return added;
}
export function addedBytes(): u32 {
  return addedLength;
}

/** Behind the name that was hashed last: its NUL. */
let nameEnd: usize = 0;

/** The hash of the name at `at`, byte by byte as `hashName` of `btf/strings`: of wider steps a file could make names that cancel out. */
function hashOf(at: usize): u32 {
  let hash = hashStart;
  let from = at;
  for (let byte: u32 = load<u8>(from); byte !== 0; byte = load<u8>(++from)) hash = (hash ^ byte) * hashFactor;
  nameEnd = from;
  return hash ^ (hash >>> 15);
}

/** The place of the name at `at`, or the free one that it may have. */
function placeOf(at: usize, hash: u32): usize {
  let index = hash & placesMask;
  while (!isPlaceOf(places + usize(index) * ENTRY_BYTES, at, hash)) index = (index + 1) & placesMask;
  return places + usize(index) * ENTRY_BYTES;
}

function isPlaceOf(place: usize, at: usize, hash: u32): bool {
  const entry = load<u32>(place, OFFSET);
  return entry === 0 || (load<u32>(place) === hash && sameName(at, addressOf(entry - 1)));
}

function addressOf(off: u32): usize {
  return off < baseEnd ? base + off : added + (off - baseEnd);
}

function enter(place: usize, hash: u32, off: u32): void {
  store<u32>(place, hash);
  store<u32>(place, off + 1, OFFSET);
  if (++count * 2 > placesMask) growPlaces();
}

function growPlaces(): void {
  const from = places;
  const end = from + (usize(placesMask) + 1) * ENTRY_BYTES;
  placesMask = placesMask * 2 + 1;
  places = takeZeros((u64(placesMask) + 1) * ENTRY_BYTES);
  for (let entry = from; entry < end; entry += ENTRY_BYTES) {
    if (load<u32>(entry, OFFSET) === 0) continue;
    let index = load<u32>(entry) & placesMask;
    while (load<u32>(places + usize(index) * ENTRY_BYTES, OFFSET) !== 0) index = (index + 1) & placesMask;
    store<u64>(places + usize(index) * ENTRY_BYTES, load<u64>(entry));
  }
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

/** Whether two names are the same bytes. */
function sameName(a: usize, b: usize): bool {
  let one = a;
  let other = b;
  while (zeros(load<u64>(one)) === 0) {
    if (load<u64>(one) !== load<u64>(other)) return false;
    one += 8;
    other += 8;
  }
  const bytes = load<u64>(one);
  const end = zeros(bytes);
  // The bits of all bytes up to and with the first NUL.
  return ((bytes ^ load<u64>(other)) & (end ^ (end - 1))) === 0;
}
