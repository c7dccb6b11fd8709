import type { Btf, TypeId } from "../btf/btf.ts";
import { BtfBuilder } from "../btf/builder.ts";
import { type EncodeForm, formOf } from "../btf/encode.ts";
import { HEADER_BYTES } from "../btf/header.ts";
import { KIND, type KindName, makeInfo } from "../btf/kinds.ts";
import { parseBtf } from "../btf/parse.ts";
import { StringIndex } from "../btf/string-index.ts";
import { nameBytes } from "../btf/strings.ts";
import { INT_BOOL, INT_CHAR, INT_SIGNED, LINKAGES } from "./describe.ts";
import type { Linkage } from "./description.ts";

/** A type to add. What `describe` returns is one; the id is ignored, and usual values may be left out. */
export type NewType =
  | {
      readonly kind: "INT";
      readonly name: string;
      /** In bytes. */
      readonly size: number;
      readonly signed?: boolean;
      readonly char?: boolean;
      readonly bool?: boolean;
      /** Bits that count, all by default, and where they begin. */
      readonly bits?: number;
      readonly bitOffset?: number;
    }
  | { readonly kind: "FLOAT"; readonly name: string; readonly size: number }
  | { readonly kind: "PTR" | "VOLATILE" | "CONST" | "RESTRICT"; readonly type: TypeId }
  | { readonly kind: "TYPEDEF"; readonly name: string; readonly type: TypeId }
  | {
      readonly kind: "TYPE_TAG";
      readonly name: string;
      readonly type: TypeId;
      readonly attribute?: boolean;
    }
  | { readonly kind: "ARRAY"; readonly type: TypeId; readonly indexType: TypeId; readonly length: number }
  | {
      readonly kind: "STRUCT" | "UNION";
      readonly name?: string;
      /** In bytes. */
      readonly size: number;
      readonly members: readonly NewMember[];
    }
  | {
      readonly kind: "ENUM";
      readonly name?: string;
      /** In bytes, 4 by default. */
      readonly size?: number;
      readonly signed?: boolean;
      readonly enumerators: readonly { readonly name: string; readonly value: number }[];
    }
  | {
      readonly kind: "ENUM64";
      readonly name?: string;
      /** In bytes, 8 by default. */
      readonly size?: number;
      readonly signed?: boolean;
      readonly enumerators: readonly { readonly name: string; readonly value: number | bigint }[];
    }
  | { readonly kind: "FWD"; readonly name: string; readonly of: "struct" | "union" }
  | { readonly kind: "FUNC"; readonly name: string; readonly type: TypeId; readonly linkage?: Linkage }
  | {
      readonly kind: "FUNC_PROTO";
      /** Void by default. */
      readonly returns?: TypeId;
      readonly params: readonly { readonly name?: string; readonly type: TypeId }[];
      /** Whether `...` follows. */
      readonly variadic?: boolean;
    }
  | { readonly kind: "VAR"; readonly name: string; readonly type: TypeId; readonly linkage?: Linkage }
  | {
      readonly kind: "DATASEC";
      readonly name: string;
      readonly size: number;
      readonly variables: readonly {
        readonly type: TypeId;
        readonly offset: number;
        readonly size: number;
      }[];
    }
  | {
      readonly kind: "DECL_TAG";
      readonly name: string;
      readonly type: TypeId;
      /** -1, the whole of the type, by default. */
      readonly componentIndex?: number;
      readonly attribute?: boolean;
    }
  | {
      readonly kind: "LOC_PARAM";
      readonly size: number;
      readonly flags: number;
      readonly values: readonly number[];
    }
  | { readonly kind: "LOC_PROTO"; readonly params: readonly TypeId[] }
  | {
      readonly kind: "LOCSEC";
      readonly name: string;
      readonly places: readonly {
        readonly func: TypeId;
        readonly proto: TypeId;
        readonly offset: number;
      }[];
    };

/** A member to add. */
export interface NewMember {
  /** "" or absent for an anonymous struct or union. */
  readonly name?: string;
  readonly type: TypeId;
  /** From the start of the struct, in bits. */
  readonly bitOffset: number;
  /** Bits of a bitfield; 0 or absent for any other member. */
  readonly bitfieldSize?: number;
}

/**
 * Makes BTF type by type, alone or split on a base, as `btf__add_*` of libbpf does. A type may refer to types that are
 * added later: {@link nextId} says which id the next one gets.
 * ```ts
 * const builder = new Builder();
 * const int = builder.add({ kind: "INT", name: "int", size: 4, signed: true });
 * builder.add({ kind: "STRUCT", name: "point", size: 8, members: [
 *   { name: "x", type: int, bitOffset: 0 },
 *   { name: "y", type: int, bitOffset: 32 },
 * ] });
 * const bytes = builder.toBytes();
 * ```
 */
export class Builder {
  readonly #base: Btf | null;
  readonly #records: BtfBuilder;

  constructor(base: Btf | null = null) {
    this.#base = base;
    this.#records = new BtfBuilder(
      base === null ? null : { strings: new StringIndex(base.strings), nextId: base.typeCount },
    );
  }

  /** The id that the next type gets. */
  get nextId(): TypeId {
    return this.#records.nextId;
  }

  /**
   * Adds a type and returns its id. Names are written as `printable` writes them, so that what was described can be
   * added. Throws `RangeError` for a number that its field does not hold and for a name with a NUL inside.
   */
  add(type: NewType): TypeId {
    const id = this.nextId;
    const words = this.#words(type);
    this.#records.append(Uint32Array.from(words), 0, words.length, 1);
    return id;
  }

  /**
   * The BTF's bytes, in the base's byte order, or little-endian, with a header of 24 bytes if `form` does not say
   * otherwise.
   */
  toBytes(form: Partial<EncodeForm> = {}): Uint8Array {
    const usual = this.#base === null ? { littleEndian: true, hdrLen: HEADER_BYTES } : formOf(this.#base);
    return this.#records.encode({ ...usual, ...form });
  }

  /** The BTF, read back. Throws what `parseBtf` throws, say for the id of a type that was never added. */
  toBtf(form: Partial<EncodeForm> = {}): Btf {
    return parseBtf(this.toBytes(form), this.#base);
  }

  /** The record of a type. */
  #words(type: NewType): number[] {
    switch (type.kind) {
      case "INT":
        return [...this.#head(type, type.name, 0, type.size), intWord(type)];
      case "FLOAT":
        return this.#head(type, type.name, 0, type.size);
      case "PTR":
      case "VOLATILE":
      case "CONST":
      case "RESTRICT":
        return this.#head(type, "", 0, type.type);
      case "TYPEDEF":
        return this.#head(type, type.name, 0, type.type);
      case "TYPE_TAG":
        return this.#head(type, type.name, 0, type.type, type.attribute);
      case "ARRAY":
        return [
          ...this.#head(type, "", 0, 0),
          word(type.type, "type"),
          word(type.indexType, "indexType"),
          word(type.length, "length"),
        ];
      case "STRUCT":
      case "UNION":
        return this.#composite(type);
      case "ENUM": {
        const { name = "", size = 4, signed = false, enumerators } = type;
        const words = this.#head(type, name, enumerators.length, size, signed);
        for (const each of enumerators) words.push(this.#name(each.name), value32(each.value, signed));
        return words;
      }
      case "ENUM64": {
        const { name = "", size = 8, signed = false, enumerators } = type;
        const words = this.#head(type, name, enumerators.length, size, signed);
        for (const each of enumerators) {
          const value = value64(each.value, signed);
          words.push(this.#name(each.name), Number(value & 0xffffffffn), Number(value >> 32n));
        }
        return words;
      }
      case "FWD":
        return this.#head(type, type.name, 0, 0, type.of === "union");
      case "FUNC":
        return this.#head(type, type.name, linkageNumber(type.linkage ?? "static"), type.type);
      case "FUNC_PROTO": {
        const params: readonly { name?: string; type: TypeId }[] =
          type.variadic === true ? [...type.params, { type: 0 }] : type.params;
        const words = this.#head(type, "", params.length, type.returns ?? 0);
        for (const param of params) words.push(this.#name(param.name ?? ""), word(param.type, "type"));
        return words;
      }
      case "VAR":
        return [...this.#head(type, type.name, 0, type.type), linkageNumber(type.linkage ?? "global")];
      case "DATASEC": {
        const words = this.#head(type, type.name, type.variables.length, type.size);
        for (const each of type.variables) {
          words.push(word(each.type, "type"), word(each.offset, "offset"), word(each.size, "size"));
        }
        return words;
      }
      case "DECL_TAG":
        return [
          ...this.#head(type, type.name, 0, type.type, type.attribute),
          value32(type.componentIndex ?? -1, true),
        ];
      case "LOC_PARAM": {
        const words = this.#head(type, "", type.values.length, type.size);
        words.push(word(type.flags, "flags"));
        for (const each of type.values) words.push(word(each, "value"));
        return words;
      }
      case "LOC_PROTO": {
        const words = this.#head(type, "", type.params.length, 0);
        for (const each of type.params) words.push(word(each, "param"));
        return words;
      }
      case "LOCSEC": {
        const words = this.#head(type, type.name, type.places.length, 0);
        for (const each of type.places) {
          words.push(word(each.func, "func"), word(each.proto, "proto"), word(each.offset, "offset"));
        }
        return words;
      }
    }
  }

  #head(
    { kind }: { readonly kind: KindName },
    name: string,
    vlen: number,
    sizeOrType: number,
    kflag = false,
  ): number[] {
    if (vlen > MOST_ELEMENTS) throw new RangeError(`${vlen} elements: a type has at most ${MOST_ELEMENTS}`);
    return [this.#name(name), makeInfo(KIND[kind], vlen, kflag), word(sizeOrType, "size or type")];
  }

  #composite(type: Extract<NewType, { readonly kind: "STRUCT" | "UNION" }>): number[] {
    const { members } = type;
    const kflag = members.some(({ bitfieldSize = 0 }) => bitfieldSize !== 0);
    const words = this.#head(type, type.name ?? "", members.length, type.size, kflag);
    for (const { name = "", type, bitOffset, bitfieldSize = 0 } of members) {
      inRange(bitfieldSize, 0, 0xff, `bitfieldSize of member '${name}'`);
      inRange(bitOffset, 0, kflag ? 0xffffff : 0xffffffff, `bitOffset of member '${name}'`);
      words.push(this.#name(name), word(type, "type"), ((bitfieldSize << 24) | bitOffset) >>> 0);
    }
    return words;
  }

  /** Offset of a name, 0 for "". */
  #name(name: string): number {
    if (name === "") return 0;
    const bytes = nameBytes(name);
    if (bytes.indexOf(0) !== bytes.length - 1) throw new RangeError("a name with a NUL inside");
    return this.#records.strings.add(bytes, 0);
  }
}

/** Bits 0-23 of the info word. */
const MOST_ELEMENTS = 0xffffff;

function intWord(type: Extract<NewType, { readonly kind: "INT" }>): number {
  const { size, bits = size * 8, bitOffset = 0 } = type;
  inRange(bits, 0, 0xff, `bits of '${type.name}'`);
  inRange(bitOffset, 0, 0xff, `bitOffset of '${type.name}'`);
  const encoding =
    (type.signed === true ? INT_SIGNED : 0) |
    (type.char === true ? INT_CHAR : 0) |
    (type.bool === true ? INT_BOOL : 0);
  return encoding | (bitOffset << 16) | bits;
}

function linkageNumber(linkage: Linkage): number {
  return typeof linkage === "number" ? inRange(linkage, 0, 0xffff, "linkage") : LINKAGES.indexOf(linkage);
}

function word(value: number, what: string): number {
  return inRange(value, 0, 0xffffffff, what);
}

function value32(value: number, signed: boolean): number {
  return inRange(value, signed ? -(2 ** 31) : 0, signed ? 2 ** 31 - 1 : 2 ** 32 - 1, "value") >>> 0;
}

function value64(value: number | bigint, signed: boolean): bigint {
  const wide = BigInt(value);
  const bits = BigInt.asUintN(64, wide);
  if ((signed ? BigInt.asIntN(64, wide) : bits) !== wide) throw outOfRange(value, "value");
  return bits;
}

function inRange(value: number, least: number, most: number, what: string): number {
  if (!Number.isInteger(value) || value < least || value > most) throw outOfRange(value, what);
  return value;
}

function outOfRange(value: number | bigint, what: string): RangeError {
  return new RangeError(`${what}: ${value} does not fit`);
}
