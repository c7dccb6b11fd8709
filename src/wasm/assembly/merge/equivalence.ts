import * as KIND from "../../../btf/kind-numbers";
import {
  ARRAY_INDEX_TYPE,
  ARRAY_TYPE,
  HEAD_WORDS,
  INFO,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  PARAM_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import * as COMPARE from "../../constants/merge-codes";
import { grown, take } from "../common/arena";
import { isComposite } from "../common/kinds";
import { field, flagOf, kindOf, recordOf, typeCount, vlenOf } from "../common/types";
import { definitionOf, isMapped, resolve, setCanon } from "./canon";
import { spend } from "./effort";
import { refuse } from "./host";
import { comparisonOf } from "./kinds";
import {
  compatibleArrays,
  compatibleEnums,
  compatibleProtos,
  sameButIds,
  sameHead,
  sameRecord,
} from "./record";

// Decides whether the graphs of types below two types are equivalent (`btf_dedup_is_equiv` of libbpf). Both graphs are
// walked side by side. The walk supposes that each canonical type stands for the type that it meets in the other graph,
// and rejects the graphs if it meets a different one later. A forward declaration matches the definition of its name.
// If the graphs are equivalent, the suppositions are kept.

/** Nothing is supposed about a canonical type yet. */
const NONE: u32 = 0xffffffff;
/** How deep {@link areIdentical} compares two types. */
const IDENTICAL_DEPTH: u32 = 16;
const FIRST_PENDING: usize = 1024;

/** Ids below this belong to the base. */
let firstId: u32 = 0;
/**
 * By canonical id: the type that it is supposed to stand for (`hypot_map`). Then the ids that have one, in the order of
 * the walk.
 */
let supposed: usize = 0;
let supposing: usize = 0;
let supposingCount: u32 = 0;
/**
 * A stack of pairs still to be compared, the canonical type second. libbpf recurses, but a graph can be as deep as its
 * author likes.
 */
let pending: usize = 0;
let pendingBytes: usize = 0;
let pendingRoom: usize = 0;
/**
 * Whether the graphs are equivalent only if a forward declaration of the base became its definition. The base cannot
 * change, so they are not.
 */
let wouldChangeBase: bool = false;

/** Makes room for comparing all types. */
export function openEquivalence(first: u32): void {
  firstId = first;
  supposed = take(u64(typeCount) << 2);
  memory.fill(supposed, 0xff, usize(typeCount) << 2);
  supposing = take(u64(typeCount) << 2);
  supposingCount = 0;
  pendingRoom = FIRST_PENDING;
  pending = take(pendingRoom);
}

/**
 * Whether the canonical `candidate` can stand for `id`. If so, forward declarations in both graphs are mapped to
 * definitions, and structs to their canonical ones (`btf_dedup_merge_hypot_map`).
 */
export function areEquivalent(id: u32, candidate: u32): bool {
  for (let i: u32 = 0; i < supposingCount; i++) setEntry(supposed, entry(supposing, i), NONE);
  supposingCount = 0;
  wouldChangeBase = false;
  if (!walk(id, candidate)) return false;
  keep();
  return !wouldChangeBase;
}

function walk(id: u32, candidate: u32): bool {
  pendingBytes = 0;
  pend(id, candidate);
  while (pendingBytes > 0) {
    pendingBytes -= 8;
    const pair = pending + pendingBytes;
    if (!compare(load<u32>(pair), load<u32>(pair, 4))) return false;
  }
  return true;
}

/** Compares two types, except the types that they refer to: these are pushed as pending pairs, in libbpf's order. */
function compare(id: u32, candidate: u32): bool {
  if (resolve(id) === resolve(candidate)) return true;
  const canonId = definitionOf(candidate);
  const before = entry(supposed, canonId);
  // Compilers write some types twice into one unit; accept a second candidate if it is structurally identical.
  if (before !== NONE) return before === id || areIdentical(before, id, IDENTICAL_DEPTH);
  setEntry(supposed, canonId, id);
  setEntry(supposing, supposingCount++, canonId);

  const a = recordOf(id);
  const b = recordOf(canonId);
  if (field(a, NAME_OFF) !== field(b, NAME_OFF)) return false;
  const info = field(a, INFO);
  const kind = kindOf(id);
  const canonKind = kindOf(canonId);
  if (kind !== canonKind) {
    if (kind === KIND.FWD) return declaredKind(info) === canonKind;
    if (canonKind !== KIND.FWD || declaredKind(field(b, INFO)) !== kind) return false;
    if (canonId < firstId) wouldChangeBase = true;
    return true;
  }
  // This also pays for the pairs that are pushed: each is compared once.
  spend(1 + vlenOf(info));
  switch (comparisonOf(kind)) {
    case COMPARE.RECORD:
      return sameRecord(a, b);
    case COMPARE.ENUMERATORS:
      return compatibleEnums(a, b);
    case COMPARE.HEAD:
      return sameHead(a, b);
    case COMPARE.TARGET:
      if (info !== field(b, INFO)) return false;
      pendField(a, b, SIZE_OR_TYPE);
      return true;
    case COMPARE.ELEMENTS_OF_ARRAY:
      if (!compatibleArrays(a, b)) return false;
      pendField(a, b, ARRAY_TYPE);
      pendField(a, b, ARRAY_INDEX_TYPE);
      return true;
    case COMPARE.MEMBERS:
      if (!sameButIds(a, b)) return false;
      pendElements(a, b, MEMBER_WORDS);
      return true;
    case COMPARE.PARAMETERS:
      if (!compatibleProtos(a, b)) return false;
      pendElements(a, b, PARAM_WORDS);
      pendField(a, b, SIZE_OR_TYPE);
      return true;
    default:
      refuse(COMPARE.LEADS_TO_NO_VALUE, kind);
      return false;
  }
}

function pend(id: u32, candidate: u32): void {
  if (pendingBytes === pendingRoom) {
    pending = grown(pending, pendingRoom);
    pendingRoom *= 2;
  }
  store<u32>(pending + pendingBytes, id);
  store<u32>(pending + pendingBytes, candidate, 4);
  pendingBytes += 8;
}

/** Pushes the pair of types to which two records refer at a word position. */
function pendField(a: usize, b: usize, position: u32): void {
  pend(field(a, position), field(b, position));
}

/** Pushes the pairs of types of all members or parameters, so that the first one is on top. */
function pendElements(a: usize, b: usize, size: u32): void {
  const end: u32 = HEAD_WORDS + vlenOf(field(a, INFO)) * size;
  for (let i = end; i > u32(HEAD_WORDS); i -= size) pendField(a, b, i - size + MEMBER_TYPE);
}

/**
 * Whether two types have the same structure, down to a depth (`btf_dedup_identical_types`). As in libbpf, the element
 * types of arrays are not compared: it compares an array with itself.
 */
function areIdentical(a: u32, b: u32, depth: u32): bool {
  let first = a;
  let second = b;
  while (depth > 0) {
    const at = recordOf(first);
    const other = recordOf(second);
    const info = field(at, INFO);
    const kind = kindOf(first);
    spend(1 + vlenOf(info));
    if (kind !== kindOf(second)) return false;
    if (kind === 0) return true;
    switch (comparisonOf(kind)) {
      case COMPARE.RECORD:
        return sameRecord(at, other);
      case COMPARE.ENUMERATORS:
        return compatibleEnums(at, other);
      case COMPARE.HEAD:
        return sameHead(at, other);
      case COMPARE.TARGET:
        if (info !== field(other, INFO) || field(at, NAME_OFF) !== field(other, NAME_OFF)) return false;
        first = field(at, SIZE_OR_TYPE);
        second = field(other, SIZE_OR_TYPE);
        break;
      case COMPARE.ELEMENTS_OF_ARRAY:
        return compatibleArrays(at, other);
      case COMPARE.MEMBERS:
        return sameButIds(at, other) && areElementsIdentical(at, other, MEMBER_WORDS, depth);
      case COMPARE.PARAMETERS:
        return (
          compatibleProtos(at, other) &&
          isSameOrIdentical(field(at, SIZE_OR_TYPE), field(other, SIZE_OR_TYPE), depth - 1) &&
          areElementsIdentical(at, other, PARAM_WORDS, depth)
        );
      default:
        return false;
    }
  }
  return false;
}

function areElementsIdentical(at: usize, other: usize, size: u32, depth: u32): bool {
  const end: u32 = HEAD_WORDS + vlenOf(field(at, INFO)) * size;
  for (let i: u32 = HEAD_WORDS + MEMBER_TYPE; i < end; i += size) {
    if (!isSameOrIdentical(field(at, i), field(other, i), depth - 1)) return false;
  }
  return true;
}

function isSameOrIdentical(a: u32, b: u32, depth: u32): bool {
  return a === b || areIdentical(a, b, depth);
}

/** Maps types as supposed, in the order of the walk, since a later supposition may build on an earlier one. */
function keep(): void {
  for (let i: u32 = 0; i < supposingCount; i++) {
    const canonId = entry(supposing, i);
    const id = resolve(entry(supposed, canonId));
    const canonical = resolve(canonId);
    const isForward = kindOf(id) === KIND.FWD;
    const isCanonForward = kindOf(canonical) === KIND.FWD;
    // Also if it is in the base: forward declarations of split BTFs that are mapped to it get this definition.
    if (!isForward && isCanonForward) setCanon(canonical, id);
    if (wouldChangeBase) continue;
    if (isForward && !isCanonForward) setCanon(id, canonical);
    // This struct will not have to be compared again.
    if (isComposite(kindOf(id)) && !isCanonForward && isMapped(canonical) && !isMapped(id)) {
      setCanon(id, canonical);
    }
  }
}

/** The kind that a forward declaration with this info word declares (`btf_fwd_kind`). */
function declaredKind(info: u32): u32 {
  return flagOf(info) ? KIND.UNION : KIND.STRUCT;
}

function entry(array: usize, index: u32): u32 {
  return load<u32>(array + (usize(index) << 2));
}

function setEntry(array: usize, index: u32, value: u32): void {
  store<u32>(array + (usize(index) << 2), value);
}
