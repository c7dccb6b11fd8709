import { FUNC, isComposite, isEnum, TYPEDEF } from "../../../src/wire.ts";
import type { TypeList } from "../shared/model.ts";

/** How well a name fits: it is the word, begins with it, has it after an underscore, or anywhere. */
const EXACT = 0;
const PREFIX = 1;
const WORD = 2;
const INSIDE = 3;
const RANKS = 4;
/** Longer names are not told apart by their length. */
const LENGTHS = 64;

/** Finds types by parts of their names. It goes over all names for each search, in a few milliseconds for a vmlinux. */
export class TypeSearch {
  readonly #list: TypeList;
  readonly #lower: string;

  constructor(list: TypeList) {
    this.#list = list;
    this.#lower = list.names.toLowerCase();
  }

  /**
   * Places in the list of the types of these kinds, all if none are given, whose names have all words of `query`; those
   * that fit best come first, types before functions, short names before long ones, then in the order of the list.
   */
  find(query: string, kinds: readonly number[]): Uint32Array {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const isWanted = kindFilter(kinds);
    return words.length === 0 ? this.#all(isWanted) : this.#matching(words, isWanted);
  }

  #all(isWanted: Uint8Array): Uint32Array {
    const { kinds } = this.#list;
    const places = new Uint32Array(kinds.length);
    let count = 0;
    for (let i = 0; i < kinds.length; i++) if (isWanted[kinds[i]] === 1) places[count++] = i;
    return places.slice(0, count);
  }

  #matching(words: readonly string[], isWanted: Uint8Array): Uint32Array {
    const { starts, kinds } = this.#list;
    const lower = this.#lower;
    const [first, ...others] = words.toSorted((a, b) => b.length - a.length);
    const places: number[] = [];
    const ranks: number[] = [];
    let entry = 0;
    for (let at = lower.indexOf(first); at >= 0; ) {
      while (starts[entry + 1] <= at) entry++;
      const start = starts[entry];
      const end = starts[entry + 1] - 1;
      const isFound =
        isWanted[kinds[entry]] === 1 && (others.length === 0 || hasAll(lower.slice(start, end), others));
      if (isFound) {
        const fit = fitOf(lower, first, at, start, end);
        places.push(entry);
        ranks.push((fit * RANKS + KIND_RANKS[kinds[entry]]) * LENGTHS + Math.min(end - start, LENGTHS - 1));
      }
      at = lower.indexOf(first, end);
    }
    return sortedByRank(places, ranks);
  }
}

function hasAll(name: string, words: readonly string[]): boolean {
  return words.every((word) => name.includes(word));
}

function fitOf(names: string, word: string, at: number, start: number, end: number): number {
  if (at === start) return end - start === word.length ? EXACT : PREFIX;
  for (let next = at; next >= 0 && next < end; next = names.indexOf(word, next + 1)) {
    if (names[next - 1] === "_") return WORD;
  }
  return INSIDE;
}

/** By kind, 1 where it is wanted. */
function kindFilter(kinds: readonly number[]): Uint8Array {
  const isWanted = new Uint8Array(256).fill(kinds.length === 0 ? 1 : 0);
  for (const kind of kinds) isWanted[kind] = 1;
  return isWanted;
}

const KIND_RANKS: Uint8Array = Uint8Array.from({ length: 256 }, (_, kind) => {
  if (isComposite(kind)) return 0;
  if (isEnum(kind) || kind === TYPEDEF) return 1;
  return kind === FUNC ? 3 : 2;
});

/** Sorts by counting, so that names of one rank stay in their order. */
function sortedByRank(places: readonly number[], ranks: readonly number[]): Uint32Array {
  const next = new Uint32Array((INSIDE + 1) * RANKS * LENGTHS + 1);
  for (const rank of ranks) next[rank + 1]++;
  for (let i = 1; i < next.length; i++) next[i] += next[i - 1];
  const sorted = new Uint32Array(places.length);
  for (let i = 0; i < places.length; i++) sorted[next[ranks[i]]++] = places[i];
  return sorted;
}
