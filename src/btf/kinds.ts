/**
 * The shape of every BTF kind: the only place that knows it. Size of a record, its walks, byte order,
 * validation, distillation and dumps all derive from these rows (after `btf_iter.c` and `layouts[]` of libbpf).
 */

/** Words of `struct btf_type` (linux/btf.h): name_off, info, size or type. */
export const HEAD_WORDS = 3;

/** Position of each word of the head of a record. */
export const NAME_OFF = 0;
export const INFO = 1;
export const SIZE_OR_TYPE = 2;

/** BTF_KIND_* of linux/btf.h. These numbers stand first, since the bundler writes them into the code only if nothing runs before. */
export const UNKN = 0;
export const INT = 1;
export const PTR = 2;
export const ARRAY = 3;
export const STRUCT = 4;
export const UNION = 5;
export const ENUM = 6;
export const FWD = 7;
export const TYPEDEF = 8;
export const VOLATILE = 9;
export const CONST = 10;
export const RESTRICT = 11;
export const FUNC = 12;
export const FUNC_PROTO = 13;
export const VAR = 14;
export const DATASEC = 15;
export const FLOAT = 16;
export const DECL_TAG = 17;
export const TYPE_TAG = 18;
export const ENUM64 = 19;

/** A record is {@link HEAD_WORDS} words, then `info` words once, then `elem` words vlen times. Positions are in words. */
export interface Kind {
  /** Name as bpftool prints it. */
  readonly name: string;
  /** Words that follow the head once. */
  readonly info: number;
  /** Words of each of the vlen elements; 0 where the kind has none. */
  readonly elem: number;
  /** Positions of type ids from the start of the record. */
  readonly headIds: readonly number[];
  /** Position of the type id in an element, -1 for none. */
  readonly elemId: number;
  /** Position of the name offset in an element, -1 for none. */
  readonly elemName: number;
  /** Whether the third head word is a size in bytes (else a type id, or unused). */
  readonly sized: boolean;
}

function kind(name: string, shape: Partial<Omit<Kind, "name">> = {}): Kind {
  return { name, info: 0, elem: 0, headIds: [], elemId: -1, elemName: -1, sized: false, ...shape };
}

const refersToType = { headIds: [SIZE_OR_TYPE] };
/** `struct btf_member { name_off, type, offset }` */
const members = { elem: 3, elemName: 0, elemId: 1, sized: true };

/** A row per kind number (BTF_KIND_*, linux/btf.h). Adding a kind is adding a row. */
export const KINDS: readonly Kind[] = [
  kind("UNKNOWN"),
  kind("INT", { info: 1, sized: true }),
  kind("PTR", refersToType),
  kind("ARRAY", { info: 3, headIds: [3, 4] }),
  kind("STRUCT", members),
  kind("UNION", members),
  kind("ENUM", { elem: 2, elemName: 0, sized: true }),
  kind("FWD"),
  kind("TYPEDEF", refersToType),
  kind("VOLATILE", refersToType),
  kind("CONST", refersToType),
  kind("RESTRICT", refersToType),
  kind("FUNC", refersToType),
  kind("FUNC_PROTO", { ...refersToType, elem: 2, elemName: 0, elemId: 1 }),
  kind("VAR", { ...refersToType, info: 1 }),
  kind("DATASEC", { elem: 3, elemId: 0, sized: true }),
  kind("FLOAT", { sized: true }),
  kind("DECL_TAG", { ...refersToType, info: 1 }),
  kind("TYPE_TAG", refersToType),
  kind("ENUM64", { elem: 3, elemName: 0, sized: true }),
];

/** Kinds this version knows the fields of are 1 to this number. */
export const MAX_KIND: number = KINDS.length - 1;

/** The rows as columns, a byte per kind, for what goes over all types of a kernel. */
const column = (field: (row: Kind) => number): Int8Array => Int8Array.from(KINDS, field);
/** Words of a record without its elements. */
export const FIXED_WORDS: Int8Array = column((row) => HEAD_WORDS + row.info);
/** {@link Kind.elem} */
export const ELEM_WORDS: Int8Array = column((row) => row.elem);
/** {@link Kind.elemId} */
export const ELEM_ID: Int8Array = column((row) => row.elemId);
/** {@link Kind.elemName} */
export const ELEM_NAME: Int8Array = column((row) => row.elemName);
/** The first of {@link Kind.headIds}, 0 for none. An ARRAY has a second one right after. */
export const HEAD_ID: Int8Array = column((row) => row.headIds[0] ?? 0);

/** Kind of an info word: bits 24-30 (libbpf 1.8; older readers took five bits, and the rest were zero). */
export function infoKind(info: number): number {
  return (info >>> 24) & 0x7f;
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

/** Name of a kind number; a number without a row is printed as such. */
export function kindName(kind: number): string {
  return kind > 0 && kind <= MAX_KIND ? KINDS[kind].name : `kind ${kind}`;
}

/** STRUCT or UNION. */
export function isComposite(kind: number): boolean {
  return kind === STRUCT || kind === UNION;
}

/** ENUM or ENUM64. */
export function isEnum(kind: number): boolean {
  return kind === ENUM || kind === ENUM64;
}

/** The kinds that qualify or rename one other type by value: CONST, VOLATILE, RESTRICT, TYPEDEF, TYPE_TAG. */
export function isModifier(kind: number): boolean {
  return (kind >= TYPEDEF && kind <= RESTRICT) || kind === TYPE_TAG;
}
