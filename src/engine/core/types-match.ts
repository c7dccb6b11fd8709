import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { essentialLength } from "../../types/flavours.ts";
import { isUnexpected, paramType } from "./compat.ts";
import type { CoreEffort } from "./core-effort.ts";
import { EINVAL, Errno } from "./errno.ts";
import { sameBytes } from "./same-bytes.ts";
import type { Side } from "./side.ts";

const MAX_DEPTH = 32;
const MAX_LEVEL = 32;

/**
 * Whether the target has all that the object's own type has: members and enumerators by name, their types the same way,
 * and below a pointer names and kinds only (`__bpf_core_types_match`). Recursion is as deep as `MAX_LEVEL`, as in
 * libbpf.
 */
export class TypesMatch {
  readonly #local: Side;
  readonly #target: Side;
  readonly #effort: CoreEffort;

  constructor(local: Side, target: Side, effort: CoreEffort) {
    this.#local = local;
    this.#target = target;
    this.#effort = effort;
  }

  /** Throws EINVAL where types go too deep. */
  match(localId: TypeId, targetId: TypeId): boolean {
    return this.#match(localId, targetId, false, MAX_LEVEL);
  }

  #match(localId: TypeId, targetId: TypeId, isBehindPointer: boolean, level: number): boolean {
    if (level <= 0) throw new Errno(EINVAL);
    const local = this.#local;
    const target = this.#target;
    let behind = isBehindPointer;
    let a = localId;
    let b = targetId;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      this.#effort.spend(1);
      a = local.skip(a);
      b = target.skip(b);
      if (!this.#namesMatch(local.btf.nameOff(a), target.btf.nameOff(b))) return false;
      const kind = local.kind(a);
      const other = target.kind(b);
      switch (kind) {
        case K.UNKN:
          return other === kind;
        case K.FWD:
          return this.#forwardMatches(a, b, behind);
        case K.ENUM:
        case K.ENUM64:
          return K.isEnum(other) && this.#enumsMatch(a, b);
        case K.STRUCT:
        case K.UNION:
          if (!behind) return kind === other && this.#compositesMatch(a, b, level);
          return kind === other || (other === K.FWD && target.btf.kflag(b) === (kind === K.UNION));
        case K.INT:
          return (
            other === K.INT &&
            local.word(a, K.SIZE_OR_TYPE) === target.word(b, K.SIZE_OR_TYPE) &&
            isSigned(local, a) === isSigned(target, b)
          );
        case K.PTR:
          if (other !== K.PTR) return false;
          behind = true;
          a = local.word(a, K.SIZE_OR_TYPE);
          b = target.word(b, K.SIZE_OR_TYPE);
          break;
        case K.ARRAY:
          if (other !== K.ARRAY) return false;
          if (local.word(a, K.ARRAY_ELEMENTS) !== target.word(b, K.ARRAY_ELEMENTS)) return false;
          a = local.word(a, K.ARRAY_TYPE);
          b = target.word(b, K.ARRAY_TYPE);
          break;
        case K.FUNC_PROTO:
          if (other !== K.FUNC_PROTO || !this.#paramsMatch(a, b, behind, level)) return false;
          a = local.word(a, K.SIZE_OR_TYPE);
          b = target.word(b, K.SIZE_OR_TYPE);
          break;
        case K.FLOAT:
        case K.TYPEDEF:
        case K.VOLATILE:
        case K.CONST:
        case K.RESTRICT:
        case K.TYPE_TAG:
        case K.FUNC:
        case K.VAR:
        case K.DATASEC:
        case K.DECL_TAG:
        case K.LOC_PARAM:
        case K.LOC_PROTO:
        case K.LOCSEC:
          return isUnexpected(kind, a, b, this.#effort);
        default:
          K.notKnown(kind);
          return isUnexpected(kind, a, b, this.#effort);
      }
    }
    throw new Errno(EINVAL);
  }

  /** Below a pointer, the struct or union that a forward declaration is of will do. */
  #forwardMatches(localId: TypeId, targetId: TypeId, behind: boolean): boolean {
    const isUnion = this.#local.btf.kflag(localId);
    const kind = this.#target.kind(targetId);
    if (kind === K.FWD) return this.#target.btf.kflag(targetId) === isUnion;
    return behind && kind === (isUnion ? K.UNION : K.STRUCT);
  }

  #enumsMatch(localId: TypeId, targetId: TypeId): boolean {
    const { vlen, others } = this.#counts(localId, targetId);
    if (this.#local.word(localId, K.SIZE_OR_TYPE) !== this.#target.word(targetId, K.SIZE_OR_TYPE))
      return false;
    if (vlen > others) return false;
    for (let i = 0; i < vlen; i++) if (this.#findName(localId, i, targetId, 0) < 0) return false;
    return true;
  }

  #compositesMatch(localId: TypeId, targetId: TypeId, level: number): boolean {
    const { vlen, others } = this.#counts(localId, targetId);
    if (vlen > others) return false;
    for (let i = 0; i < vlen; i++) {
      const type = this.#local.memberType(localId, i);
      let isMatched = false;
      for (let j = this.#findName(localId, i, targetId, 0); j >= 0 && !isMatched; ) {
        isMatched = this.#match(type, this.#target.memberType(targetId, j), false, level - 1);
        if (!isMatched) j = this.#findName(localId, i, targetId, j + 1);
      }
      if (!isMatched) return false;
    }
    return true;
  }

  #paramsMatch(localId: TypeId, targetId: TypeId, behind: boolean, level: number): boolean {
    const { vlen, others } = this.#counts(localId, targetId);
    if (vlen !== others) return false;
    for (let i = 0; i < vlen; i++) {
      const type = paramType(this.#local, localId, i);
      if (!this.#match(type, paramType(this.#target, targetId, i), behind, level - 1)) return false;
    }
    return true;
  }

  #counts(localId: TypeId, targetId: TypeId): { vlen: number; others: number } {
    return { vlen: this.#local.vlen(localId), others: this.#target.vlen(targetId) };
  }

  /** Index, from `from` on, of the target's member or enumerator with the local one's name; -1 if there is none. */
  #findName(localId: TypeId, index: number, targetId: TypeId, from: number): number {
    const nameOff = this.#local.elementName(localId, index);
    const count = this.#target.vlen(targetId);
    for (let i = from; i < count; i++) {
      this.#effort.spend(1);
      if (this.#namesMatch(nameOff, this.#target.elementName(targetId, i))) return i;
    }
    return -1;
  }

  /** `bpf_core_names_match` */
  #namesMatch(localOff: number, targetOff: number): boolean {
    const local = this.#local.btf.strings.holder(localOff);
    const target = this.#target.btf.strings.holder(targetOff);
    const a = localOff - local.firstOff;
    const b = targetOff - target.firstOff;
    if (target.bytes[b] === 0 || target.bytes[b] === undefined) return local.bytes[a] === 0;
    if (local.bytes[a] !== target.bytes[b]) return false;
    const length = essentialLength(target.bytes, b);
    return length === essentialLength(local.bytes, a) && sameBytes(local.bytes, a, target.bytes, b, length);
  }
}

/** `btf_int_encoding(t) & BTF_INT_SIGNED` */
function isSigned(side: Side, id: TypeId): boolean {
  return ((side.word(id, K.FIRST_INFO) >>> 24) & 1) !== 0;
}
