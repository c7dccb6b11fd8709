import type { Btf, TypeId } from "../btf/btf.ts";
import {
  ARRAY_ELEMENTS,
  ARRAY_INDEX_TYPE,
  ARRAY_TYPE,
  ENUMERATOR_VALUE,
  ENUMERATOR_WORDS,
  ENUMERATOR64_HIGH,
  ENUMERATOR64_LOW,
  ENUMERATOR64_WORDS,
  FIRST_INFO,
  HEAD_WORDS,
  INFO,
  infoKflag,
  infoKind,
  infoVlen,
  KINDS,
  type KindName,
  LOC_FUNC,
  LOC_OFFSET,
  LOC_PROTO_ID,
  LOC_PROTO_PARAM_WORDS,
  LOC_VALUE_WORDS,
  LOC_WORDS,
  MAX_KIND,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  PARAM_TYPE,
  PARAM_WORDS,
  SECTION_VAR_OFFSET,
  SECTION_VAR_SIZE,
  SECTION_VAR_WORDS,
  SIZE_OR_TYPE,
} from "../btf/kinds.ts";
import { locationText } from "./locations.ts";
import { sizeOf } from "./sizes.ts";

/** Fields that every description has. */
export interface Described {
  readonly id: TypeId;
  /** For people to read, as `printable` writes it; "" where the type has none. */
  readonly name: string;
}

/** A number: `unsigned char`, `_Bool`. */
export interface IntType extends Described {
  readonly kind: "INT";
  /** In bytes. */
  readonly size: number;
  /** Significant bits, and where they begin; old bitfields have fewer than the bytes hold. */
  readonly bits: number;
  readonly bitOffset: number;
  readonly signed: boolean;
  readonly char: boolean;
  readonly bool: boolean;
}

/** `float`, `double`. */
export interface FloatType extends Described {
  readonly kind: "FLOAT";
  /** In bytes. */
  readonly size: number;
}

/** A pointer, qualifier or typedef. `type` 0 is void. */
export interface ReferenceType extends Described {
  readonly kind: "PTR" | "TYPEDEF" | "VOLATILE" | "CONST" | "RESTRICT";
  readonly type: TypeId;
}

/** `__attribute__((btf_type_tag(NAME)))` */
export interface TypeTagType extends Described {
  readonly kind: "TYPE_TAG";
  readonly type: TypeId;
  /** Whether the name is an attribute itself (`__attribute__((NAME))`, the kind's flag). */
  readonly attribute: boolean;
}

/** An array. */
export interface ArrayType extends Described {
  readonly kind: "ARRAY";
  /** Type of the elements. */
  readonly type: TypeId;
  readonly indexType: TypeId;
  /** Number of elements; 0 at the end of a struct where it is flexible. */
  readonly length: number;
}

/** A struct or union. */
export interface CompositeType extends Described {
  readonly kind: "STRUCT" | "UNION";
  /** In bytes. */
  readonly size: number;
  readonly members: readonly Member[];
}

/** A member of a struct or union. */
export interface Member {
  /** "" for an anonymous struct or union, whose members are reached as if they were this one's. */
  readonly name: string;
  readonly type: TypeId;
  /** From the start of the struct, in bits. */
  readonly bitOffset: number;
  /** Bits that it takes: those of a bitfield, else those of its type; 0 where that has no size. */
  readonly bitSize: number;
  /** Bits of a bitfield, 0 for an ordinary member. */
  readonly bitfieldSize: number;
}

/** An enum. Values of ENUM64 are bigints, since they may be beyond 2^53. */
export interface EnumType extends Described {
  readonly kind: "ENUM";
  /** In bytes. */
  readonly size: number;
  readonly signed: boolean;
  readonly enumerators: readonly Enumerator<number>[];
}

/** An enum with values of 64 bits. */
export interface Enum64Type extends Described {
  readonly kind: "ENUM64";
  /** In bytes. */
  readonly size: number;
  readonly signed: boolean;
  readonly enumerators: readonly Enumerator<bigint>[];
}

/** A value of an enum. */
export interface Enumerator<Value extends number | bigint> {
  readonly name: string;
  readonly value: Value;
}

/** `struct NAME;` or `union NAME;`, defined elsewhere. */
export interface ForwardType extends Described {
  readonly kind: "FWD";
  readonly of: "struct" | "union";
}

/** A function. */
export interface FuncType extends Described {
  readonly kind: "FUNC";
  /** Its FUNC_PROTO. */
  readonly type: TypeId;
  readonly linkage: Linkage;
}

/** Linkage of a FUNC or VAR; a number where the format has no word for it. */
export type Linkage = "static" | "global" | "extern" | number;

/** The parameters and return type of a function. */
export interface FuncProtoType extends Described {
  readonly kind: "FUNC_PROTO";
  /** 0 is void. */
  readonly returns: TypeId;
  /** Without the `...` at the end of a variadic one. */
  readonly params: readonly { readonly name: string; readonly type: TypeId }[];
  readonly variadic: boolean;
}

/** A global variable. */
export interface VarType extends Described {
  readonly kind: "VAR";
  readonly type: TypeId;
  readonly linkage: Linkage;
}

/** A section of variables: `.data..percpu`. */
export interface DatasecType extends Described {
  readonly kind: "DATASEC";
  /** In bytes. */
  readonly size: number;
  /** `type` is a VAR, or a FUNC; offset and size are in bytes. */
  readonly variables: readonly {
    readonly type: TypeId;
    readonly offset: number;
    readonly size: number;
  }[];
}

/** `__attribute__((btf_decl_tag(NAME)))` */
export interface DeclTagType extends Described {
  readonly kind: "DECL_TAG";
  readonly type: TypeId;
  /** Number of the member or parameter that it is on, -1 for the whole of the type. */
  readonly componentIndex: number;
  /** Whether the name is an attribute itself (`__attribute__((NAME))`, the kind's flag). */
  readonly attribute: boolean;
}

/** Where a parameter of an inlined function is found (Linux 7.4). */
export interface LocParamType extends Described {
  readonly kind: "LOC_PARAM";
  /** Size of the parameter in bytes. */
  readonly size: number;
  /** `BTF_LOC_PARAM_*` of linux/btf.h. */
  readonly flags: number;
  /** Register numbers, offsets or words of a constant, as the flags say. */
  readonly values: readonly number[];
  /** The same as bpftool writes it: `*(reg2 + 0x10)`. */
  readonly location: string;
}

/** Where the parameters of an inlined function are found (Linux 7.4). */
export interface LocProtoType extends Described {
  readonly kind: "LOC_PROTO";
  /** A LOC_PARAM for each, 0 for one that is found nowhere. */
  readonly params: readonly TypeId[];
}

/** The places of a section at which functions are inlined (Linux 7.4). */
export interface LocsecType extends Described {
  readonly kind: "LOCSEC";
  /** `func` is a FUNC, `proto` a LOC_PROTO; the offset is in bytes from the start of the section. */
  readonly places: readonly {
    readonly func: TypeId;
    readonly proto: TypeId;
    readonly offset: number;
  }[];
}

/** Type 0. */
export interface VoidType extends Described {
  readonly kind: "VOID";
}

/** A type of a kind that only the layout section of its BTF describes. */
export interface UnknownType extends Described {
  readonly kind: "UNKNOWN";
  readonly kindNumber: number;
}

/** A type of a kind that is known here. */
export type KnownType =
  | IntType
  | FloatType
  | ReferenceType
  | TypeTagType
  | ArrayType
  | CompositeType
  | EnumType
  | Enum64Type
  | ForwardType
  | FuncType
  | FuncProtoType
  | VarType
  | DatasecType
  | DeclTagType
  | LocParamType
  | LocProtoType
  | LocsecType;

/** A type as data; `kind` tells which fields it has. */
export type TypeDescription = KnownType | VoidType | UnknownType;

/**
 * Describes a type of `btf` or of its bases as data. Made for people's questions: code that visits all types of a kernel is
 * faster with `words` of `btfx/wire`. Throws `RangeError` for an id that no type has.
 */
export function describe(btf: Btf, id: TypeId): TypeDescription {
  if (id === 0) return { kind: "VOID", id, name: "" };
  const holder = btf.holder(id);
  const { words } = holder;
  const at = holder.start(id);
  const name = btf.strings.text(words[at + NAME_OFF]);
  const kind = infoKind(words[at + INFO]);
  if (kind === 0 || kind > MAX_KIND) return { kind: "UNKNOWN", id, name, kindNumber: kind };
  return DESCRIBE[KINDS[kind].name as KindName]({ btf, words, at, id, name });
}

/** A record, and where it is. */
interface Source extends Described {
  readonly btf: Btf;
  readonly words: Uint32Array;
  readonly at: number;
}

const DESCRIBE: {
  readonly [K in KindName]: (record: Source) => KnownType;
} = {
  INT: ({ id, name, words, at }) => {
    const encoding = words[at + FIRST_INFO];
    return {
      kind: "INT",
      id,
      name,
      size: words[at + SIZE_OR_TYPE],
      bits: encoding & 0xff,
      bitOffset: (encoding >>> 16) & 0xff,
      signed: (encoding & INT_SIGNED) !== 0,
      char: (encoding & INT_CHAR) !== 0,
      bool: (encoding & INT_BOOL) !== 0,
    };
  },
  FLOAT: ({ id, name, words, at }) => ({ kind: "FLOAT", id, name, size: words[at + SIZE_OR_TYPE] }),
  PTR: (record) => reference(record, "PTR"),
  TYPEDEF: (record) => reference(record, "TYPEDEF"),
  VOLATILE: (record) => reference(record, "VOLATILE"),
  CONST: (record) => reference(record, "CONST"),
  RESTRICT: (record) => reference(record, "RESTRICT"),
  TYPE_TAG: ({ id, name, words, at }) => ({
    kind: "TYPE_TAG",
    id,
    name,
    type: words[at + SIZE_OR_TYPE],
    attribute: infoKflag(words[at + INFO]),
  }),
  ARRAY: ({ id, name, words, at }) => ({
    kind: "ARRAY",
    id,
    name,
    type: words[at + ARRAY_TYPE],
    indexType: words[at + ARRAY_INDEX_TYPE],
    length: words[at + ARRAY_ELEMENTS],
  }),
  STRUCT: (record) => composite(record, "STRUCT"),
  UNION: (record) => composite(record, "UNION"),
  ENUM: (record) => {
    const { words, at } = record;
    const signed = infoKflag(words[at + INFO]);
    return {
      kind: "ENUM",
      id: record.id,
      name: record.name,
      size: words[at + SIZE_OR_TYPE],
      signed,
      enumerators: elements(record, HEAD_WORDS, ENUMERATOR_WORDS, (value) => ({
        name: record.btf.strings.text(words[value]),
        value: signed ? words[value + ENUMERATOR_VALUE] | 0 : words[value + ENUMERATOR_VALUE],
      })),
    };
  },
  ENUM64: (record) => {
    const { words, at } = record;
    const signed = infoKflag(words[at + INFO]);
    return {
      kind: "ENUM64",
      id: record.id,
      name: record.name,
      size: words[at + SIZE_OR_TYPE],
      signed,
      enumerators: elements(record, HEAD_WORDS, ENUMERATOR64_WORDS, (value) => {
        const bits =
          (BigInt(words[value + ENUMERATOR64_HIGH]) << 32n) | BigInt(words[value + ENUMERATOR64_LOW]);
        return {
          name: record.btf.strings.text(words[value]),
          value: signed ? BigInt.asIntN(64, bits) : bits,
        };
      }),
    };
  },
  FWD: ({ id, name, words, at }) => ({
    kind: "FWD",
    id,
    name,
    of: infoKflag(words[at + INFO]) ? "union" : "struct",
  }),
  FUNC: ({ id, name, words, at }) => ({
    kind: "FUNC",
    id,
    name,
    type: words[at + SIZE_OR_TYPE],
    linkage: linkage(infoVlen(words[at + INFO])),
  }),
  FUNC_PROTO: (record) => {
    const { id, name, words, at, btf } = record;
    const params = elements(record, HEAD_WORDS, PARAM_WORDS, (param) => ({
      name: btf.strings.text(words[param]),
      type: words[param + PARAM_TYPE],
    }));
    // An unnamed last parameter of type void is `...`.
    const last = params.at(-1);
    const variadic = last !== undefined && last.type === 0 && last.name === "";
    if (variadic) params.pop();
    return { kind: "FUNC_PROTO", id, name, returns: words[at + SIZE_OR_TYPE], params, variadic };
  },
  VAR: ({ id, name, words, at }) => ({
    kind: "VAR",
    id,
    name,
    type: words[at + SIZE_OR_TYPE],
    linkage: linkage(words[at + FIRST_INFO]),
  }),
  DATASEC: (record) => {
    const { id, name, words, at } = record;
    return {
      kind: "DATASEC",
      id,
      name,
      size: words[at + SIZE_OR_TYPE],
      variables: elements(record, HEAD_WORDS, SECTION_VAR_WORDS, (variable) => ({
        type: words[variable],
        offset: words[variable + SECTION_VAR_OFFSET],
        size: words[variable + SECTION_VAR_SIZE],
      })),
    };
  },
  DECL_TAG: ({ id, name, words, at }) => ({
    kind: "DECL_TAG",
    id,
    name,
    type: words[at + SIZE_OR_TYPE],
    componentIndex: words[at + FIRST_INFO] | 0,
    attribute: infoKflag(words[at + INFO]),
  }),
  LOC_PARAM: (record) => {
    const { id, name, words, at } = record;
    return {
      kind: "LOC_PARAM",
      id,
      name,
      size: words[at + SIZE_OR_TYPE],
      flags: words[at + FIRST_INFO],
      values: elements(record, FIRST_INFO + 1, LOC_VALUE_WORDS, (value) => words[value]),
      location: locationText(words, at),
    };
  },
  LOC_PROTO: (record) => {
    const { id, name, words } = record;
    const params = elements(record, HEAD_WORDS, LOC_PROTO_PARAM_WORDS, (param) => words[param]);
    return { kind: "LOC_PROTO", id, name, params };
  },
  LOCSEC: (record) => {
    const { id, name, words } = record;
    const places = elements(record, HEAD_WORDS, LOC_WORDS, (place) => ({
      func: words[place + LOC_FUNC],
      proto: words[place + LOC_PROTO_ID],
      offset: words[place + LOC_OFFSET],
    }));
    return { kind: "LOCSEC", id, name, places };
  },
};

/** `BTF_INT_SIGNED`, `BTF_INT_CHAR` and `BTF_INT_BOOL` in the word that follows the head of an INT. */
export const INT_SIGNED = 0x1000000;
export const INT_CHAR = 0x2000000;
export const INT_BOOL = 0x4000000;

/** `BTF_FUNC_STATIC`, `BTF_FUNC_GLOBAL`, `BTF_FUNC_EXTERN`; variables have the same. */
export const LINKAGES = ["static", "global", "extern"] as const;

function linkage(value: number): Linkage {
  return LINKAGES[value] ?? value;
}

function reference({ id, name, words, at }: Source, kind: ReferenceType["kind"]): ReferenceType {
  return { kind, id, name, type: words[at + SIZE_OR_TYPE] };
}

function composite(record: Source, kind: CompositeType["kind"]): CompositeType {
  const { id, name, words, at, btf } = record;
  const kflag = infoKflag(words[at + INFO]);
  const members = elements(record, HEAD_WORDS, MEMBER_WORDS, (member): Member => {
    const type = words[member + MEMBER_TYPE];
    const place = words[member + MEMBER_OFFSET];
    const bitfieldSize = kflag ? place >>> 24 : 0;
    return {
      name: btf.strings.text(words[member]),
      type,
      bitOffset: kflag ? place & 0xffffff : place,
      bitSize: bitfieldSize !== 0 ? bitfieldSize : (sizeOf(btf, type) ?? 0) * 8,
      bitfieldSize,
    };
  });
  return { kind, id, name, size: words[at + SIZE_OR_TYPE], members };
}

/** Maps each element by `make`, given its word position. */
function elements<T>({ words, at }: Source, first: number, step: number, make: (word: number) => T): T[] {
  const made: T[] = [];
  const start = at + first;
  const end = start + infoVlen(words[at + INFO]) * step;
  for (let word = start; word < end; word += step) made.push(make(word));
  return made;
}
