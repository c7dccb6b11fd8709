import type { TypeId } from "../btf/btf.ts";

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
