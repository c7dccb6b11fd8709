import type { Btf, TypeId } from "./btf.ts";
import { NAME_OFF } from "./kinds.ts";
import { hashName, sameName } from "./strings.ts";

/**
 * The named types of a BTF by name, and of its bases by theirs. Made once for a BTF when it is first asked, in a few
 * milliseconds for a vmlinux; each lookup then costs what it finds. Names are compared as bytes.
 */
export class TypeNames {
  private readonly btf: Btf;
  private readonly base: TypeNames | null;
  /** Open addressing, a power of two: 1 + position in `starts` of the first type of a name, 0 for a free place. */
  private readonly places: Uint32Array;
  /** By position in `starts`: 1 + that of the next type of the same name, 0 after the last. */
  private readonly next: Uint32Array;

  constructor(btf: Btf, base: TypeNames | null) {
    this.btf = btf;
    this.base = base;
    const count = btf.starts.length - 1;
    let places = 16;
    while (places < count * 2) places *= 2;
    this.places = new Uint32Array(places);
    this.next = new Uint32Array(count);
    this.fill();
  }

  /**
   * First type called as the name at `bytes[start]`, of this kind number if one is given (`btf__find_by_name_kind`).
   */
  find(bytes: Uint8Array, start: number, kind?: number): TypeId | undefined {
    const below = this.base?.find(bytes, start, kind);
    if (below !== undefined) return below;
    const { kinds, firstId } = this.btf;
    for (let entry = this.first(bytes, start); entry !== 0; entry = this.next[entry - 1]) {
      if (kind === undefined || kinds[entry - 1] === kind) return firstId + entry - 1;
    }
    return undefined;
  }

  /** All types called as the name at `bytes[start]`, those of the base first, ascending. */
  named(bytes: Uint8Array, start: number): TypeId[] {
    const ids = this.base === null ? [] : this.base.named(bytes, start);
    for (let entry = this.first(bytes, start); entry !== 0; entry = this.next[entry - 1]) {
      ids.push(this.btf.firstId + entry - 1);
    }
    return ids;
  }

  /**
   * Calls `visit` with the first own type of each name that an own type has, in no order; {@link nextNamed} has the
   * others.
   */
  forEachOwnName(visit: (id: TypeId) => void): void {
    for (const entry of this.places) if (entry !== 0) visit(this.btf.firstId + entry - 1);
  }

  /** The next own type with the name of the own type `id`, 0 after the last. */
  nextNamed(id: TypeId): TypeId {
    const entry = this.next[id - this.btf.firstId];
    return entry === 0 ? 0 : this.btf.firstId + entry - 1;
  }

  /** From the last type to the first, so that each chain ascends. */
  private fill(): void {
    const { places, next } = this;
    const { words, starts, strings } = this.btf;
    const mask = places.length - 1;
    for (let i = next.length - 1; i >= 0; i--) {
      const off = words[starts[i] + NAME_OFF];
      if (off === 0) continue;
      const table = strings.holder(off);
      const at = off - table.firstOff;
      if (table.bytes[at] === 0) continue;
      let place = hashName(table.bytes, at) & mask;
      while (places[place] !== 0 && !this.isNamed(places[place], table.bytes, at)) place = (place + 1) & mask;
      next[i] = places[place];
      places[place] = i + 1;
    }
  }

  /** 1 + position of the first own type of a name, 0 if there is none. */
  private first(bytes: Uint8Array, start: number): number {
    const mask = this.places.length - 1;
    let place = hashName(bytes, start) & mask;
    while (this.places[place] !== 0 && !this.isNamed(this.places[place], bytes, start)) {
      place = (place + 1) & mask;
    }
    return this.places[place];
  }

  private isNamed(entry: number, bytes: Uint8Array, start: number): boolean {
    const { words, starts, strings } = this.btf;
    const off = words[starts[entry - 1] + NAME_OFF];
    const table = strings.holder(off);
    return sameName(table.bytes, off - table.firstOff, bytes, start);
  }
}
