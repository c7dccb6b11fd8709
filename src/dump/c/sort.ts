import type { TypeId } from "../../btf/btf.ts";

/**
 * Sorts `ids[start..end)` by name, as `strcmp` compares; calls `alike` with each range of two or more whose names are
 * the same bytes.
 *
 * Four bytes of each name and its index make one number, which the engine sorts without calling back; ranges that
 * agree in these go on with the next four. A comparator over bytes takes five times as long on a kernel.
 */
export function sortByName(
  ids: Uint32Array,
  start: number,
  end: number,
  strings: Uint8Array,
  nameOff: (id: TypeId) => number,
  alike: (start: number, end: number) => void,
): void {
  const count = end - start;
  // 2^53 is the last number that holds them all: beyond two million names only three bytes fit.
  const width = count <= 2 ** 21 ? 4 : 3;
  const scale = 2 ** Math.ceil(Math.log2(count));
  const keys = new Float64Array(count);
  const copy = new Uint32Array(count);
  const offs = new Uint32Array(count);
  for (let i = 0; i < count; i++) offs[i] = nameOff(ids[start + i]);
  const offsCopy = new Uint32Array(count);
  const ranges: number[] = [0, count, 0];
  while (ranges.length > 0) {
    const depth = ranges.pop() as number;
    const to = ranges.pop() as number;
    const from = ranges.pop() as number;
    for (let i = from; i < to; i++) {
      const off = offs[i] + depth;
      keys[i] = prefix(strings, off, width) * scale + (i - from);
      copy[i] = ids[start + i];
      offsCopy[i] = offs[i];
    }
    keys.subarray(from, to).sort();
    let first = from;
    let firstPrefix = Math.floor(keys[from] / scale);
    for (let i = from; i <= to; i++) {
      const current = i < to ? Math.floor(keys[i] / scale) : -1;
      if (i < to) {
        const place = from + keys[i] - current * scale;
        ids[start + i] = copy[place];
        offs[i] = offsCopy[place];
      }
      if (current === firstPrefix) continue;
      if (i - first > 1) {
        // A prefix that ends in NUL is the rest of the name.
        if (firstPrefix % 256 === 0) alike(start + first, start + i);
        else ranges.push(first, i, depth + width);
      }
      first = i;
      firstPrefix = current;
    }
  }
}

/** The next `width` bytes of a name as a number, zeros after its end. */
function prefix(strings: Uint8Array, off: number, width: number): number {
  let value = 0;
  let at = off;
  for (let i = 0; i < width; i++) {
    const byte = strings[at];
    value = value * 256 + byte;
    if (byte !== 0) at++;
  }
  return value;
}
