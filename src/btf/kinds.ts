import * as KIND from "./kind-numbers.ts";

/**
 * The shape of every BTF kind: the size of a record, its walks, byte order, validation, distillation and dumps derive from
 * these rows (after `btf_iter.c` and `layouts[]` of libbpf). What a kind means is said where it matters, in tables by
 * {@link KindName} and switches over {@link KindNumber}, which the compiler refuses while a kind has no answer.
 */

export * from "./kind-numbers.ts";
export { KIND };

/** Name of a kind as linux/btf.h and bpftool have it. */
export type KindName = keyof typeof KIND;
/** Number of a kind that has a row. */
export type KnownKind = (typeof KIND)[KindName];
declare const withoutRow: unique symbol;
/** Number of a kind without a row, which only a layout section describes. */
export type UnknownKind = number & { readonly [withoutRow]: true };
/** Kind of any type, 0 for void: what a switch over kinds is over, so that it has to answer for all. */
export type KindNumber = typeof UNKN | KnownKind | UnknownKind;

/** Kind of void, which has no record. */
export const UNKN = 0;

/** Words of `struct btf_type` (linux/btf.h): name_off, info, size or type. */
export const HEAD_WORDS = 3;

/** Position of the name offset in the head of a record. */
export const NAME_OFF = 0;
/** Position of the word of kind, vlen and kflag. */
export const INFO = 1;
/** Position of the word that is a size in bytes or a type id, as the kind has it. */
export const SIZE_OR_TYPE = 2;

/** Words of a member of a STRUCT or UNION, `struct btf_member { name_off, type, offset }`. */
export const MEMBER_WORDS = 3;
/** Position of a member's type id in it. */
export const MEMBER_TYPE = 1;
/** Position of a member's offset in bits, with kflag below the size of a bitfield. */
export const MEMBER_OFFSET = 2;
/** Words of a parameter of a FUNC_PROTO, `struct btf_param { name_off, type }`. */
export const PARAM_WORDS = 2;
/** Position of a parameter's type id in it. */
export const PARAM_TYPE = 1;
/** Words of an enumerator of an ENUM, `struct btf_enum { name_off, val }`. */
export const ENUMERATOR_WORDS = 2;
/** Position of an enumerator's value in it. */
export const ENUMERATOR_VALUE = 1;
/** Words of an enumerator of an ENUM64, `struct btf_enum64 { name_off, val_lo32, val_hi32 }`. */
export const ENUMERATOR64_WORDS = 3;
/** Position of the lower half of its value. */
export const ENUMERATOR64_LOW = 1;
/** Position of the upper half of its value. */
export const ENUMERATOR64_HIGH = 2;
/** Words of a variable of a DATASEC, `struct btf_var_secinfo { type, offset, size }`. */
export const SECTION_VAR_WORDS = 3;
/** Position of the id of the VAR in it. */
export const SECTION_VAR_TYPE = 0;
/** Position of the variable's offset in the section, in bytes. */
export const SECTION_VAR_OFFSET = 1;
/** Position of the variable's size in bytes. */
export const SECTION_VAR_SIZE = 2;
/** Words of a value of a LOC_PARAM, whose flags precede them (`struct btf_loc_param { flags, values[] }`). */
export const LOC_VALUE_WORDS = 1;
/** Words of a parameter of a LOC_PROTO: the id of a LOC_PARAM, 0 for a parameter that has no location. */
export const LOC_PROTO_PARAM_WORDS = 1;
/** Words of a place of a LOCSEC, `struct btf_loc { func, loc_proto, offset }`. */
export const LOC_WORDS = 3;
/** Position of the id of the FUNC in it. */
export const LOC_FUNC = 0;
/** Position of the id of the LOC_PROTO. */
export const LOC_PROTO_ID = 1;
/** Position of the offset in the code. */
export const LOC_OFFSET = 2;
/** Position of the id of the elements' type in the record of an ARRAY, `struct btf_array { type, index_type, nelems }`. */
export const ARRAY_TYPE = 3;
/** Position of the id of the index's type. */
export const ARRAY_INDEX_TYPE = 4;
/** Position of the number of elements. */
export const ARRAY_ELEMENTS = 5;
/** Position of what follows the head of an INT (encoding, offset, bits), a VAR (linkage), a DECL_TAG (component_idx) or a LOC_PARAM (flags). */
export const FIRST_INFO = 3;

/** A record is {@link HEAD_WORDS} words, then `info` words once, then `elem` words vlen times. Positions are in words. */
export interface Kind {
  /** BTF_KIND_* */
  readonly number: number;
  /** Name as bpftool prints it. */
  readonly name: KindName | "UNKNOWN";
  /** Words that follow the head once. */
  readonly info: number;
  /** Words of each of the vlen elements; 0 where the kind has none. */
  readonly elem: number;
  /** Positions of type ids from the start of the record. */
  readonly headIds: readonly number[];
  /** Positions of type ids in an element. */
  readonly elemIds: readonly number[];
  /** Position of the name offset in an element, -1 for none. */
  readonly elemName: number;
  /** Whether the third head word is a size in bytes (else a type id, or unused). */
  readonly sized: boolean;
}

type Shape = Partial<Omit<Kind, "number" | "name">>;
const refersToType = { headIds: [SIZE_OR_TYPE] };
const members = { elem: MEMBER_WORDS, elemName: NAME_OFF, elemIds: [MEMBER_TYPE], sized: true };

/** The rows, without what a kind does not have. */
const ROWS: { readonly [N in KindName]: Shape & { readonly number: (typeof KIND)[N] } } = {
  INT: { number: KIND.INT, info: 1, sized: true },
  PTR: { number: KIND.PTR, ...refersToType },
  ARRAY: { number: KIND.ARRAY, info: 3, headIds: [ARRAY_TYPE, ARRAY_INDEX_TYPE] },
  STRUCT: { number: KIND.STRUCT, ...members },
  UNION: { number: KIND.UNION, ...members },
  ENUM: { number: KIND.ENUM, elem: ENUMERATOR_WORDS, elemName: NAME_OFF, sized: true },
  FWD: { number: KIND.FWD },
  TYPEDEF: { number: KIND.TYPEDEF, ...refersToType },
  VOLATILE: { number: KIND.VOLATILE, ...refersToType },
  CONST: { number: KIND.CONST, ...refersToType },
  RESTRICT: { number: KIND.RESTRICT, ...refersToType },
  FUNC: { number: KIND.FUNC, ...refersToType },
  FUNC_PROTO: {
    number: KIND.FUNC_PROTO,
    ...refersToType,
    elem: PARAM_WORDS,
    elemName: NAME_OFF,
    elemIds: [PARAM_TYPE],
  },
  VAR: { number: KIND.VAR, ...refersToType, info: 1 },
  DATASEC: { number: KIND.DATASEC, elem: SECTION_VAR_WORDS, elemIds: [SECTION_VAR_TYPE], sized: true },
  FLOAT: { number: KIND.FLOAT, sized: true },
  DECL_TAG: { number: KIND.DECL_TAG, ...refersToType, info: 1 },
  TYPE_TAG: { number: KIND.TYPE_TAG, ...refersToType },
  ENUM64: { number: KIND.ENUM64, elem: ENUMERATOR64_WORDS, elemName: NAME_OFF, sized: true },
  LOC_PARAM: { number: KIND.LOC_PARAM, info: 1, elem: LOC_VALUE_WORDS, sized: true },
  LOC_PROTO: { number: KIND.LOC_PROTO, elem: LOC_PROTO_PARAM_WORDS, elemIds: [0] },
  LOCSEC: { number: KIND.LOCSEC, elem: LOC_WORDS, elemIds: [LOC_FUNC, LOC_PROTO_ID] },
};

function row(number: number, name: Kind["name"], shape: Shape): Kind {
  return {
    info: 0,
    elem: 0,
    headIds: [],
    elemIds: [],
    elemName: -1,
    sized: false,
    ...shape,
    number,
    name,
  };
}

/** A row per kind, by its number. */
export const KINDS: readonly Kind[] = [
  row(UNKN, "UNKNOWN", {}),
  ...(Object.keys(ROWS) as KindName[])
    .map((name) => row(ROWS[name].number, name, ROWS[name]))
    .sort((a, b) => a.number - b.number),
];

/** Kinds this version knows the fields of are 1 to this number. */
export const MAX_KIND: number = KINDS.length - 1;

/** The rows as columns, a byte per kind, for what goes over all types of a kernel. */
const column = (field: (row: Kind) => number): Int8Array => Int8Array.from(KINDS, field);
/** Words of a record without its elements. */
export const FIXED_WORDS: Int8Array = column((row) => HEAD_WORDS + row.info);
/** {@link Kind.elem} */
export const ELEM_WORDS: Int8Array = column((row) => row.elem);
/** The first of {@link Kind.elemIds}, -1 for none. */
export const ELEM_ID: Int8Array = column((row) => row.elemIds[0] ?? -1);
/** {@link Kind.elemName} */
export const ELEM_NAME: Int8Array = column((row) => row.elemName);
/** The first of {@link Kind.headIds}, 0 for none. */
export const HEAD_ID: Int8Array = column((row) => row.headIds[0] ?? 0);
/** The second of {@link Kind.headIds}, or the first again: every head with type ids has two to look at, without a branch. */
export const LAST_HEAD_ID: Int8Array = column((row) => row.headIds[1] ?? row.headIds[0] ?? 0);
/** Kind of an info word: bits 24-30 (libbpf 1.8; older readers took five bits, and the rest were zero). */
export function infoKind(info: number): KindNumber {
  return ((info >>> 24) & 0x7f) as KindNumber;
}

/** Number of elements of an info word: bits 0-23. */
export function infoVlen(info: number): number {
  return info & 0xffffff;
}

/** Flag bit of an info word: bitfields in a struct, signed enumerators, a union's forward declaration, an attribute tag. */
export function infoKflag(info: number): boolean {
  return info >>> 31 === 1;
}

/** The info word of a kind with so many elements. */
export function makeInfo(kind: number, vlen: number, kflag = false): number {
  return ((kflag ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0;
}

/**
 * A table by kind that any kind number may index: what `rows` has for kinds with a row, `otherwise` for void and for kinds
 * without one.
 */
export function byKind<T>(rows: Readonly<Record<KindName, T>>, otherwise: T): readonly T[] {
  const table = new Array<T>(KIND_NUMBERS).fill(otherwise);
  for (const { number, name } of KINDS) if (name !== "UNKNOWN") table[number] = rows[name];
  return table;
}

/** Kind numbers there can be: seven bits of the info word. */
export const KIND_NUMBERS = 128;

/**
 * Ends a switch over all kinds where void and kinds without a row have nothing to do. The compiler refuses the call while a
 * kind with a row has no case.
 */
export function notKnown(_kind: typeof UNKN | UnknownKind): void {}

/** Name of a kind number; a number without a row is printed as such. */
export function kindName(kind: number): string {
  return kind > 0 && kind <= MAX_KIND ? KINDS[kind].name : `kind ${kind}`;
}

/** STRUCT or UNION. */
export function isComposite(kind: number): boolean {
  return kind === KIND.STRUCT || kind === KIND.UNION;
}

/** ENUM or ENUM64. */
export function isEnum(kind: number): boolean {
  return kind === KIND.ENUM || kind === KIND.ENUM64;
}

/** The kinds that qualify or rename one other type by value: CONST, VOLATILE, RESTRICT, TYPEDEF, TYPE_TAG. */
export function isModifier(kind: number): boolean {
  return (kind >= KIND.TYPEDEF && kind <= KIND.RESTRICT) || kind === KIND.TYPE_TAG;
}
