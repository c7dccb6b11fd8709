import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { FlatBtf } from "../flat.ts";
import { typeCycle } from "./layout.ts";
import { isReference } from "./references.ts";

/** 64-bit numbers, two words each. */
export interface Hashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** Compares two of them as unsigned numbers. */
export function compareHash({ high, low }: Hashes, a: number, b: number): number {
  return high[a] - high[b] || low[a] - low[b];
}

/**
 * What tells types of the same name apart in sorting: their members and targets (`btf_type_disambig_hash`, bpftool
 * src/btf.c). Hashes are h * 31 + value modulo 2^64, in two halves.
 */
export class TypeHasher {
  high = 0;
  low = 0;
  readonly #flat: FlatBtf;
  /** Hashes of the types that lead on, by 2 * id, + 1 with members: chains would be walked again for each of their types. */
  readonly #isKnown: Uint8Array;
  readonly #known: Hashes;

  constructor(flat: FlatBtf) {
    this.#flat = flat;
    const count = flat.typeCount * 2;
    this.#isKnown = new Uint8Array(count);
    this.#known = { high: new Uint32Array(count), low: new Uint32Array(count) };
  }

  /** Hashes of `ids`. */
  hashes(ids: Uint32Array): Hashes {
    const hashes = { high: new Uint32Array(ids.length), low: new Uint32Array(ids.length) };
    for (let i = 0; i < ids.length; i++) {
      this.#chain(ids[i], true);
      hashes.high[i] = this.high;
      hashes.low[i] = this.low;
    }
    return hashes;
  }

  /**
   * Each type of a chain hashes its own name, then takes in the hash of the type it leads to. The inner hash comes
   * first here, and then the outer ones from the inside out.
   */
  #chain(root: TypeId, withMembers: boolean): void {
    const { words, starts, kinds, targets, typeCount } = this.#flat;
    const chain: TypeId[] = [];
    const flag = withMembers ? 1 : 0;
    let id = root;
    while (this.#isKnown[id * 2 + flag] === 0 && isReference(kinds[id])) {
      if (chain.length > typeCount) throw typeCycle(id);
      chain.push(id);
      id = targets[id];
    }
    if (this.#isKnown[id * 2 + flag] === 0) this.#leaf(id, withMembers);
    else {
      this.high = this.#known.high[id * 2 + flag];
      this.low = this.#known.low[id * 2 + flag];
    }
    for (let i = chain.length - 1; i >= 0; i--) {
      const innerHigh = this.high;
      const innerLow = this.low;
      const at = starts[chain[i]];
      this.#reset();
      this.#mixName(words[at + K.NAME_OFF]);
      if (kinds[chain[i]] === K.ARRAY) this.#mix(0, words[at + 5]);
      this.#mix(innerHigh, innerLow);
      const place = chain[i] * 2 + flag;
      this.#isKnown[place] = 1;
      this.#known.high[place] = this.high;
      this.#known.low[place] = this.low;
    }
  }

  #leaf(id: TypeId, withMembers: boolean): void {
    const { words, starts, kinds } = this.#flat;
    const at = starts[id];
    const kind = kinds[id];
    this.#reset();
    this.#mixName(words[at + K.NAME_OFF]);
    if (K.isEnum(kind)) {
      const step = kind === K.ENUM ? 2 : 3;
      for (let value = at + K.HEAD_WORDS; value < starts[id + 1]; value += step) this.#mixName(words[value]);
    } else if (K.isComposite(kind) && withMembers) {
      for (let member = at + K.HEAD_WORDS; member < starts[id + 1]; member += 3) {
        this.#mixName(words[member]);
        const high = this.high;
        const low = this.low;
        this.#chain(words[member + 1], false);
        const memberHigh = this.high;
        const memberLow = this.low;
        this.high = high;
        this.low = low;
        this.#mix(memberHigh, memberLow);
      }
    }
  }

  #reset(): void {
    this.high = 0;
    this.low = 0;
  }

  #mix(high: number, low: number): void {
    const sum = this.low * 31 + low;
    this.low = sum >>> 0;
    this.high = (Math.imul(this.high, 31) + high + Math.floor(sum / 2 ** 32)) >>> 0;
  }

  /** `str_hash` of libbpf's hashmap.h over the bytes, which are signed there; an anonymous type adds nothing. */
  #mixName(off: number): void {
    if (off === 0) return;
    const strings = this.#flat.strings;
    let high = 0;
    let low = 0;
    for (let at = off; strings[at] !== 0; at++) {
      const byte = strings[at];
      const sum = low * 31 + (byte < 0x80 ? byte : byte + 0xffffff00);
      low = sum >>> 0;
      high = (Math.imul(high, 31) + (sum - low) / 2 ** 32 - (byte >>> 7)) >>> 0;
    }
    this.#mix(high, low);
  }
}
