import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { typeCycle } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { compareHash, TypeHasher } from "./hash.ts";
import { sortIdsByName } from "./name-sort.ts";
import { isReference, LONG_WAY } from "./references.ts";

/** Rank of what comes last: anonymous types, functions, variables. */
const MAX_RANK = 10;

/**
 * The order in which bpftool dumps types to C, so that the headers of two kernels differ little (`sort_btf_c`, bpftool
 * src/btf.c): by rank of kind, by the name that the type leads to, by its own name, by a hash, by id.
 */
export class RootOrder {
  readonly #flat: FlatBtf;
  /** 1 + the type that each typedef, pointer, … leads to, 0 where that is not remembered. Allocated on demand. */
  #leaves: Uint32Array | undefined;
  readonly #hasher: TypeHasher;

  constructor(flat: FlatBtf) {
    this.#flat = flat;
    this.#hasher = new TypeHasher(flat);
  }

  /** All types that may define something. Those of the last rank are unsorted: most print nothing in any order. */
  sortRanked(): { sorted: Uint32Array; rest: Uint32Array } {
    const { words, starts, kinds, typeCount } = this.#flat;
    const ranked = rankedTypes(typeCount);
    const rest = new Uint32Array(typeCount);
    let count = 0;
    let restCount = 0;
    for (let id = 1; id < typeCount; id++) {
      const kind = kinds[id];
      // These define nothing. Neither do DECL_TAGs, but one may be the first type, which bpftool leaves out.
      if (kind === K.FUNC || kind === K.VAR || kind === K.DATASEC) continue;
      const isPlain = RANKS[kind] === MAX_RANK && words[starts[id] + K.NAME_OFF] === 0;
      if (isPlain || this.#rank(id, ranked, count) === MAX_RANK) rest[restCount++] = id;
      else count++;
    }
    return { sorted: this.#arrange(ranked, count), rest: rest.subarray(0, restCount) };
  }

  /** `ids`, sorted. */
  sort(ids: Uint32Array): Uint32Array {
    const ranked = rankedTypes(ids.length);
    for (let i = 0; i < ids.length; i++) this.#rank(ids[i], ranked, i);
    return this.#arrange(ranked, ids.length);
  }

  /** Puts a type at position `i` and returns its rank (`btf_type_rank`, `btf_type_sort_name`). */
  #rank(id: TypeId, ranked: Ranked, i: number): number {
    const { words, starts, kinds } = this.#flat;
    const kind = kinds[id];
    const at = starts[id];
    const ownName = words[at + K.NAME_OFF];
    const leaf = isReference(kind) ? this.#leaf(id) : id;
    const isUnnamedEnum = ownName === 0 && K.isEnum(kind) && starts[id + 1] > at + K.HEAD_WORDS;
    const rank = ownName === 0 ? RANKS[kind] : NAMED_RANKS[kinds[leaf]];
    ranked.ids[i] = id;
    ranked.ranks[i] = rank;
    // An anonymous enum goes by its first enumerator.
    ranked.names[i] = isUnnamedEnum ? words[at + K.HEAD_WORDS] : words[starts[leaf] + K.NAME_OFF];
    return rank;
  }

  /** The ids at the first `count` positions, sorted by rank, then by name. */
  #arrange({ ids, ranks, names }: Ranked, count: number): Uint32Array {
    const next = new Uint32Array(MAX_RANK + 2);
    for (let i = 0; i < count; i++) next[ranks[i] + 1]++;
    for (let rank = 1; rank < next.length; rank++) next[rank] += next[rank - 1];
    const sorted = new Uint32Array(count);
    const sortedNames = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const place = next[ranks[i]]++;
      sorted[place] = ids[i];
      sortedNames[place] = names[i];
    }
    // Each count is the end of its rank now, where the next rank begins.
    for (let rank = 0; rank <= MAX_RANK; rank++) {
      const start = rank === 0 ? 0 : next[rank - 1];
      sortIdsByName(sorted, sortedNames.subarray(start, next[rank]), start, this.#flat.strings, (from, to) =>
        this.#sortOwnNames(sorted, from, to),
      );
    }
    return sorted;
  }

  /** Sorts types that lead to the same name by their own names. */
  #sortOwnNames(ids: Uint32Array, start: number, end: number): void {
    const { words, starts, strings } = this.#flat;
    const names = new Uint32Array(end - start);
    for (let i = start; i < end; i++) names[i - start] = words[starts[ids[i]] + K.NAME_OFF];
    sortIdsByName(ids, names, start, strings, (from, to) => this.#sortAlike(ids, from, to));
  }

  /** Sorts types of the same names by hash, then by id. */
  #sortAlike(ids: Uint32Array, start: number, end: number): void {
    const alike = ids.slice(start, end);
    const hashes = this.#hasher.hashes(alike);
    const places = alike.map((_, i) => i);
    places.sort((a, b) => compareHash(hashes, a, b) || alike[a] - alike[b]);
    for (let i = 0; i < places.length; i++) ids[start + i] = alike[places[i]];
  }

  /** The first type on the chain from `id` that is not a reference. */
  #leaf(id: TypeId): TypeId {
    const { kinds, targets } = this.#flat;
    let leaf = targets[id];
    for (let steps = 0; isReference(kinds[leaf]); steps++) {
      if (steps > LONG_WAY) return this.#farLeaf(id);
      leaf = targets[leaf];
    }
    return leaf;
  }

  /** The same for a long chain, whose result is remembered for each of its types. */
  #farLeaf(id: TypeId): TypeId {
    const { kinds, targets, typeCount } = this.#flat;
    this.#leaves ??= new Uint32Array(typeCount);
    const leaves = this.#leaves;
    let leaf = id;
    for (let steps = 0; leaves[leaf] === 0 && isReference(kinds[leaf]); steps++) {
      if (steps > typeCount) throw typeCycle(leaf);
      leaf = targets[leaf];
    }
    if (leaves[leaf] !== 0) leaf = leaves[leaf] - 1;
    for (let at = id; at !== leaf && leaves[at] === 0; at = targets[at]) leaves[at] = leaf + 1;
    return leaf;
  }
}

/** Types with their first sort keys. */
interface Ranked {
  readonly ids: Uint32Array;
  /** From 0 to {@link MAX_RANK}. */
  readonly ranks: Uint8Array;
  /** Name offset of what each leads to. */
  readonly names: Uint32Array;
}

function rankedTypes(count: number): Ranked {
  return { ids: new Uint32Array(count), ranks: new Uint8Array(count), names: new Uint32Array(count) };
}

/** Rank of an unnamed and of a named type. References take the rank of what they lead to; most others come last. */
type Rank = readonly [unnamed: number, named: number];
const last: Rank = [MAX_RANK, MAX_RANK];
const RANK_OF_KIND: readonly Rank[] = K.byKind<Rank>(
  {
    INT: [2, 2],
    PTR: last,
    ARRAY: last,
    STRUCT: [MAX_RANK, 3],
    UNION: [MAX_RANK, 3],
    ENUM: [0, 1],
    FWD: last,
    TYPEDEF: last,
    VOLATILE: last,
    CONST: last,
    RESTRICT: last,
    FUNC: last,
    FUNC_PROTO: [MAX_RANK, 4],
    VAR: last,
    DATASEC: last,
    FLOAT: [2, 2],
    DECL_TAG: last,
    TYPE_TAG: last,
    ENUM64: [0, 1],
    LOC_PARAM: last,
    LOC_PROTO: last,
    LOCSEC: last,
  },
  last,
);
const RANKS: Uint8Array = Uint8Array.from(RANK_OF_KIND, ([unnamed]) => unnamed);
const NAMED_RANKS: Uint8Array = Uint8Array.from(RANK_OF_KIND, ([, named]) => named);
