import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { FlatBtf } from "../flat.ts";
import { compareHash, TypeHasher } from "./hash.ts";
import { typeCycle } from "./layout.ts";
import { isReference } from "./references.ts";
import { sortByName } from "./sort.ts";

/** Rank of what comes last: types without names, functions, variables. */
const MAX_RANK = 10;

/**
 * The order in which bpftool dumps types to C, so that headers of two kernels differ little (`sort_btf_c`, bpftool
 * src/btf.c): by rank of kind, by the name that the type leads to, by its own name, by a hash, by id.
 */
export class RootOrder {
  readonly #flat: FlatBtf;
  /** 1 + the type that each typedef, pointer, … leads to, 0 where that is not known yet. */
  readonly #leaves: Uint32Array;
  readonly #hasher: TypeHasher;

  constructor(flat: FlatBtf) {
    this.#flat = flat;
    this.#hasher = new TypeHasher(flat);
    this.#leaves = new Uint32Array(flat.typeCount);
  }

  /** All types that may define something, those of the last rank apart: most of these print nothing in any order. */
  split(): { ranked: Uint32Array; rest: Uint32Array } {
    const { words, starts, kinds, typeCount } = this.#flat;
    // The ranked ones from the front, the rest from the back.
    const ids = new Uint32Array(typeCount);
    let ranked = 0;
    let rest = typeCount;
    for (let id = 1; id < typeCount; id++) {
      const kind = kinds[id];
      // These define nothing. DECL_TAGs do not either, but they may take the place that bpftool leaves out.
      if (kind === K.FUNC || kind === K.VAR || kind === K.DATASEC) continue;
      const isLast = words[starts[id]] === 0 ? RANKS[kind] === MAX_RANK : this.#rank(id) === MAX_RANK;
      if (isLast) ids[--rest] = id;
      else ids[ranked++] = id;
    }
    return { ranked: ids.subarray(0, ranked), rest: ids.subarray(rest) };
  }

  /** `ids`, sorted. */
  sort(ids: Uint32Array): Uint32Array {
    const ranks = new Uint8Array(ids.length);
    const next = new Uint32Array(MAX_RANK + 2);
    for (let i = 0; i < ids.length; i++) {
      ranks[i] = this.#rank(ids[i]);
      next[ranks[i] + 1]++;
    }
    for (let rank = 1; rank < next.length; rank++) next[rank] += next[rank - 1];
    const sorted = new Uint32Array(ids.length);
    const names = new Uint32Array(ids.length);
    for (let i = 0; i < ids.length; i++) {
      const place = next[ranks[i]]++;
      sorted[place] = ids[i];
      names[place] = this.#sortName(ids[i]);
    }
    // Each count stands at the end of its rank now, which is where the next one begins.
    for (let rank = 0; rank <= MAX_RANK; rank++) {
      const start = rank === 0 ? 0 : next[rank - 1];
      sortByName(sorted, names.subarray(start, next[rank]), start, this.#flat.strings, (from, to) =>
        this.#sortOwnNames(sorted, from, to),
      );
    }
    return sorted;
  }

  /** `btf_type_rank`: what comes first, from 0 to {@link MAX_RANK}. */
  #rank(id: TypeId): number {
    const { words, starts, kinds } = this.#flat;
    const kind = kinds[id];
    if (words[starts[id] + K.NAME_OFF] === 0) return RANKS[kind];
    return NAMED_RANKS[isReference(kind) ? kinds[this.#leaf(id)] : kind];
  }

  /** `btf_type_sort_name`: the name offset of what a type leads to; of an anonymous enum its first enumerator's. */
  #sortName(id: TypeId): number {
    const { words, starts, kinds } = this.#flat;
    const kind = kinds[id];
    const at = starts[id];
    if (isReference(kind)) return words[starts[this.#leaf(id)] + K.NAME_OFF];
    const isUnnamedEnum = K.isEnum(kind) && words[at + K.NAME_OFF] === 0;
    return isUnnamedEnum && starts[id + 1] > at + K.HEAD_WORDS
      ? words[at + K.HEAD_WORDS]
      : words[at + K.NAME_OFF];
  }

  /** Those that lead to the same name: by their own. */
  #sortOwnNames(ids: Uint32Array, start: number, end: number): void {
    const { words, starts, strings } = this.#flat;
    const names = new Uint32Array(end - start);
    for (let i = start; i < end; i++) names[i - start] = words[starts[ids[i]] + K.NAME_OFF];
    sortByName(ids, names, start, strings, (from, to) => this.#sortAlike(ids, from, to));
  }

  /** The same names: by what they are made of, then by id. */
  #sortAlike(ids: Uint32Array, start: number, end: number): void {
    const alike = Array.from(ids.subarray(start, end));
    const hashes = this.#hasher.hashes(alike);
    const places = alike.map((_, i) => i);
    places.sort((a, b) => compareHash(hashes, a, b) || alike[a] - alike[b]);
    places.forEach((place, i) => {
      ids[start + i] = alike[place];
    });
  }

  /** The first type on the way from `id` that refers to no other. */
  #leaf(id: TypeId): TypeId {
    const { kinds, targets, typeCount } = this.#flat;
    const leaves = this.#leaves;
    let leaf = targets[id];
    // Most are one step away.
    if (!isReference(kinds[leaf])) return leaf;
    if (leaves[id] !== 0) return leaves[id] - 1;
    for (let steps = 0; leaves[leaf] === 0 && isReference(kinds[leaf]); steps++) {
      if (steps > typeCount) throw typeCycle(leaf);
      leaf = targets[leaf];
    }
    if (leaves[leaf] !== 0) leaf = leaves[leaf] - 1;
    for (let at = id; at !== leaf && leaves[at] === 0; at = targets[at]) leaves[at] = leaf + 1;
    return leaf;
  }
}

/** Rank by kind of types without a name, and of those with one, which pointers, typedefs, … take from where they lead. */
const RANKS: Uint8Array = new Uint8Array(128).fill(MAX_RANK);
RANKS[K.ENUM] = RANKS[K.ENUM64] = 0;
RANKS[K.INT] = RANKS[K.FLOAT] = 2;
const NAMED_RANKS: Uint8Array = RANKS.slice();
NAMED_RANKS[K.ENUM] = NAMED_RANKS[K.ENUM64] = 1;
NAMED_RANKS[K.STRUCT] = NAMED_RANKS[K.UNION] = 3;
NAMED_RANKS[K.FUNC_PROTO] = 4;
