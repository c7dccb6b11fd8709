import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { FlatBtf } from "../flat.ts";
import { compareHash, disambiguatingHashes } from "./hash.ts";
import { typeCycle } from "./layout.ts";
import { isReference, referenceOf } from "./references.ts";
import { sortByName } from "./sort.ts";

/**
 * The order in which bpftool dumps types to C, so that headers of two kernels differ little (`sort_btf_c`, bpftool
 * src/btf.c): by rank of kind, by the name that the type leads to, by its own name, by a hash, by id.
 */
export class RootOrder {
  readonly #flat: FlatBtf;
  /** 1 + the type that each typedef, pointer, … leads to, 0 where that is not known yet. */
  readonly #leaves: Uint32Array;

  constructor(flat: FlatBtf) {
    this.#flat = flat;
    this.#leaves = new Uint32Array(flat.typeCount);
  }

  /** Sorts `ids` and returns them. */
  sort(ids: Uint32Array): Uint32Array {
    const ranks = new Uint8Array(ids.length);
    const counts = new Uint32Array(MAX_RANK + 2);
    for (let i = 0; i < ids.length; i++) {
      ranks[i] = this.rank(ids[i]);
      counts[ranks[i] + 1]++;
    }
    for (let rank = 1; rank < counts.length; rank++) counts[rank] += counts[rank - 1];
    const sorted = new Uint32Array(ids.length);
    const next = counts.slice();
    for (let i = 0; i < ids.length; i++) sorted[next[ranks[i]]++] = ids[i];
    for (let rank = 0; rank <= MAX_RANK; rank++) this.#sortRank(sorted, counts[rank], counts[rank + 1]);
    return sorted;
  }

  /** `btf_type_rank`: what comes first, from 0 to {@link MAX_RANK}. */
  rank(id: TypeId): number {
    const { words, starts } = this.#flat;
    const at = starts[id];
    const kind = K.infoKind(words[at + K.INFO]);
    const isNamed = words[at + K.NAME_OFF] !== 0;
    if (isReference(kind)) {
      if (!isNamed) return MAX_RANK;
      const leaf = this.#leaf(id);
      return rankOf(K.infoKind(words[starts[leaf] + K.INFO]), true);
    }
    return rankOf(kind, isNamed);
  }

  #sortRank(ids: Uint32Array, start: number, end: number): void {
    if (end - start < 2) return;
    const { strings } = this.#flat;
    const sortName = (id: TypeId) => this.#sortName(id);
    sortByName(ids, start, end, strings, sortName, (from, to) => {
      sortByName(ids, from, to, strings, this.#ownName, (first, last) => this.#sortAlike(ids, first, last));
    });
  }

  readonly #ownName = (id: TypeId): number => this.#flat.words[this.#flat.starts[id] + K.NAME_OFF];

  /** `btf_type_sort_name`: the name offset of what a type leads to; of an anonymous enum its first enumerator's. */
  #sortName(id: TypeId): number {
    const { words, starts } = this.#flat;
    const at = starts[id];
    const info = words[at + K.INFO];
    const kind = K.infoKind(info);
    if (isReference(kind)) return words[starts[this.#leaf(id)] + K.NAME_OFF];
    if (K.isEnum(kind) && words[at + K.NAME_OFF] === 0 && K.infoVlen(info) > 0)
      return words[at + K.HEAD_WORDS];
    return words[at + K.NAME_OFF];
  }

  /** The same names: by what they are made of, then by id. */
  #sortAlike(ids: Uint32Array, start: number, end: number): void {
    const alike = Array.from(ids.subarray(start, end));
    const hashes = disambiguatingHashes(this.#flat, alike);
    const places = alike.map((_, i) => i);
    places.sort((a, b) => compareHash(hashes, a, b) || alike[a] - alike[b]);
    places.forEach((place, i) => {
      ids[start + i] = alike[place];
    });
  }

  /** The first type on the way from `id` that refers to no other. */
  #leaf(id: TypeId): TypeId {
    const { words, starts, typeCount } = this.#flat;
    let leaf = id;
    for (let steps = 0; this.#leaves[leaf] === 0; steps++) {
      const next = referenceOf(words, starts[leaf]);
      if (next < 0) break;
      if (steps > typeCount) throw typeCycle(leaf);
      leaf = next;
    }
    if (this.#leaves[leaf] !== 0) leaf = this.#leaves[leaf] - 1;
    for (let at = id; at !== leaf && this.#leaves[at] === 0; at = referenceOf(words, starts[at])) {
      this.#leaves[at] = leaf + 1;
    }
    return leaf;
  }
}

/** Rank of what comes last: types without names, functions, variables. */
export const MAX_RANK = 10;

function rankOf(kind: number, isNamed: boolean): number {
  switch (kind) {
    case K.ENUM:
    case K.ENUM64:
      return isNamed ? 1 : 0;
    case K.INT:
    case K.FLOAT:
      return 2;
    case K.STRUCT:
    case K.UNION:
      return isNamed ? 3 : MAX_RANK;
    case K.FUNC_PROTO:
      return isNamed ? 4 : MAX_RANK;
    default:
      return MAX_RANK;
  }
}
