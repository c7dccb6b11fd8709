import type { TypeId } from "../../btf/btf.ts";
import {
  ARRAY,
  ARRAY_INDEX_TYPE,
  ARRAY_TYPE,
  CONST,
  DATASEC,
  DECL_TAG,
  ENUM,
  ENUM64,
  FLOAT,
  FUNC,
  FUNC_PROTO,
  FWD,
  HEAD_WORDS,
  INFO,
  INT,
  infoKflag,
  infoKind,
  infoVlen,
  isComposite,
  kindName,
  LOC_PARAM,
  LOC_PROTO,
  LOCSEC,
  MEMBER_WORDS,
  NAME_OFF,
  notKnown,
  PARAM_WORDS,
  PTR,
  RESTRICT,
  SIZE_OR_TYPE,
  STRUCT,
  TYPE_TAG,
  TYPEDEF,
  UNION,
  UNKN,
  VAR,
  VOLATILE,
} from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import type { Effort } from "../../types/effort.ts";
import type { CanonMap } from "./canon.ts";
import type { TypeGraph } from "./graph.ts";
import {
  compatibleArrays,
  compatibleEnums,
  compatibleProtos,
  sameButIds,
  sameHead,
  sameRecord,
} from "./record.ts";

/** No hypothesis yet about a canonical type. */
const NONE = 0xffffffff;
/** How deep two types that should be one are compared by structure. */
const IDENTICAL_DEPTH = 16;

/**
 * Whether the graph of types below one type is that below another (`btf_dedup_is_equiv` of libbpf). Both are walked side by
 * side; each canonical type on the way is supposed to stand for the type it is met with, and may stand for no other. A
 * forward declaration goes for the definition of its name. What was supposed can be kept if the answer is yes.
 */
export class Equivalence {
  private readonly graph: TypeGraph;
  private readonly canon: CanonMap;
  private readonly effort: Effort;
  /** By canonical id: the type it is supposed to stand for (`hypot_map`), and the ids that have one, in order. */
  private readonly supposed: Uint32Array;
  private readonly supposing: Uint32Array;
  private supposingCount = 0;
  /** Pairs still to be compared, canonical type last. libbpf recurses; graphs are as deep as their maker likes. */
  private pending: Uint32Array = new Uint32Array(1024);
  private pendingLength = 0;
  /** Whether a forward declaration of the base has met its definition: the base cannot change, so that is a no. */
  private wouldChangeBase = false;

  constructor(graph: TypeGraph, canon: CanonMap, effort: Effort) {
    this.graph = graph;
    this.canon = canon;
    this.effort = effort;
    this.supposed = new Uint32Array(graph.typeCount).fill(NONE);
    this.supposing = new Uint32Array(graph.typeCount);
  }

  /**
   * Whether `id` is what the canonical `candidate` is. Of graphs that are alike, the forward declarations are resolved by
   * the way, and structs mapped to their canonical ones (`btf_dedup_merge_hypot_map`).
   */
  test(id: TypeId, candidate: TypeId): boolean {
    for (let i = 0; i < this.supposingCount; i++) this.supposed[this.supposing[i]] = NONE;
    this.supposingCount = 0;
    this.wouldChangeBase = false;
    if (!this.walk(id, candidate)) return false;
    this.keep();
    return !this.wouldChangeBase;
  }

  private walk(id: TypeId, candidate: TypeId): boolean {
    this.pendingLength = 0;
    this.pend(id, candidate);
    while (this.pendingLength > 0) {
      this.pendingLength -= 2;
      const at = this.pendingLength;
      if (!this.compare(this.pending[at], this.pending[at + 1])) return false;
    }
    return true;
  }

  /** Compares two types but for what they refer to, which is left pending, in libbpf's order. */
  private compare(id: TypeId, candidate: TypeId): boolean {
    const canon = this.canon;
    if (canon.resolve(id) === canon.resolve(candidate)) return true;
    const canonId = canon.definition(candidate);
    const supposed = this.supposed[canonId];
    // Compilers write some types twice into one unit; accept a second candidate if it is structurally identical.
    if (supposed !== NONE) return supposed === id || this.areIdentical(supposed, id, IDENTICAL_DEPTH);
    this.supposed[canonId] = id;
    this.supposing[this.supposingCount++] = canonId;

    const { words, starts, firstId } = this.graph;
    const a = starts[id];
    const b = starts[canonId];
    if (words[a + NAME_OFF] !== words[b + NAME_OFF]) return false;
    const kind = infoKind(words[a + INFO]);
    const canonKind = infoKind(words[b + INFO]);
    if (kind !== canonKind) {
      if (kind === FWD) return declaredKind(words[a + INFO]) === canonKind;
      if (canonKind !== FWD || declaredKind(words[b + INFO]) !== kind) return false;
      if (canonId < firstId) this.wouldChangeBase = true;
      return true;
    }
    // Members are counted for those that are pending, too: each pair is compared once.
    this.effort.spend(1 + infoVlen(words[a + INFO]));
    switch (kind) {
      case INT:
        return sameRecord(words, a, b);
      case ENUM:
      case ENUM64:
        return compatibleEnums(words, a, b);
      case FWD:
      case FLOAT:
        return sameHead(words, a, b);
      case CONST:
      case VOLATILE:
      case RESTRICT:
      case PTR:
      case TYPEDEF:
      case FUNC:
      case TYPE_TAG:
        if (words[a + INFO] !== words[b + INFO]) return false;
        this.pend(words[a + SIZE_OR_TYPE], words[b + SIZE_OR_TYPE]);
        return true;
      case ARRAY:
        if (!compatibleArrays(words, a, b)) return false;
        this.pend(words[a + ARRAY_TYPE], words[b + ARRAY_TYPE]);
        this.pend(words[a + ARRAY_INDEX_TYPE], words[b + ARRAY_INDEX_TYPE]);
        return true;
      case STRUCT:
      case UNION:
        if (!sameButIds(words, a, b)) return false;
        this.pendElements(a, b, MEMBER_WORDS);
        return true;
      case FUNC_PROTO:
        if (!compatibleProtos(words, a, b)) return false;
        this.pendElements(a, b, PARAM_WORDS);
        this.pend(words[a + SIZE_OR_TYPE], words[b + SIZE_OR_TYPE]);
        return true;
      case VAR:
      case DATASEC:
      case DECL_TAG:
      case LOC_PARAM:
      case LOC_PROTO:
      case LOCSEC:
        throw notOfValue(kind);
      default:
        notKnown(kind);
        throw notOfValue(kind);
    }
  }

  private pend(id: TypeId, candidate: TypeId): void {
    if (this.pendingLength === this.pending.length) {
      const grown = new Uint32Array(this.pending.length * 2);
      grown.set(this.pending);
      this.pending = grown;
    }
    this.pending[this.pendingLength] = id;
    this.pending[this.pendingLength + 1] = candidate;
    this.pendingLength += 2;
  }

  /** Leaves the types of members or parameters pending, the first one uppermost. */
  private pendElements(a: number, b: number, size: number): void {
    const { words } = this.graph;
    const vlen = infoVlen(words[a + INFO]);
    for (let i = HEAD_WORDS + (vlen - 1) * size + 1; i > HEAD_WORDS; i -= size) {
      this.pend(words[a + i], words[b + i]);
    }
  }

  /**
   * Whether two types are the same by structure, down to some depth (`btf_dedup_identical_types`). As there, arrays are the
   * same whatever their elements are: that compares an array with itself.
   */
  private areIdentical(a: TypeId, b: TypeId, depth: number): boolean {
    const { words, starts } = this.graph;
    let first = a;
    let second = b;
    while (depth > 0) {
      const at = starts[first];
      const other = starts[second];
      const info = words[at + INFO];
      const kind = infoKind(info);
      this.effort.spend(1 + infoVlen(info));
      if (kind !== infoKind(words[other + INFO])) return false;
      switch (kind) {
        case UNKN:
          return true;
        case INT:
          return sameRecord(words, at, other);
        case ENUM:
        case ENUM64:
          return compatibleEnums(words, at, other);
        case FWD:
        case FLOAT:
          return sameHead(words, at, other);
        case CONST:
        case VOLATILE:
        case RESTRICT:
        case PTR:
        case TYPEDEF:
        case FUNC:
        case TYPE_TAG:
          if (info !== words[other + INFO] || words[at + NAME_OFF] !== words[other + NAME_OFF]) return false;
          first = words[at + SIZE_OR_TYPE];
          second = words[other + SIZE_OR_TYPE];
          break;
        case ARRAY:
          return compatibleArrays(words, at, other);
        case STRUCT:
        case UNION:
          return sameButIds(words, at, other) && this.areElementsIdentical(at, other, MEMBER_WORDS, depth);
        case FUNC_PROTO:
          return (
            compatibleProtos(words, at, other) &&
            this.isSameOrIdentical(words[at + SIZE_OR_TYPE], words[other + SIZE_OR_TYPE], depth - 1) &&
            this.areElementsIdentical(at, other, PARAM_WORDS, depth)
          );
        case VAR:
        case DATASEC:
        case DECL_TAG:
        case LOC_PARAM:
        case LOC_PROTO:
        case LOCSEC:
          return false;
        default:
          notKnown(kind);
          return false;
      }
    }
    return false;
  }

  private areElementsIdentical(at: number, other: number, size: number, depth: number): boolean {
    const { words } = this.graph;
    const end = HEAD_WORDS + infoVlen(words[at + INFO]) * size;
    for (let i = HEAD_WORDS + 1; i < end; i += size) {
      if (!this.isSameOrIdentical(words[at + i], words[other + i], depth - 1)) return false;
    }
    return true;
  }

  private isSameOrIdentical(a: TypeId, b: TypeId, depth: number): boolean {
    return a === b || this.areIdentical(a, b, depth);
  }

  /** Keeps what was supposed, in the order in which it was: a later one may build on it. */
  private keep(): void {
    const canon = this.canon;
    const graph = this.graph;
    for (let i = 0; i < this.supposingCount; i++) {
      const canonId = this.supposing[i];
      const id = canon.resolve(this.supposed[canonId]);
      const canonical = canon.resolve(canonId);
      const isForward = graph.kind(id) === FWD;
      const isCanonForward = graph.kind(canonical) === FWD;
      // Also for one in the base: split BTFs' forward declarations that map to it have a definition now.
      if (!isForward && isCanonForward) canon.set(canonical, id);
      if (this.wouldChangeBase) continue;
      if (isForward && !isCanonForward) canon.set(id, canonical);
      // A struct already mapped to another need not be compared again, once the other one is settled.
      if (
        isComposite(graph.kind(id)) &&
        !isCanonForward &&
        canon.isMapped(canonical) &&
        !canon.isMapped(id)
      ) {
        canon.set(id, canonical);
      }
    }
  }
}

function notOfValue(kind: number): BtfxError {
  return new BtfxError(
    "bad-type-id",
    `a struct or typedef leads to a ${kindName(kind)}, which is no type of a value`,
    { hint: "the BTF is damaged, or was not built against this base" },
  );
}

/** The kind that a forward declaration declares (`btf_fwd_kind`). */
function declaredKind(info: number): number {
  return infoKflag(info) ? UNION : STRUCT;
}
