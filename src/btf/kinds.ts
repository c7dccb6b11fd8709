import * as KIND from "./kind-numbers.ts";
import {
  ARRAY_INDEX_TYPE,
  ARRAY_TYPE,
  ENUMERATOR_WORDS,
  ENUMERATOR64_WORDS,
  HEAD_WORDS,
  LOC_FUNC,
  LOC_PROTO_ID,
  LOC_PROTO_PARAM_WORDS,
  LOC_VALUE_WORDS,
  LOC_WORDS,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  PARAM_TYPE,
  PARAM_WORDS,
  SECTION_VAR_TYPE,
  SECTION_VAR_WORDS,
  SIZE_OR_TYPE,
  UNKN,
} from "./record-words.ts";

/**
 * The shape of every BTF kind. The size of a record, walks, byte order, validation, distilling and dumps follow from
 * these rows (after `btf_iter.c` and `layouts[]` of libbpf). The meaning of kinds is in tables by {@link KindName} and
 * switches over {@link KindNumber}, which the compiler rejects as long as a kind is missing.
 */

export * from "./kind-numbers.ts";
export * from "./record-words.ts";
export { KIND };

/** Name of a kind, as in linux/btf.h and bpftool. */
export type KindName = keyof typeof KIND;
/** Number of a kind that has a row. */
export type KnownKind = (typeof KIND)[KindName];
declare const withoutRow: unique symbol;
/** Number of a kind without a row, which only a layout section describes. */
export type UnknownKind = number & { readonly [withoutRow]: true };
/** Kind of any type, 0 for void. A switch over it has to handle all kinds. */
export type KindNumber = typeof UNKN | KnownKind | UnknownKind;

/**
 * A record is {@link HEAD_WORDS} words, then `info` words once, then `elem` words vlen times. Positions are in words.
 */
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

/** The rows. Fields that a kind does not have are left out. */
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
/** Kind of an info word: bits 24-30 (libbpf 1.8; older readers took five bits, and the rest were zero). */
export function infoKind(info: number): KindNumber {
  return ((info >>> 24) & 0x7f) as KindNumber;
}

/** Number of elements of an info word: bits 0-23. */
export function infoVlen(info: number): number {
  return info & 0xffffff;
}

/**
 * Flag bit of an info word: bitfields in a struct, signed enumerators, a union's forward declaration, an attribute tag.
 */
export function infoKflag(info: number): boolean {
  return info >>> 31 === 1;
}

/** The info word for a kind with `vlen` elements. */
export function makeInfo(kind: number, vlen: number, kflag = false): number {
  return ((kflag ? 0x80000000 : 0) | (kind << 24) | vlen) >>> 0;
}

/**
 * A table by kind that any kind number may index: what `rows` has for kinds with a row, `otherwise` for void and for
 * kinds without one.
 */
export function byKind<T>(rows: Readonly<Record<KindName, T>>, otherwise: T): readonly T[] {
  const table = new Array<T>(KIND_NUMBERS).fill(otherwise);
  for (const { number, name } of KINDS) if (name !== "UNKNOWN") table[number] = rows[name];
  return table;
}

/** Kind numbers there can be: seven bits of the info word. */
export const KIND_NUMBERS = 128;

/**
 * Ends a switch over all kinds where void and kinds without a row have nothing to do. The compiler refuses the call
 * while a kind with a row has no case.
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
