import type { TypeId } from "../../btf/btf.ts";
import { CORE_RELO_KINDS } from "../../btf/ext.ts";
import * as K from "../../btf/kinds.ts";
import { E2BIG, EINVAL, Errno } from "./errno.ts";
import type { Side } from "./side.ts";

/** `enum bpf_core_relo_kind` (linux/bpf.h). */
export const RELO = {
  FIELD_BYTE_OFFSET: 0,
  FIELD_BYTE_SIZE: 1,
  FIELD_EXISTS: 2,
  FIELD_SIGNED: 3,
  FIELD_LSHIFT_U64: 4,
  FIELD_RSHIFT_U64: 5,
  TYPE_ID_LOCAL: 6,
  TYPE_ID_TARGET: 7,
  TYPE_EXISTS: 8,
  TYPE_SIZE: 9,
  ENUMVAL_EXISTS: 10,
  ENUMVAL_VALUE: 11,
  TYPE_MATCHES: 12,
} as const;

/** The three families of kinds, "unknown" for numbers that libbpf does not know either. */
export type ReloFamily = "field" | "type" | "enumval" | "unknown";

const FAMILIES: readonly ReloFamily[] = [
  ...new Array<ReloFamily>(6).fill("field"),
  ...new Array<ReloFamily>(4).fill("type"),
  "enumval",
  "enumval",
  "type",
];

/** Family of a relocation kind. */
export function familyOf(kind: number): ReloFamily {
  return FAMILIES[kind] ?? "unknown";
}

/** Name of a relocation kind as libbpf prints it (`core_relo_kind_str`). */
export function reloKindName(kind: number): string {
  return CORE_RELO_KINDS[kind] ?? "unknown";
}

/** `BPF_CORE_SPEC_MAX_LEN` */
export const MAX_SPEC = 64;

/** One named member, or one element of an array (`struct bpf_core_accessor`). */
export interface Accessor {
  /** The struct or union, or the type of the element. */
  readonly typeId: TypeId;
  readonly index: number;
  /** Name offset of the member or enumerator; -1 for an element of an array. */
  readonly nameOff: number;
}

/** The target of a relocation in one BTF (`struct bpf_core_spec`). */
export interface Spec {
  readonly side: Side;
  readonly kind: number;
  readonly rootId: TypeId;
  /** Named members and array elements; members without a name are passed over. */
  readonly accessors: Accessor[];
  /** Every step, also through members without a name. */
  readonly raw: number[];
  /** Bit offset of the field from the start of the root type; 32 bits, as in libbpf. */
  bitOffset: number;
}

/** A spec that names nothing yet. */
export function emptySpec(side: Side, kind: number, rootId: TypeId): Spec {
  return { side, kind, rootId, accessors: [], raw: [], bitOffset: 0 };
}

/**
 * Reads the access string of a relocation against the object's own types (`bpf_core_parse_spec`). Throws {@link Errno}
 * where the string or what it names does not make sense.
 */
export function parseSpec(side: Side, kind: number, rootId: TypeId, accessOff: number): Spec {
  const text = side.btf.strings.text(accessOff);
  if (text === "" || text.startsWith(":")) throw new Errno(EINVAL);
  const spec = emptySpec(side, kind, rootId);
  const family = familyOf(kind);
  if (family === "type") {
    if (text !== "0") throw new Errno(EINVAL);
    return spec;
  }
  for (const index of parseAccess(text)) spec.raw.push(index);
  const id = side.skip(rootId);
  const first = spec.raw[0];
  if (family === "enumval") {
    if (!K.isEnum(side.kind(id)) || spec.raw.length > 1 || first >= side.vlen(id)) throw new Errno(EINVAL);
    spec.accessors.push({ typeId: id, index: first, nameOff: side.elementName(id, first) });
    return spec;
  }
  if (family === "unknown") throw new Errno(EINVAL);
  spec.accessors.push({ typeId: id, index: first, nameOff: -1 });
  spec.bitOffset = bitsOf(first, side.size(id));
  let at = id;
  for (let depth = 1; depth < spec.raw.length; depth++) at = step(spec, at, depth);
  return spec;
}

/**
 * Numbers with colons between them, as `sscanf("%d")` in a loop takes them: blanks and a plus sign before one are fine.
 */
function parseAccess(text: string): number[] {
  const numbers: number[] = [];
  const pattern = /:? *([+-]?\d+)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) throw new Errno(EINVAL);
    const number = toInt(match[1]);
    if (number < 0) throw new Errno(EINVAL);
    if (numbers.length === MAX_SPEC) throw new Errno(E2BIG);
    numbers.push(number);
  }
  return numbers;
}

/** `%d` of glibc: parses a long, clamped, and keeps its low half. */
function toInt(text: string): number {
  const value = BigInt(text.replace("+", "").slice(0, 64));
  const long = value > MAX_LONG ? MAX_LONG : value < -MAX_LONG ? -MAX_LONG - 1n : value;
  return Number(BigInt.asIntN(32, long));
}

const MAX_LONG = 0x7fffffffffffffffn;

/** Goes step `depth` of the access string down from the type `typeId`; the type it comes to. */
function step(spec: Spec, typeId: TypeId, depth: number): TypeId {
  const { side, accessors } = spec;
  const index = spec.raw[depth];
  const id = side.skip(typeId);
  const kind = side.kind(id);
  if (K.isComposite(kind)) {
    if (index >= side.vlen(id)) throw new Errno(EINVAL);
    spec.bitOffset = (spec.bitOffset + side.memberBitOffset(id, index)) >>> 0;
    const nameOff = side.elementName(id, index);
    if (nameOff !== 0) {
      if (side.btf.strings.isEmpty(nameOff)) throw new Errno(EINVAL);
      accessors.push({ typeId: id, index, nameOff });
    }
    return side.memberType(id, index);
  }
  if (kind !== K.ARRAY) {
    // Where the access string belongs libbpf prints what it has not read of it, which is nothing.
    throw new Errno(
      EINVAL,
      `relo for [${spec.rootId}]  (at idx ${depth}) captures type [${id}] of unexpected kind ${kindWord(kind)}`,
    );
  }
  const element = side.skip(side.word(id, K.ARRAY_TYPE));
  const isFlexible = isFlexibleArray(side, accessors[accessors.length - 1], id);
  if (!isFlexible && index >= side.word(id, K.ARRAY_ELEMENTS)) throw new Errno(EINVAL);
  accessors.push({ typeId: element, index, nameOff: -1 });
  spec.bitOffset = (spec.bitOffset + bitsOf(index, side.size(element))) >>> 0;
  return element;
}

/** Kind as libbpf prints it (`__btf_kind_str`). */
export function kindWord(kind: number): string {
  return KIND_WORDS[kind] ?? "unknown";
}

const KIND_WORDS: readonly string[] = ["void", ...K.KINDS.slice(1).map(({ name }) => name.toLowerCase())];

/**
 * Whether an array that `accessor` led to may be indexed beyond its length: it has length 0 and ends its struct
 * (`is_flex_arr`).
 */
export function isFlexibleArray(side: Side, accessor: Accessor, arrayId: TypeId): boolean {
  if (accessor.nameOff < 0 || side.word(arrayId, K.ARRAY_ELEMENTS) > 0) return false;
  return accessor.index === side.vlen(accessor.typeId) - 1;
}

/** Bits before element `index` of elements of `size` bytes, modulo 2^32. */
export function bitsOf(index: number, size: number): number {
  return Math.imul(Math.imul(index, size), 8) >>> 0;
}
