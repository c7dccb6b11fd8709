import * as K from "../../btf/kinds.ts";
import { RESOLVE_RULES as R } from "./resolve-rules.ts";
import type { Rule } from "./rule.ts";

/** A member whose type is resolved, put together by the resolver; one object for a whole run. */
export interface Member {
  /** Kind of the type below its modifiers. */
  kind: K.KindNumber;
  /** Size of that type in bytes. */
  size: number;
  /** Word of that type, if it is an INT: encoding, bit offset, bits. */
  intData: number;
  /** Third word of the member: bit offset, and with the kind flag the width in the top byte. */
  offset: number;
  structKflag: boolean;
  structSize: number;
  /** Bytes of a pointer on the kernel's machine. */
  pointerBytes: number;
}

/** The rule that the member breaks, if any (`check_member` and `check_kflag_member` of each kind, kernel/bpf/btf.c). */
export function brokenMemberRule(m: Member): Rule | undefined {
  if (!m.structKflag) return brokenPlain(m, m.offset);
  if (m.kind === K.INT) return brokenIntWithKflag(m);
  if (K.isEnum(m.kind)) return brokenEnumWithKflag(m);
  return m.offset >>> 24 === 0 ? brokenPlain(m, m.offset) : R.memberBitfieldSize;
}

function brokenPlain(m: Member, bits: number): Rule | undefined {
  switch (m.kind) {
    case K.INT: {
      const start = bits + ((m.intData >>> 16) & 0xff);
      if (start > 0xffffffff) return R.memberOffsetRange;
      return brokenBits(m, start, m.intData & 0xff);
    }
    case K.FLOAT: {
      if (bits % (8 * Math.min(m.pointerBytes, m.size)) !== 0) return R.memberAligned;
      return bits / 8 + m.size > m.structSize ? R.memberExceeds : undefined;
    }
    case K.PTR:
    case K.ARRAY:
    case K.STRUCT:
    case K.UNION:
    case K.ENUM:
    case K.ENUM64: {
      if (bits % 8 !== 0) return R.memberByteAligned;
      return bits / 8 + m.size > m.structSize ? R.memberExceeds : undefined;
    }
    case K.TYPEDEF:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.TYPE_TAG:
    case K.FWD:
    case K.FUNC:
    case K.FUNC_PROTO:
    case K.VAR:
    case K.DATASEC:
    case K.DECL_TAG:
    case K.LOC_PARAM:
    case K.LOC_PROTO:
    case K.LOCSEC:
      return R.member;
    default:
      K.notKnown(m.kind);
      return R.member;
  }
}

function brokenIntWithKflag(m: Member): Rule | undefined {
  if (!isRegularInt(m.intData)) return R.memberBaseType;
  const start = m.offset & 0xffffff;
  const width = m.offset >>> 24;
  const intBits = m.intData & 0xff;
  if (width === 0) return start % 8 === 0 ? brokenBits(m, start, intBits) : R.memberOffset;
  return width > intBits ? R.memberBitfieldSize : brokenBits(m, start, width);
}

/** The kernel takes an enum for 32 bits here, whatever its size. */
function brokenEnumWithKflag(m: Member): Rule | undefined {
  const start = m.offset & 0xffffff;
  const width = m.offset >>> 24;
  if (width === 0 && start % 8 !== 0) return R.memberByteAligned;
  if (width > 32) return R.memberBitfieldSize;
  return Math.ceil((start + (width === 0 ? 32 : width)) / 8) > m.structSize ? R.memberExceeds : undefined;
}

function brokenBits(m: Member, start: number, width: number): Rule | undefined {
  const copied = width + (start % 8);
  if (copied > 128) return R.memberCopyBits;
  return Math.floor(start / 8) + Math.ceil(copied / 8) > m.structSize ? R.memberExceeds : undefined;
}

/** Whole bytes, a power of two of them up to 16, from bit 0 on (`btf_type_int_is_regular`). */
export function isRegularInt(intData: number): boolean {
  const bits = intData & 0xff;
  return (
    ((intData >>> 16) & 0xff) === 0 &&
    (bits === 8 || bits === 16 || bits === 32 || bits === 64 || bits === 128)
  );
}
