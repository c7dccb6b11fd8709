import { hashName, type KnownStrings, type StringTable, sameName } from "./strings.ts";

/**
 * The whole strings of a section that was read, and of those below it, by their bytes: the first offset of each, as
 * `btf__find_str` of libbpf finds it. Parts of strings are not found. Made once, in a few milliseconds for a vmlinux.
 */
export class StringIndex implements KnownStrings {
  readonly end: number;
  private readonly table: StringTable;
  private readonly base: StringIndex | null;
  /** Open addressing, a power of two: 1 + position of the string in the table's bytes, 0 for a free place. */
  private readonly places: Int32Array;

  constructor(table: StringTable) {
    this.table = table;
    this.end = table.end;
    this.base = table.base === null ? null : new StringIndex(table.base);
    const { bytes } = table;
    let count = 0;
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0) count++;
    let places = 64;
    while (places < count * 2) places *= 2;
    this.places = new Int32Array(places);
    for (let at = 0; at < bytes.length; at++) {
      this.insert(at);
      // A loop: `indexOf` calls into the runtime, which pays off only for long strings.
      while (bytes[at] !== 0) at++;
    }
  }

  find(bytes: Uint8Array, start: number, hash: number): number | undefined {
    const below = this.base?.find(bytes, start, hash);
    if (below !== undefined) return below;
    const mask = this.places.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const entry = this.places[place];
      if (entry === 0) return undefined;
      if (sameName(this.table.bytes, entry - 1, bytes, start)) return this.table.firstOff + entry - 1;
    }
  }

  private insert(at: number): void {
    const { bytes } = this.table;
    const mask = this.places.length - 1;
    let place = hashName(bytes, at) & mask;
    for (let entry = this.places[place]; entry !== 0; entry = this.places[place]) {
      if (sameName(bytes, entry - 1, bytes, at)) return;
      place = (place + 1) & mask;
    }
    this.places[place] = at + 1;
  }
}
