import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { E2BIG, EINVAL, EOPNOTSUPP, Errno } from "./errno.ts";
import type { Side } from "./side.ts";
import { familyOf, RELO, type Spec } from "./spec.ts";

/** The result of a relocation (`struct bpf_core_relo_res`). Values are 64 bits without sign. */
export interface Value {
  /** The value that the instruction must hold now, unless {@link validate} is false. */
  readonly original: bigint;
  /** The value to write. Meaningless if {@link poison} is set. */
  readonly value: bigint;
  /** The target has no such thing: the instruction must not run. */
  readonly poison: boolean;
  /** Whether the compiler's value is certain, so that another one in the instruction is an error. */
  readonly validate: boolean;
  /** Bytes that a load or store of the field takes, before and after; both 0 if it is not known or does not matter. */
  readonly originalSize: number;
  readonly size: number;
  /** The sizes differ, and the value would be another one if the width of the access were changed. */
  readonly failsResize: boolean;
}

/** The value of an enumerator or of existence where the compiler's value does not matter. */
const CERTAIN = { validate: true, originalSize: 0, size: 0, failsResize: false };

/**
 * Value of a relocation, given what it names in the object and on the target; `target` is undefined where there is none
 * (`bpf_core_calc_relo`). Throws {@link Errno} for what cannot be calculated, with libbpf's words about it.
 */
export function calculate(local: Spec, target: Spec | undefined, insnOff: number): Value {
  switch (familyOf(local.kind)) {
    case "field":
      return fieldResult(local, target, insnOff);
    case "type": {
      const original = typeValue(local);
      const value = target === undefined ? 0n : typeValue(target);
      const validate = local.kind !== RELO.TYPE_ID_TARGET;
      return { ...CERTAIN, validate, original, value, poison: false };
    }
    case "enumval": {
      if (local.kind === RELO.ENUMVAL_EXISTS) {
        return { ...CERTAIN, original: 1n, value: target === undefined ? 0n : 1n, poison: false };
      }
      const original = enumeratorValue(local);
      if (target === undefined) return { ...CERTAIN, original, value: 0n, poison: true };
      return { ...CERTAIN, original, value: enumeratorValue(target), poison: false };
    }
    case "unknown":
      throw new Errno(EOPNOTSUPP);
  }
}

function enumeratorValue({ side, accessors }: Spec): bigint {
  return side.enumValue(accessors[0].typeId, accessors[0].index);
}

/** `bpf_core_calc_type_relo` */
function typeValue({ side, kind, rootId }: Spec): bigint {
  switch (kind) {
    case RELO.TYPE_ID_TARGET:
      return BigInt(rootId);
    case RELO.TYPE_EXISTS:
    case RELO.TYPE_MATCHES:
      return 1n;
    case RELO.TYPE_SIZE:
      return BigInt(sizeOf(side, rootId));
    default:
      throw new Errno(EOPNOTSUPP);
  }
}

function fieldResult(local: Spec, target: Spec | undefined, insnOff: number): Value {
  if (local.kind === RELO.FIELD_EXISTS) {
    return { ...CERTAIN, original: 1n, value: target === undefined ? 0n : 1n, poison: false };
  }
  const before = fieldValue(local, insnOff);
  const original = BigInt(before.value);
  if (target === undefined) {
    const { validate, size: originalSize } = before;
    return { original, value: 0n, poison: true, validate, originalSize, size: 0, failsResize: false };
  }
  const after = fieldValue(target, insnOff);
  return {
    original,
    value: BigInt(after.value),
    poison: false,
    validate: before.validate,
    originalSize: before.size,
    size: after.size,
    failsResize:
      before.size !== after.size && !mayResize(local.side, before.typeId, target.side, after.typeId),
  };
}

/** Pointers and unsigned integers keep their value when a load is widened or narrowed. */
function mayResize(local: Side, localId: TypeId, target: Side, targetId: TypeId): boolean {
  const kind = local.kind(localId);
  if (kind !== target.kind(targetId)) return false;
  return kind === K.PTR || (kind === K.INT && !isSignedInt(local, localId) && !isSignedInt(target, targetId));
}

/** `btf_int_encoding(t) == BTF_INT_SIGNED` */
function isSignedInt(side: Side, id: TypeId): boolean {
  return encodingOf(side, id) === 1;
}

function encodingOf(side: Side, id: TypeId): number {
  return (side.word(id, K.FIRST_INFO) >>> 24) & 0xf;
}

/** A value, and for offsets of fields the type and size that a load of it has. */
interface FieldValue {
  readonly value: number;
  readonly validate: boolean;
  readonly size: number;
  readonly typeId: TypeId;
}

/** `bpf_core_calc_field_relo`, for all kinds but existence. */
function fieldValue(spec: Spec, insnOff: number): FieldValue {
  const { side, kind, accessors, bitOffset } = spec;
  const { typeId, index, nameOff } = accessors[accessors.length - 1];
  if (nameOff < 0) return elementValue(spec, typeId, insnOff);
  const type = side.memberType(typeId, index);
  const fieldId = side.skip(type);
  const field = placeOf(spec, fieldId, side.memberBits(typeId, index), insnOff);
  const { byteOffset, byteSize, bits, isBitfield } = field;
  const plain = { size: 0, typeId: 0, validate: !isBitfield };
  switch (kind) {
    case RELO.FIELD_BYTE_OFFSET:
      if (isBitfield) return { ...plain, value: byteOffset };
      return { ...plain, value: byteOffset, size: elementSize(side, fieldId), typeId: fieldId };
    case RELO.FIELD_BYTE_SIZE:
      return { ...plain, value: byteSize };
    case RELO.FIELD_SIGNED:
      return { ...plain, validate: true, value: isSigned(side, fieldId) ? 1 : 0 };
    case RELO.FIELD_LSHIFT_U64: {
      const inBytes = bitOffset - byteOffset * 8;
      const shift = isLittleEndian(spec) ? 64 - (inBytes + bits) : (8 - byteSize) * 8 + inBytes;
      return { ...plain, value: shift >>> 0 };
    }
    case RELO.FIELD_RSHIFT_U64:
      return { ...plain, validate: true, value: (64 - bits) >>> 0 };
    default:
      throw new Errno(EOPNOTSUPP);
  }
}

/** Byte order of the machine that loads the object, which is the kernel's. */
function isLittleEndian({ side }: Spec): boolean {
  return side.btf.header.littleEndian;
}

/** `a[n]`: only its place and size are known. */
function elementValue(spec: Spec, typeId: TypeId, insnOff: number): FieldValue {
  const { side, kind, bitOffset } = spec;
  if (kind === RELO.FIELD_BYTE_OFFSET) {
    return { value: Math.floor(bitOffset / 8), validate: true, size: elementSize(side, typeId), typeId };
  }
  if (kind === RELO.FIELD_BYTE_SIZE)
    return { value: sizeOf(side, typeId), validate: true, size: 0, typeId: 0 };
  throw new Errno(EINVAL, `relo ${kind} at insn #${insnOff / 8} can't be applied to array access`);
}

/** The place of a field, in whole bytes that a load can read. */
interface Place {
  readonly byteOffset: number;
  readonly byteSize: number;
  readonly bits: number;
  readonly isBitfield: boolean;
}

function placeOf(
  { side, kind, bitOffset }: Spec,
  fieldId: TypeId,
  memberBits: number,
  insnOff: number,
): Place {
  if (memberBits === 0) {
    const byteSize = sizeOf(side, fieldId);
    const bits = (byteSize * 8) >>> 0;
    return { byteOffset: Math.floor(bitOffset / 8), byteSize, bits, isBitfield: false };
  }
  // The type of a bitfield has a size; libbpf divides by its third word without checking for zero.
  let byteSize = side.word(fieldId, K.SIZE_OR_TYPE);
  if (byteSize === 0) throw new Errno(EINVAL);
  const offsetFor = (size: number) => Math.floor(Math.floor(bitOffset / 8) / size) * size;
  let byteOffset = offsetFor(byteSize);
  while (bitOffset + memberBits - byteOffset * 8 > byteSize * 8) {
    if (byteSize >= 8) {
      throw new Errno(E2BIG, `relo ${kind} at insn #${insnOff / 8} can't be satisfied for bitfield`);
    }
    byteSize *= 2;
    byteOffset = offsetFor(byteSize);
  }
  return { byteOffset, byteSize, bits: memberBits, isBitfield: true };
}

function isSigned(side: Side, id: TypeId): boolean {
  const kind = side.kind(id);
  if (K.isEnum(kind)) return side.btf.kflag(id);
  return kind === K.INT && (encodingOf(side, id) & 1) !== 0;
}

/** Bytes that a load reads: for an array those of one element. */
function elementSize(side: Side, typeId: TypeId): number {
  let id = side.skip(typeId);
  for (let depth = 0; side.kind(id) === K.ARRAY; depth++) {
    if (depth > side.btf.typeCount) throw new Errno(EINVAL);
    id = side.skip(side.word(id, K.ARRAY_TYPE));
  }
  return sizeOf(side, id);
}

/** Like {@link Side.size}, but a size that is too large is the same error as no size. */
function sizeOf(side: Side, id: TypeId): number {
  try {
    return side.size(id);
  } catch {
    throw new Errno(EINVAL);
  }
}
