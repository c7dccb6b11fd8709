// The rules for a member of a resolved type (`check_member` and `check_kflag_member` of each kind, kernel/bpf/btf.c).
import * as KIND from "../../../btf/kind-numbers";
import { FIRST_INFO } from "../../../btf/record-words";
import * as RULE from "../../constants/resolve-codes";
import { isEnum } from "../common/kinds";
import { field } from "../common/types";
import { is, kindOf, pointerBytes, recordOf, sizeOf } from "./notes";

/** In place of a rule: none is broken. */
export const IN_ORDER: i32 = -1;

/**
 * The rule that a member breaks, or {@link IN_ORDER}. `type` is the type behind modifiers. `offset` is the third word
 * of the member: the offset in bits, and if the struct has the kind flag, the width of a bitfield in the top byte.
 */
export function brokenMemberRule(type: u32, offset: u32, hasKflag: bool, structSize: u32): i32 {
  const kind = kindOf(type);
  if (!hasKflag) return brokenPlain(type, kind, offset, structSize);
  if (kind === KIND.INT) return brokenIntWithKflag(field(recordOf(type), FIRST_INFO), offset, structSize);
  if (isEnum(kind)) return brokenEnumWithKflag(offset, structSize);
  return offset >>> 24 === 0 ? brokenPlain(type, kind, offset, structSize) : RULE.MEMBER_BITFIELD_SIZE;
}

function brokenPlain(type: u32, kind: u32, bits: u32, structSize: u32): i32 {
  if (kind === KIND.INT) {
    const data = field(recordOf(type), FIRST_INFO);
    const start = u64(bits) + ((data >>> 16) & 0xff);
    return start > u32.MAX_VALUE ? RULE.MEMBER_OFFSET_RANGE : brokenBits(u32(start), data & 0xff, structSize);
  }
  const size = sizeOf(type);
  if (kind === KIND.FLOAT) {
    const aligned = min(pointerBytes, size) << 3;
    if (aligned === 0 || bits % aligned !== 0) return RULE.MEMBER_ALIGNED;
  } else {
    if (!is(kind, RULE.IS_WHOLE)) return RULE.MEMBER;
    if ((bits & 7) !== 0) return RULE.MEMBER_BYTE_ALIGNED;
  }
  return u64(bits >>> 3) + size > structSize ? RULE.MEMBER_EXCEEDS : IN_ORDER;
}

function brokenIntWithKflag(data: u32, offset: u32, structSize: u32): i32 {
  if (!isRegularInt(data)) return RULE.MEMBER_BASE_TYPE;
  const start = offset & 0xffffff;
  const width = offset >>> 24;
  const intBits = data & 0xff;
  if (width === 0) return (start & 7) === 0 ? brokenBits(start, intBits, structSize) : RULE.MEMBER_OFFSET;
  return width > intBits ? RULE.MEMBER_BITFIELD_SIZE : brokenBits(start, width, structSize);
}

/** The kernel assumes here that an enum has 32 bits, whatever its size. */
function brokenEnumWithKflag(offset: u32, structSize: u32): i32 {
  const start = offset & 0xffffff;
  const width = offset >>> 24;
  if (width === 0 && (start & 7) !== 0) return RULE.MEMBER_BYTE_ALIGNED;
  if (width > 32) return RULE.MEMBER_BITFIELD_SIZE;
  return (start + (width === 0 ? 32 : width) + 7) >>> 3 > structSize ? RULE.MEMBER_EXCEEDS : IN_ORDER;
}

function brokenBits(start: u32, width: u32, structSize: u32): i32 {
  const copied = width + (start & 7);
  if (copied > 128) return RULE.MEMBER_COPY_BITS;
  return u64(start >>> 3) + ((copied + 7) >>> 3) > structSize ? RULE.MEMBER_EXCEEDS : IN_ORDER;
}

/** Whether an INT fills 1, 2, 4, 8 or 16 bytes from bit 0 on (`btf_type_int_is_regular`). */
function isRegularInt(data: u32): bool {
  const bits = data & 0xff;
  return ((data >>> 16) & 0xff) === 0 && bits >= 8 && bits <= 128 && popcnt(bits) === 1;
}

/** Whether a type is a regular INT. */
export function isRegular(id: u32): bool {
  return kindOf(id) === KIND.INT && isRegularInt(field(recordOf(id), FIRST_INFO));
}
