import { HOST_LITTLE_ENDIAN } from "../../btf/words.ts";

/**
 * Sorts `ids[start..end)` by name, as `strcmp` compares; `offs[i]` is the name of `ids[start + i]` and is sorted along.
 * Calls `alike` with each range of two or more whose names are the same bytes.
 *
 * Four bytes of each name and its index make one 64-bit number, which the engine sorts without calling back; ranges that
 * agree in these go on with the next four, short ones by insertion. A comparator over all takes five times as long. Names
 * that agree further than names of people do are sorted by {@link sortDeep}, which costs each of their bytes once.
 */
export function sortIdsByName(
  ids: Uint32Array,
  offs: Uint32Array,
  start: number,
  strings: Uint8Array,
  alike: (start: number, end: number) => void,
): void {
  const count = offs.length;
  if (count <= SHORT) {
    sortShort(ids, offs, start, 0, count, strings, 0, alike);
    return;
  }
  const keys = new BigUint64Array(count);
  const halves = new Uint32Array(keys.buffer);
  const idsBefore = new Uint32Array(count);
  const offsBefore = new Uint32Array(count);
  const ranges: number[] = [0, count, 0];
  while (ranges.length > 0) {
    const depth = ranges.pop() as number;
    const to = ranges.pop() as number;
    const from = ranges.pop() as number;
    if (depth >= DEEP) {
      sortDeep({ ids, offs, start, strings, alike }, from, to, depth);
      continue;
    }
    // Skips the bytes that all names of the range have in common.
    const common = depth === 0 ? 0 : depth + commonLength(strings, offs, from, to, depth);
    writeKeys(halves, offs, from, to, strings, common);
    keys.subarray(from, to).sort();
    idsBefore.set(ids.subarray(start + from, start + to), from);
    offsBefore.set(offs.subarray(from, to), from);
    for (let i = from; i < to; i++) {
      const place = halves[2 * i + LOW];
      ids[start + i] = idsBefore[place];
      offs[i] = offsBefore[place];
    }
    for (let first = from, end = from; first < to; first = end) {
      const head = halves[2 * first + HIGH];
      do end++;
      while (end < to && halves[2 * end + HIGH] === head);
      if (end - first === 1) continue;
      // A key that ends in NUL holds the rest of the name.
      if ((head & 0xff) === 0 || isOneName(offs, first, end)) alike(start + first, start + end);
      else if (end - first <= SHORT) sortShort(ids, offs, start, first, end, strings, common + 4, alike);
      else ranges.push(first, end, common + 4);
    }
  }
}

/** Writes the key of each name of a range: its four bytes from `depth` on, zeros after its end, and its index. */
function writeKeys(
  halves: Uint32Array,
  offs: Uint32Array,
  from: number,
  to: number,
  strings: Uint8Array,
  depth: number,
): void {
  for (let i = from; i < to; i++) {
    halves[2 * i + HIGH] = keyAt(strings, offs[i] + depth);
    halves[2 * i + LOW] = i;
  }
}

/** Index of the more significant half of a 64-bit number. */
const HIGH = HOST_LITTLE_ENDIAN ? 1 : 0;
const LOW = 1 - HIGH;
const SHORT = 24;
/** Bytes in common from which on a range is sorted by parts. */
const DEEP = 64;

/** The ids to sort: see {@link sortIdsByName}. */
interface Sorting {
  readonly ids: Uint32Array;
  readonly offs: Uint32Array;
  readonly start: number;
  readonly strings: Uint8Array;
  readonly alike: (start: number, end: number) => void;
}

/**
 * Sorts a range of names that agree up to `depth`: those below the four bytes of one of them, those with the same, which go on
 * four bytes deeper, and those above (multikey quicksort, Bentley and Sedgewick 1997). Names that are ends of one long string
 * fall into thousands of levels with few names each, and a level must not cost a sort.
 */
function sortDeep(
  { ids, offs, start, strings, alike }: Sorting,
  from: number,
  to: number,
  depth: number,
): void {
  const scratch = { ids: new Uint32Array(to - from), offs: new Uint32Array(to - from) };
  const ranges: number[] = [from, to, depth];
  while (ranges.length > 0) {
    const at = ranges.pop() as number;
    const end = ranges.pop() as number;
    const first = ranges.pop() as number;
    if (end - first < 2) continue;
    if (isOneName(offs, first, end)) {
      alike(start + first, start + end);
      continue;
    }
    if (end - first <= SHORT) {
      sortShort(ids, offs, start, first, end, strings, at, alike);
      continue;
    }
    // Drawn, so that no file can hold names of which the worst one is always taken.
    const pivot = keyAt(strings, offs[first + Math.floor(Math.random() * (end - first))] + at);
    let below = first;
    let same = 0;
    let above = end;
    for (let i = first; i < end; i++) {
      const key = keyAt(strings, offs[i] + at);
      if (key < pivot) {
        ids[start + below] = ids[start + i];
        offs[below++] = offs[i];
      } else {
        // The same from the front, those above from the back.
        const place = key === pivot ? same++ : --above - first;
        scratch.ids[place] = ids[start + i];
        scratch.offs[place] = offs[i];
      }
    }
    ids.set(scratch.ids.subarray(0, same), start + below);
    offs.set(scratch.offs.subarray(0, same), below);
    for (let i = end - 1, place = below + same; i >= above; i--, place++) {
      ids[start + place] = scratch.ids[i - first];
      offs[place] = scratch.offs[i - first];
    }
    ranges.push(first, below, at, below + same, end, at);
    // A key that ends in NUL holds the rest of the name.
    if ((pivot & 0xff) !== 0) ranges.push(below, below + same, at + 4);
    else if (same > 1) alike(start + below, start + below + same);
  }
}

/** Four bytes of a name as a number that compares as they do, zeros after its end. */
function keyAt(strings: Uint8Array, at: number): number {
  const a = strings[at];
  const b = a === 0 ? 0 : strings[at + 1];
  const c = b === 0 ? 0 : strings[at + 2];
  const d = c === 0 ? 0 : strings[at + 3];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function isOneName(offs: Uint32Array, from: number, to: number): boolean {
  let i = from + 1;
  while (i < to && offs[i] === offs[from]) i++;
  return i === to;
}

/** The number of bytes that the names of a range have in common from `depth` on, without the NUL. */
function commonLength(
  strings: Uint8Array,
  offs: Uint32Array,
  from: number,
  to: number,
  depth: number,
): number {
  const first = offs[from] + depth;
  let length = 0;
  while (strings[first + length] !== 0) length++;
  for (let i = from + 1; i < to && length > 0; i++) {
    const other = offs[i] + depth;
    let n = 0;
    while (n < length && strings[first + n] === strings[other + n]) n++;
    length = n;
  }
  return length;
}

/** Sorts a short range by insertion; the names agree up to `depth`. */
function sortShort(
  ids: Uint32Array,
  offs: Uint32Array,
  start: number,
  from: number,
  to: number,
  strings: Uint8Array,
  depth: number,
  alike: (start: number, end: number) => void,
): void {
  for (let i = from + 1; i < to; i++) {
    const id = ids[start + i];
    const off = offs[i];
    let at = i - 1;
    for (; at >= from && compareNames(strings, offs[at] + depth, off + depth) > 0; at--) {
      ids[start + at + 1] = ids[start + at];
      offs[at + 1] = offs[at];
    }
    ids[start + at + 1] = id;
    offs[at + 1] = off;
  }
  let first = from;
  for (let i = from + 1; i <= to; i++) {
    if (i < to && compareNames(strings, offs[first] + depth, offs[i] + depth) === 0) continue;
    if (i - first > 1) alike(start + first, start + i);
    first = i;
  }
}

/** `strcmp` of two names. */
function compareNames(strings: Uint8Array, a: number, b: number): number {
  if (a === b) return 0;
  let i = 0;
  while (strings[a + i] === strings[b + i] && strings[a + i] !== 0) i++;
  return strings[a + i] - strings[b + i];
}
