import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { essentialLength } from "../../types/flavours.ts";
import type { CoreEffort } from "./core-effort.ts";
import { EINVAL, Errno } from "./errno.ts";
import { sameBytes } from "./same-bytes.ts";
import type { Side } from "./side.ts";
import { kindWord } from "./spec.ts";

/** Types or pointers within types that are followed, and parameters within parameters (relo_core.c). */
const MAX_DEPTH = 32;
const MAX_LEVEL = 32;

/** Whether types of two kinds can match: the same kind, or enums of either width (`btf_kind_core_compat`). */
export function kindsAreCompat(a: number, b: number): boolean {
  return a === b || (K.isEnum(a) && K.isEnum(b));
}

/**
 * Whether a member of the target may be read where the object's own was meant: structs and unions mix, names of enums
 * agree, sizes and signs do not matter (`bpf_core_fields_are_compat`).
 */
export function fieldsAreCompat(local: Side, localId: TypeId, target: Side, targetId: TypeId): boolean {
  let a = local.skip(localId);
  let b = target.skip(targetId);
  for (let depth = 0; depth <= local.btf.typeCount; depth++) {
    const kind = local.kind(a);
    if (K.isComposite(kind) && K.isComposite(target.kind(b))) return true;
    if (!kindsAreCompat(kind, target.kind(b))) return false;
    switch (kind) {
      case K.PTR:
      case K.FLOAT:
        return true;
      case K.FWD:
      case K.ENUM:
      case K.ENUM64:
        return namesAgree(local, local.btf.nameOff(a), target, target.btf.nameOff(b));
      case K.INT:
        return !isOldBitfield(local, a) && !isOldBitfield(target, b);
      case K.ARRAY:
        a = local.skip(local.word(a, K.ARRAY_TYPE));
        b = target.skip(target.word(b, K.ARRAY_TYPE));
        break;
      case K.STRUCT:
      case K.UNION:
      case K.FUNC_PROTO:
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
        // No member is of these once modifiers are skipped; structs and unions are answered above.
        return false;
      default:
        K.notKnown(kind);
        return false;
    }
  }
  throw new Errno(EINVAL);
}

/** Whether one of the names is empty, or both are the same without their flavors. */
function namesAgree(local: Side, localOff: number, target: Side, targetOff: number): boolean {
  const a = local.btf.strings.slice(localOff);
  const b = target.btf.strings.slice(targetOff);
  const length = essentialLength(a, 0);
  if (length === 0 || b.length === 0) return true;
  return length === essentialLength(b, 0) && sameBytes(a, 0, b, 0, length);
}

/** `BTF_INT_OFFSET`: an INT that begins within its bytes, which compilers made before members had bit sizes. */
function isOldBitfield(side: Side, id: TypeId): boolean {
  return ((side.word(id, K.FIRST_INFO) >>> 16) & 0xff) !== 0;
}

/**
 * Whether the target type matches the object's type as a whole: it has the same kinds at all levels; names below the
 * root do not matter (`__bpf_core_types_are_compat`).
 */
export function typesAreCompat(
  local: Side,
  localId: TypeId,
  target: Side,
  targetId: TypeId,
  effort: CoreEffort,
  level: number = MAX_LEVEL,
): boolean {
  if (!kindsAreCompat(local.kind(localId), target.kind(targetId))) return false;
  let a = localId;
  let b = targetId;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    effort.spend(1);
    a = local.skip(a);
    b = target.skip(b);
    const kind = local.kind(a);
    if (!kindsAreCompat(kind, target.kind(b))) return false;
    switch (kind) {
      case K.UNKN:
      case K.STRUCT:
      case K.UNION:
      case K.ENUM:
      case K.ENUM64:
      case K.FWD:
        return true;
      case K.INT:
        return !isOldBitfield(local, a) && !isOldBitfield(target, b);
      case K.PTR:
        a = local.word(a, K.SIZE_OR_TYPE);
        b = target.word(b, K.SIZE_OR_TYPE);
        break;
      case K.ARRAY:
        a = local.word(a, K.ARRAY_TYPE);
        b = target.word(b, K.ARRAY_TYPE);
        break;
      case K.FUNC_PROTO: {
        const vlen = local.vlen(a);
        if (vlen !== target.vlen(b)) return false;
        for (let i = 0; i < vlen; i++) {
          if (level <= 0) throw new Errno(EINVAL);
          const parameter = local.skip(paramType(local, a, i));
          const other = target.skip(paramType(target, b, i));
          if (!typesAreCompat(local, parameter, target, other, effort, level - 1)) return false;
        }
        a = local.skip(local.word(a, K.SIZE_OR_TYPE));
        b = target.skip(target.word(b, K.SIZE_OR_TYPE));
        break;
      }
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
        return isUnexpected(kind, a, b, effort);
      default:
        K.notKnown(kind);
        return isUnexpected(kind, a, b, effort);
    }
  }
  throw new Errno(EINVAL);
}

/** Says, as libbpf does, that types of this kind are not compared; they do not match. */
export function isUnexpected(kind: number, localId: TypeId, targetId: TypeId, effort: CoreEffort): false {
  effort.remark(`unexpected kind ${kindWord(kind)} relocated, local [${localId}], target [${targetId}]`);
  return false;
}

/** Type of a parameter of a FUNC_PROTO. */
export function paramType(side: Side, protoId: TypeId, index: number): TypeId {
  const { words } = side.btf.holder(protoId);
  return words[side.element(protoId, index, K.PARAM_WORDS) + K.PARAM_TYPE];
}
