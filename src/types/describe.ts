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
import type {
  CompositeType,
  Described,
  KnownType,
  Linkage,
  Member,
  ReferenceType,
  TypeDescription,
} from "./description.ts";
import { locationText } from "./locations.ts";
import { sizeOf } from "./sizes.ts";

/**
 * Describes a type of `btf` or of its bases as data. Made for people's questions: code that visits all types of a
 * kernel is faster with `words` of `btfx/wire`. Throws `RangeError` for an id that no type has.
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

// Bits in the word that follows the head of an INT (linux/btf.h).

/** `BTF_INT_SIGNED` */
export const INT_SIGNED = 0x1000000;
/** `BTF_INT_CHAR` */
export const INT_CHAR = 0x2000000;
/** `BTF_INT_BOOL` */
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
