import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { typeCycle } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { isReference, LONG_WAY } from "./references.ts";

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
 * Hashes members and targets, so that types of the same name sort in a stable order (`btf_type_disambig_hash`, bpftool
 * src/btf.c). Hashes are h * 31 + value modulo 2^64, in two halves.
 */
export class TypeHasher {
  high = 0;
  low = 0;
  readonly #flat: FlatBtf;
  /** Hashes of the types on long reference chains. */
  #known: KnownHashes | undefined;

  constructor(flat: FlatBtf) {
    this.#flat = flat;
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
   * Each type of a chain hashes its own name, then adds the hash of the type that it refers to. The inner hash is computed
   * first here, and then the outer ones from the inside out.
   */
  #chain(root: TypeId, withMembers: boolean): void {
    const { words, starts, kinds, targets, typeCount } = this.#flat;
    const chain: TypeId[] = [];
    let id = root;
    while (isReference(kinds[id]) && this.#known?.has(id, withMembers) !== true) {
      if (chain.length > typeCount) throw typeCycle(id);
      chain.push(id);
      id = targets[id];
    }
    if (this.#known?.has(id, withMembers) !== true) this.#leaf(id, withMembers);
    else [this.high, this.low] = this.#known.get(id, withMembers);
    const isLong = chain.length > LONG_WAY;
    if (isLong) this.#known ??= new KnownHashes(typeCount);
    for (let i = chain.length - 1; i >= 0; i--) {
      const innerHigh = this.high;
      const innerLow = this.low;
      const at = starts[chain[i]];
      this.#reset();
      this.#mixName(words[at + K.NAME_OFF]);
      if (kinds[chain[i]] === K.ARRAY) this.#mix(0, words[at + K.ARRAY_ELEMENTS]);
      this.#mix(innerHigh, innerLow);
      if (isLong) this.#known?.set(chain[i], withMembers, this.high, this.low);
    }
  }

  #leaf(id: TypeId, withMembers: boolean): void {
    const { words, starts, kinds } = this.#flat;
    const at = starts[id];
    const kind = kinds[id];
    this.#reset();
    this.#mixName(words[at + K.NAME_OFF]);
    if (K.isEnum(kind)) {
      const step = kind === K.ENUM ? K.ENUMERATOR_WORDS : K.ENUMERATOR64_WORDS;
      for (let value = at + K.HEAD_WORDS; value < starts[id + 1]; value += step) this.#mixName(words[value]);
    } else if (K.isComposite(kind) && withMembers) {
      for (let member = at + K.HEAD_WORDS; member < starts[id + 1]; member += K.MEMBER_WORDS) {
        this.#mixName(words[member]);
        const high = this.high;
        const low = this.low;
        this.#chain(words[member + K.MEMBER_TYPE], false);
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
    // In halves of the low word: larger numbers are objects until V8 optimises.
    for (let at = off; strings[at] !== 0; at++) {
      const byte = strings[at];
      const sign = byte >>> 7;
      const lower = (low & 0xffff) * 31 + byte + sign * 0xff00;
      const upper = (low >>> 16) * 31 + sign * 0xffff + (lower >>> 16);
      low = (upper << 16) | (lower & 0xffff);
      high = (Math.imul(high, 31) + (upper >>> 16) - sign) | 0;
    }
    this.#mix(high >>> 0, low >>> 0);
  }
}

/** Hashes by type, with and without members. */
class KnownHashes {
  readonly #isKnown: Uint8Array;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;

  constructor(typeCount: number) {
    this.#isKnown = new Uint8Array(typeCount * 2);
    this.#high = new Uint32Array(typeCount * 2);
    this.#low = new Uint32Array(typeCount * 2);
  }

  has(id: TypeId, withMembers: boolean): boolean {
    return this.#isKnown[placeOf(id, withMembers)] === 1;
  }

  get(id: TypeId, withMembers: boolean): [high: number, low: number] {
    const place = placeOf(id, withMembers);
    return [this.#high[place], this.#low[place]];
  }

  set(id: TypeId, withMembers: boolean, high: number, low: number): void {
    const place = placeOf(id, withMembers);
    this.#isKnown[place] = 1;
    this.#high[place] = high;
    this.#low[place] = low;
  }
}

function placeOf(id: TypeId, withMembers: boolean): number {
  return id * 2 + (withMembers ? 1 : 0);
}
