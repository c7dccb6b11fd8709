import { HOST_LITTLE_ENDIAN } from "../../btf/words.ts";

/**
 * Sorts `ids[start..end)` by name, as `strcmp` compares; `offs[i]` is the name of `ids[start + i]` and is sorted along.
 * Calls `alike` with each range of two or more whose names are the same bytes.
 *
 * Four bytes of each name and its index make one 64-bit number, which the engine sorts without calling back; ranges that
 * agree in these go on with the next four, short ones by insertion. A comparator over all takes five times as long.
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
    const at = offs[i] + depth;
    const a = strings[at];
    const b = a === 0 ? 0 : strings[at + 1];
    const c = b === 0 ? 0 : strings[at + 2];
    const d = c === 0 ? 0 : strings[at + 3];
    halves[2 * i + HIGH] = (a << 24) | (b << 16) | (c << 8) | d;
    halves[2 * i + LOW] = i;
  }
}

/** Index of the more significant half of a 64-bit number. */
const HIGH = HOST_LITTLE_ENDIAN ? 1 : 0;
const LOW = 1 - HIGH;
const SHORT = 24;

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
