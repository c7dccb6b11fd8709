import { giveBack, grown, mark, take } from "../common/arena";
import { beforeFirst, zeros } from "../common/bytes";
import { nameAt } from "../common/names";

// Sorts ids by name, as `strcmp` compares. Ids of the same name stay in their order.
//
// Eight bytes of each name are a key. A range of names that agree so far is split into those below the key of one of them, those with
// the same key, which go on eight bytes deeper, and those above (multikey quicksort, Bentley and Sedgewick 1997), so that names that
// agree further than names of people do cost each of their bytes once.

/** Ranges up to this length are sorted by insertion. */
const SHORT: u32 = 12;
/** A range that is not sorted yet: its begin and end, and how far its names agree. */
const RANGE_BYTES: u32 = 12;
const END: usize = 4;
const DEPTH: usize = 8;

let ids: usize = 0;
let offs: usize = 0;
let keys: usize = 0;
let ranges: usize = 0;
let rangeBytes: u32 = 0;
let top: u32 = 0;
/** State of the numbers that pivots are drawn by, so that no file can hold names of which the worst one is always taken. */
let drawn: u32 = 1;

/** `seed` is not 0. */
export function startSort(seed: u32): void {
  drawn = seed;
}

/** Sorts the `count` ids at `idsAt` by the names whose offsets are at `offsAt`, which are sorted along. */
export function sortByName(idsAt: usize, offsAt: usize, count: u32): void {
  if (count < 2) return;
  const before = mark();
  ids = idsAt;
  offs = offsAt;
  keys = take(u64(count) << 3);
  const kept = take(u64(count) << 4);
  rangeBytes = 64 * RANGE_BYTES;
  ranges = take(rangeBytes);
  top = 0;
  pushRange(0, count, 0);
  while (top > 0) {
    top -= RANGE_BYTES;
    const range = ranges + top;
    const first = load<u32>(range);
    const end = load<u32>(range, END);
    const depth = load<u32>(range, DEPTH);
    if (end - first <= SHORT) sortShort(first, end, depth);
    else split(first, end, depth, kept);
  }
  giveBack(before);
}

/** Splits a range by the key of one of its names; `kept` is room for what is not below. */
function split(first: u32, end: u32, depth: u32, kept: usize): void {
  const pivot = keyAt(draw(end - first) + first);
  let below = first;
  let same: u32 = 0;
  let above: u32 = 0;
  // Those with the same key are kept in the front half of the room, those above in the other.
  const keptAbove = kept + (usize(end - first) << 3);
  for (let i = first; i < end; i++) {
    const key = keyAt(i);
    if (key < pivot) {
      put(below, idAt(i), offAt(i), key);
      below++;
    } else if (key === pivot) {
      keep(kept, same, i);
      same++;
    } else {
      keep(keptAbove, above, i);
      above++;
    }
  }
  for (let i: u32 = 0; i < same; i++) {
    const pair = kept + (usize(i) << 3);
    put(below + i, load<u32>(pair), load<u32>(pair, 4), pivot);
  }
  const aboveAt = below + same;
  for (let i: u32 = 0; i < above; i++) {
    const pair = keptAbove + (usize(i) << 3);
    const off = load<u32>(pair, 4);
    put(aboveAt + i, load<u32>(pair), off, keyOf(off + depth));
  }
  if (below - first > 1) pushRange(first, below, depth, false);
  if (above > 1) pushRange(aboveAt, end, depth, false);
  // A key that ends in NUL holds the rest of the name.
  if (same > 1 && goesOn(pivot) && !isOneName(below, aboveAt)) pushRange(below, aboveAt, depth + 8);
}

/** Puts off the sorting of a range, whose keys are written unless they are there. */
function pushRange(first: u32, end: u32, depth: u32, isDeeper: bool = true): void {
  if (isDeeper) for (let i = first; i < end; i++) store<u64>(keys + (usize(i) << 3), keyOf(offAt(i) + depth));
  if (top + RANGE_BYTES > rangeBytes) {
    ranges = grown(ranges, rangeBytes);
    rangeBytes <<= 1;
  }
  const range = ranges + top;
  store<u32>(range, first);
  store<u32>(range, end, END);
  store<u32>(range, depth, DEPTH);
  top += RANGE_BYTES;
}

/** Sorts a short range by insertion. */
function sortShort(first: u32, end: u32, depth: u32): void {
  for (let i = first + 1; i < end; i++) {
    const id = idAt(i);
    const off = offAt(i);
    const key = keyAt(i);
    let at = i;
    for (; at > first && comesAfter(at - 1, key, off, depth); at--)
      put(at, idAt(at - 1), offAt(at - 1), keyAt(at - 1));
    put(at, id, off, key);
  }
}

function comesAfter(i: u32, key: u64, off: u32, depth: u32): bool {
  const other = keyAt(i);
  if (other !== key) return other > key;
  return goesOn(key) && compareNames(offAt(i) + depth + 8, off + depth + 8) > 0;
}

/** `strcmp` of the names at two offsets: below 0, 0, above 0. */
function compareNames(a: u32, b: u32): i32 {
  let keyA = keyOf(a);
  let keyB = keyOf(b);
  while (keyA === keyB && goesOn(keyA)) {
    a += 8;
    b += 8;
    keyA = keyOf(a);
    keyB = keyOf(b);
  }
  return keyA === keyB ? 0 : keyA < keyB ? -1 : 1;
}

/** Eight bytes of the name at an offset as a number that compares as they do, zeros after its end. */
function keyOf(off: u32): u64 {
  const bytes = load<u64>(nameAt(off));
  const ends = zeros(bytes);
  return bswap<u64>(ends === 0 ? bytes : bytes & beforeFirst(ends));
}

/** Whether a name goes on after the eight bytes that this is the key of. */
function goesOn(key: u64): bool {
  return (key & 0xff) !== 0;
}

function isOneName(first: u32, end: u32): bool {
  for (let i = first + 1; i < end; i++) if (offAt(i) !== offAt(first)) return false;
  return true;
}

function idAt(i: u32): u32 {
  return load<u32>(ids + (usize(i) << 2));
}

function offAt(i: u32): u32 {
  return load<u32>(offs + (usize(i) << 2));
}

function keyAt(i: u32): u64 {
  return load<u64>(keys + (usize(i) << 3));
}

function put(i: u32, id: u32, off: u32, key: u64): void {
  store<u32>(ids + (usize(i) << 2), id);
  store<u32>(offs + (usize(i) << 2), off);
  store<u64>(keys + (usize(i) << 3), key);
}

/** Keeps the id and the name at `from` as the pair at `index`. */
function keep(room: usize, index: u32, from: u32): void {
  const pair = room + (usize(index) << 3);
  store<u32>(pair, idAt(from));
  store<u32>(pair, offAt(from), 4);
}

/** A number below `bound` (xorshift, Marsaglia 2003). */
function draw(bound: u32): u32 {
  drawn ^= drawn << 13;
  drawn ^= drawn >>> 17;
  drawn ^= drawn << 5;
  return drawn % bound;
}
