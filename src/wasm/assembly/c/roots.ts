import * as K from "../../../btf/kind-numbers";
import { HEAD_WORDS, UNKN } from "../../../btf/record-words";
import { TYPE_CYCLE } from "../../constants/refusal-codes";
import { giveBack, mark, take, takeZeros } from "../common/arena";
import { sameName } from "../common/hashing";
import { refuse } from "../common/host";
import { isEnum } from "../common/kinds";
import { nameAt } from "../common/names";
import { endOf, field, kindOf, nameOf, place, recordOf, targetOf, typeCount } from "../common/types";
import { hashOf, startHashes } from "./hash";
import { leftOut } from "./host";
import { isKnown, isReference, namedRank, unnamedRank } from "./kind-table";
import { keepLive } from "./live";
import { sortByName } from "./name-sort";
import { LONG_WAY, order } from "./order";

// Orders types as bpftool does, so that the headers of two kernels differ little (`sort_btf_c`, bpftool src/btf.c): by
// the rank of their kind, by the name of the type that they lead to, by their own name, by a hash, by id.

/** The last rank: anonymous types, functions, variables. */
const MAX_RANK: u32 = 10;

/** The types to sort: id, rank, and name offset of the type that each leads to. */
let ids: usize = 0;
let ranks: usize = 0;
let names: usize = 0;
/**
 * By id: 1 + the type that a typedef, pointer, … on a long chain leads to; 0 if not known. Memory for it is taken when
 * needed.
 */
let leaves: usize = 0;

/** Forgets what is known about earlier types. */
export function startRoots(): void {
  leaves = 0;
  startHashes();
}

/** Queues the definitions of all types, in the order of their ids. */
export function orderUnsorted(): void {
  for (let id: u32 = 1; id < typeCount; id++) orderOne(id);
}

/** Queues the definitions of the `count` types whose ids lie at `at`, in that order. */
export function orderChosen(at: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) orderOne(load<u32>(at + (i << 2)));
}

/** Queues the definitions of the `count` types whose ids lie at `at`, sorted. */
export function orderSorted(at: usize, count: u32): void {
  takeRanked(count);
  for (let i: u32 = 0; i < count; i++) rank(load<u32>(at + (i << 2)), i);
  orderChosen(arrange(count), count);
}

/**
 * Queues the definitions of all types, sorted. The first `skipped` are left out: bpftool prints the elements 1 to n of
 * an array that begins at 0.
 */
export function orderAll(skipped: u32): void {
  takeRanked(typeCount);
  const rest = take(u64(typeCount) << 2);
  let count: u32 = 0;
  let restCount: u32 = 0;
  for (let id: u32 = 1; id < typeCount; id++) {
    const kind = kindOf(id);
    // These define nothing. DECL_TAGs do not either, but one may be the first type, which bpftool leaves out.
    if (kind === K.FUNC || kind === K.VAR || kind === K.DATASEC) continue;
    const isPlain = unnamedRank(kind) === MAX_RANK && nameOf(id) === 0;
    if (!isPlain && rank(id, count) !== MAX_RANK) {
      count++;
      continue;
    }
    store<u32>(rest + (restCount << 2), id);
    restCount++;
  }
  if (count > skipped) orderChosen(arrange(count) + (skipped << 2), count - skipped);
  // Most of the rest are pointers to queued types. They add nothing in any order and need not be sorted.
  orderSorted(rest, keepLive(rest, restCount));
}

function orderOne(id: u32): void {
  const kind = kindOf(id);
  if (kind === UNKN || isKnown(kind)) order(id);
  else leftOut(id);
}

function takeRanked(count: u32): void {
  ids = take(u64(count) << 2);
  ranks = take(count);
  names = take(u64(count) << 2);
}

/** Puts a type at index `i`. Returns its rank (`btf_type_rank`, `btf_type_sort_name`). */
function rank(id: u32, i: u32): u32 {
  const kind = kindOf(id);
  const ownName = nameOf(id);
  const leaf = isReference(kind) ? leafOf(id) : id;
  const enumerators = place(recordOf(id), HEAD_WORDS);
  const isUnnamedEnum = ownName === 0 && isEnum(kind) && endOf(id) > enumerators;
  const rank = ownName === 0 ? unnamedRank(kind) : namedRank(kindOf(leaf));
  store<u32>(ids + (i << 2), id);
  store<u8>(ranks + i, u8(rank));
  // An anonymous enum is sorted by its first enumerator.
  store<u32>(names + (i << 2), isUnnamedEnum ? field(enumerators, 0) : nameOf(leaf));
  return rank;
}

/** Sorts the first `count` ids by rank, then by name. Returns the address of the sorted ids. */
function arrange(count: u32): usize {
  const sorted = take(u64(count) << 2);
  const sortedNames = take(u64(count) << 2);
  let end: u32 = 0;
  for (let rank: u32 = 0; rank <= MAX_RANK; rank++) {
    const start = end;
    for (let i: u32 = 0; i < count; i++) {
      if (load<u8>(ranks + i) !== rank) continue;
      store<u32>(sorted + (end << 2), load<u32>(ids + (i << 2)));
      store<u32>(sortedNames + (end << 2), load<u32>(names + (i << 2)));
      end++;
    }
    sortRange(sorted + (start << 2), sortedNames + (start << 2), end - start, true);
  }
  return sorted;
}

/** Sorts by name, and types of the same name by their own names, then by hash. */
function sortRange(at: usize, namesAt: usize, count: u32, byOwnName: bool): void {
  sortByName(at, namesAt, count);
  let first: u32 = 0;
  for (let i: u32 = 1; i <= count; i++) {
    const name = load<u32>(namesAt + (first << 2));
    if (i < count && sameName(nameAt(name), nameAt(load<u32>(namesAt + (i << 2))))) continue;
    if (i - first > 1) {
      if (byOwnName) sortByOwnName(at + (first << 2), i - first);
      else sortByHash(at + (first << 2), i - first);
    }
    first = i;
  }
}

function sortByOwnName(at: usize, count: u32): void {
  const before = mark();
  const own = take(u64(count) << 2);
  for (let i: u32 = 0; i < count; i++) store<u32>(own + (i << 2), nameOf(load<u32>(at + (i << 2))));
  sortRange(at, own, count, false);
  giveBack(before);
}

/** Sorts ids by hash, then by id (merge sort). */
function sortByHash(at: usize, count: u32): void {
  // Computes all hashes: memory that is taken for them must not be among what is given back below.
  for (let i: u32 = 0; i < count; i++) hashOf(load<u32>(at + (i << 2)));
  const before = mark();
  let from = take(u64(count) << 4);
  let to = take(u64(count) << 4);
  for (let i: u32 = 0; i < count; i++) {
    const id = load<u32>(at + (i << 2));
    store<u64>(from + (i << 4), hashOf(id));
    store<u64>(from + (i << 4), id, 8);
  }
  for (let width: u32 = 1; width < count; width <<= 1) {
    for (let first: u32 = 0; first < count; first += 2 * width)
      merge(from, to, first, min(first + width, count), min(first + 2 * width, count));
    const other = from;
    from = to;
    to = other;
  }
  for (let i: u32 = 0; i < count; i++) store<u32>(at + (i << 2), load<u32>(from + (i << 4), 8));
  giveBack(before);
}

/** Merges the sorted pairs from `first` to `middle` with those from `middle` to `end`. */
function merge(from: usize, to: usize, first: u32, middle: u32, end: u32): void {
  let a = first;
  let b = middle;
  for (let i = first; i < end; i++) {
    const takesA = b === end || (a < middle && !comesAfter(from + (a << 4), from + (b << 4)));
    const pair = from + ((takesA ? a : b) << 4);
    if (takesA) a++;
    else b++;
    memory.copy(to + (i << 4), pair, 16);
  }
}

function comesAfter(a: usize, b: usize): bool {
  const hashA = load<u64>(a);
  const hashB = load<u64>(b);
  return hashA > hashB || (hashA === hashB && load<u64>(a, 8) > load<u64>(b, 8));
}

/** The first type behind `id` that is not a reference. */
function leafOf(id: u32): u32 {
  let leaf = targetOf(id);
  for (let steps: u32 = 0; isReference(kindOf(leaf)); steps++) {
    if (steps > LONG_WAY) return farLeaf(id);
    leaf = targetOf(leaf);
  }
  return leaf;
}

/** The same for a long chain, for which the result is remembered for each type on it. */
function farLeaf(id: u32): u32 {
  if (leaves === 0) leaves = takeZeros(u64(typeCount) << 2);
  let leaf = id;
  for (let steps: u32 = 0; load<u32>(leaves + (leaf << 2)) === 0 && isReference(kindOf(leaf)); steps++) {
    if (steps > typeCount) refuse(TYPE_CYCLE, leaf);
    leaf = targetOf(leaf);
  }
  const known = load<u32>(leaves + (leaf << 2));
  if (known !== 0) leaf = known - 1;
  for (let at = id; at !== leaf && load<u32>(leaves + (at << 2)) === 0; at = targetOf(at))
    store<u32>(leaves + (at << 2), leaf + 1);
  return leaf;
}
