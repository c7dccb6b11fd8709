import { giveBack, grown, mark, take } from "../common/arena";
import { beforeFirst, zeros } from "../common/bytes";
import { nameAt } from "../common/names";

// Sorts ids by name, as `strcmp` compares. Ids of the same name stay in their order.  This is multikey quicksort
// (Bentley and Sedgewick 1997), with eight bytes of each name as a key. A range of names that agree so far is split by
// the key of one of them: names with a lower key, names with the same key, which are compared eight bytes further on,
// and names with a higher key. So even long common prefixes are read only once.

/** Ranges up to this length are sorted by insertion. */
const SHORT: u32 = 12;
/** A range that is not sorted yet: its first index, its end, and for how many bytes its names agree. */
const RANGE_BYTES: u32 = 12;
const END: usize = 4;
const DEPTH: usize = 8;

/** The ids, the offsets of their names, and the current keys. */
let ids: usize = 0;
let offs: usize = 0;
let keys: usize = 0;
/** A stack of ranges. */
let ranges: usize = 0;
let rangeBytes: u32 = 0;
let top: u32 = 0;
/**
 * State of the random numbers that choose pivots, so that no file can contain names for which the choice is always bad.
 */
let drawn: u32 = 1;

/** Seeds the random numbers; `seed` must not be 0. */
export function startSort(seed: u32): void {
  drawn = seed;
}

/** Sorts the `count` ids at `idsAt` by their names, whose offsets at `offsAt` are sorted along. */
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

/** Splits a range by the key of one of its names. `kept` is room for the names that are not below. */
function split(first: u32, end: u32, depth: u32, kept: usize): void {
  const pivot = keyAt(draw(end - first) + first);
  let below = first;
  let same: u32 = 0;
  let above: u32 = 0;
  // Names with the same key go into the front half of the room, those above into the other.
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
  // If the key ends in NUL, there is no more of the names.
  if (same > 1 && goesOn(pivot) && !isOneName(below, aboveAt)) pushRange(below, aboveAt, depth + 8);
}

/** Pushes a range, to be sorted later. With `isDeeper` its keys are made anew. */
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

/**
 * The first eight bytes of the name at an offset, as a number that compares as they do; zeros after the end of the
 * name.
 */
function keyOf(off: u32): u64 {
  const bytes = load<u64>(nameAt(off));
  const ends = zeros(bytes);
  return bswap<u64>(ends === 0 ? bytes : bytes & beforeFirst(ends));
}

/** Whether a name goes on after the eight bytes with this key. */
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

/** Stores the id and name offset at the index `from` as the pair `index` in `room`. */
function keep(room: usize, index: u32, from: u32): void {
  const pair = room + (usize(index) << 3);
  store<u32>(pair, idAt(from));
  store<u32>(pair, offAt(from), 4);
}

/** A random number below `bound` (xorshift, Marsaglia 2003). */
function draw(bound: u32): u32 {
  drawn ^= drawn << 13;
  drawn ^= drawn >>> 17;
  drawn ^= drawn << 5;
  return drawn % bound;
}
