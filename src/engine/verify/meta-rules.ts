import {
  byKind,
  KIND,
  type KindName,
  MAX_KIND,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  SECTION_VAR_OFFSET,
  SECTION_VAR_SIZE,
  UNKN,
} from "../../btf/kinds.ts";
import { type Kernel, kernelName, OLDEST_KERNEL, release } from "./kernel.ts";
import type { RecordCursor } from "./record-cursor.ts";
import { type Check, ENOTSUPP } from "./rule.ts";

/**
 * The kernel's rules for each record by itself (`btf_check_meta` and the `check_meta` of each kind, kernel/bpf/btf.c):
 * the rules, then per kind which of them, in the kernel's order. To find the code of a rule, look for its phrase.
 */
export type MetaCheck = Check<RecordCursor>;

/** `BTF_MAX_TYPE` (linux/btf.h): ids above are out of range, whether they exist is asked later. */
const MAX_TYPE_ID = 0x000fffff;
/** `BITS_PER_U128`. */
const MAX_INT_BITS = 128;
/** `BTF_INT_MASK`: the bits of an INT's word that mean something. */
const INT_DATA_MASK = 0x0fffffff;

/** First releases of the kinds that came after {@link OLDEST_KERNEL} (`BTF_KIND_MAX`). */
const KINDS_SINCE: Readonly<Partial<Record<KindName, Kernel>>> = {
  FLOAT: release(5, 13),
  DECL_TAG: release(5, 16),
  TYPE_TAG: release(5, 17),
  ENUM64: release(6, 0),
  LOC_PARAM: release(7, 4),
  LOC_PROTO: release(7, 4),
  LOCSEC: release(7, 4),
};

const laterKinds = (Object.keys(KINDS_SINCE) as KindName[]).map((name): MetaCheck => {
  const since = KINDS_SINCE[name] ?? OLDEST_KERNEL;
  return {
    phrase: "Invalid kind:%u",
    says: `kernels know ${name} from ${kernelName(since)} on`,
    form: "id",
    until: since,
    broken: (t) => t.kind === KIND[name],
    values: (t) => [t.kind],
  };
});

/** Every record, as far as its head. */
export const HEAD_RULES: readonly MetaCheck[] = [
  {
    phrase: "Invalid btf_info:%x",
    says: "reserved bits of the info word are set (16-23, 28-30); before 5.13 a kind has four bits",
    form: "id",
    until: release(5, 13),
    broken: (t) => (t.info & 0x70ff0000) !== 0,
    values: (t) => [t.info],
  },
  {
    phrase: "Invalid btf_info:%x",
    says: "reserved bits of the info word are set (16-23, 29, 30)",
    form: "id",
    since: release(5, 13),
    until: release(7, 2),
    broken: (t) => (t.info & 0x60ff0000) !== 0,
    values: (t) => [t.info],
  },
  {
    phrase: "Invalid kind:%u",
    says: `the kind is none of 1 to ${MAX_KIND}; the kernel does not use a layout section to skip it`,
    form: "id",
    broken: (t) => t.kind === UNKN || t.kind > MAX_KIND,
    values: (t) => [t.kind],
  },
  ...laterKinds,
  {
    phrase: "Invalid name_offset:%u",
    says: "the name lies outside the strings",
    form: "id",
    broken: (t) => !t.names.isValidOff(t.nameOff),
    values: (t) => [t.nameOff],
  },
];

const payloadFits: MetaCheck = {
  phrase: "meta_left:%u meta_needed:%u",
  says: "the record runs past the end of the type section",
  form: "basic",
  broken: (t) => t.bytesLeft < t.payloadBytes,
  values: (t) => [t.bytesLeft, t.payloadBytes],
};
const vlenZero: MetaCheck = {
  phrase: "vlen != 0",
  says: "the kind has no elements, but vlen is not 0",
  broken: (t) => t.vlen !== 0,
};
const kflagClear: MetaCheck = {
  phrase: "Invalid btf_info kind_flag",
  says: "the kind does not use the kind flag, but it is set",
  broken: (t) => t.kflag,
};
/** Attributes in tags came with the flag in 6.15. */
const tagKflagClear: MetaCheck = {
  ...kflagClear,
  says: "tags may have the kind flag only since 6.15",
  until: release(6, 15),
};
const sizeZero: MetaCheck = {
  phrase: "size != 0",
  says: "the third word is unused and must be 0",
  broken: (t) => t.sizeOrType !== 0,
};
const typeZero: MetaCheck = {
  phrase: "type != 0",
  says: "a forward declaration has no type, but the third word is not 0",
  broken: (t) => t.sizeOrType !== 0,
};
const typeIdInRange: MetaCheck = {
  phrase: "Invalid type_id",
  says: "the type id is above 0xfffff",
  broken: (t) => t.sizeOrType > MAX_TYPE_ID,
};
const typeIdSome: MetaCheck = {
  phrase: "Invalid type_id",
  says: "a variable cannot be void, and its type id must not be above 0xfffff",
  broken: (t) => !isSomeId(t.sizeOrType),
};
const nameless: MetaCheck = {
  phrase: "Invalid name",
  says: "the kind has no name, but name_off is not 0",
  broken: (t) => t.nameOff !== 0,
};
const named: MetaCheck = {
  phrase: "Invalid name",
  says: "the name is missing, or is no identifier (letters, digits, _ and ., at most 512 bytes)",
  broken: (t) => t.nameOff === 0 || !t.names.isIdentifier(t.nameOff),
};
const maybeNamed: MetaCheck = {
  phrase: "Invalid name",
  says: "the name is no identifier (letters, digits, _ and ., at most 512 bytes)",
  broken: (t) => t.nameOff !== 0 && !t.names.isIdentifier(t.nameOff),
};
const tagNamed: MetaCheck = {
  phrase: "Invalid name",
  says: "a type tag needs a name",
  broken: (t) => !t.names.isSome(t.nameOff),
};
const tagValued: MetaCheck = {
  phrase: "Invalid value",
  says: "a declaration tag needs a value",
  broken: (t) => !t.names.isSome(t.nameOff),
};
const sectionNamedAsIdentifier: MetaCheck = {
  ...named,
  says: "before 6.12 a section's name must be an identifier",
  until: release(6, 12),
};
const sectionNamed: MetaCheck = {
  phrase: "Invalid name",
  says: "the section's name is missing or not printable",
  since: release(6, 12),
  broken: (t) => t.nameOff === 0 || !t.names.isSectionName(t.nameOff),
};

const intDataKnown: MetaCheck = {
  phrase: "Invalid int_data:%x",
  says: "bits 28-31 of an INT's word are reserved",
  form: "basic",
  broken: (t) => (intData(t) & ~INT_DATA_MASK) !== 0,
  values: (t) => [intData(t)],
};
const intBitsLimited: MetaCheck = {
  phrase: "nr_bits exceeds 128",
  says: "bit offset and width of an INT are more than 128 together",
  broken: (t) => intBits(t) > MAX_INT_BITS,
};
const intBitsFit: MetaCheck = {
  phrase: "nr_bits exceeds type_size",
  says: "bit offset and width of an INT do not fit its size",
  broken: (t) => Math.ceil(intBits(t) / 8) > t.sizeOrType,
};
const intEncodingKnown: MetaCheck = {
  phrase: "Unsupported encoding",
  says: "an INT is plain, SIGNED, CHAR or BOOL, and not two of them (GCC writes SIGNED|CHAR)",
  errno: ENOTSUPP,
  broken: (t) => ![0, 1, 2, 4].includes((intData(t) >>> 24) & 0xf),
};
const floatSize: MetaCheck = {
  phrase: "Invalid type_size",
  says: "a FLOAT has 2, 4, 8, 12 or 16 bytes",
  broken: (t) => ![2, 4, 8, 12, 16].includes(t.sizeOrType),
};
const enumKflagClear: MetaCheck = {
  ...kflagClear,
  says: "before 6.0 enums do not use the kind flag; libbpf clears it for such a kernel",
  until: release(6, 0),
};
const enumSize: MetaCheck = {
  phrase: "Unexpected size",
  says: "an enum has 1, 2, 4 or 8 bytes",
  broken: (t) => ![1, 2, 4, 8].includes(t.sizeOrType),
};
/** `btf_func_check_meta` before functions had a linkage. */
const funcVlenZero: MetaCheck = {
  ...vlenZero,
  says: "before 5.6 functions have no linkage; libbpf makes all static for such a kernel",
  until: release(5, 6),
};
const funcLinkage: MetaCheck = {
  since: release(5, 6),
  phrase: "Invalid func linkage",
  says: "a function is static or global; libbpf makes extern ones global before loading",
  broken: (t) => t.vlen > 1,
};
const varLinkage: MetaCheck = {
  phrase: "Linkage not supported",
  says: "a variable is static or global; libbpf makes extern ones global before loading",
  broken: (t) => t.words[t.payload] > 1,
};
const arrayElem: MetaCheck = {
  phrase: "Invalid elem",
  says: "the element type is void or above 0xfffff",
  broken: (t) => !isSomeId(t.words[t.payload]),
};
const arrayIndex: MetaCheck = {
  phrase: "Invalid index",
  says: "the index type is void or above 0xfffff",
  broken: (t) => !isSomeId(t.words[t.payload + 1]),
};
const componentIdx: MetaCheck = {
  phrase: "Invalid component_idx",
  says: "the component index is below -1",
  broken: (t) => (t.words[t.payload] | 0) < -1,
};
const sectionSize: MetaCheck = {
  phrase: "size == 0",
  says: "the section has no size; clang writes it so, and libbpf fills it in before loading",
  broken: (t) => t.sizeOrType === 0,
};

const memberNameOff: MetaCheck = {
  phrase: "Invalid member name_offset:%u",
  says: "the member's name lies outside the strings",
  form: "member",
  broken: (t) => !t.names.isValidOff(t.words[t.element]),
  values: (t) => [t.words[t.element]],
};
const memberName: MetaCheck = {
  phrase: "Invalid name",
  says: "the member's name is no identifier",
  form: "member",
  broken: (t) => t.words[t.element] !== 0 && !t.names.isIdentifier(t.words[t.element]),
};
const memberType: MetaCheck = {
  phrase: "Invalid type_id",
  says: "the member is void, or its type id is above 0xfffff",
  form: "member",
  broken: (t) => !isSomeId(t.words[t.element + MEMBER_TYPE]),
};
const unionMemberAtZero: MetaCheck = {
  phrase: "Invalid member bits_offset",
  says: "a member of a union begins at 0",
  form: "member",
  broken: (t) => memberBitsOffset(t) !== 0,
};
const memberAfterLast: MetaCheck = {
  phrase: "Invalid member bits_offset",
  says: "the member begins before the one in front of it",
  form: "member",
  broken: (t) => memberBitsOffset(t) < t.previousEnd,
};
const memberInside: MetaCheck = {
  phrase: "Member bits_offset exceeds its struct size",
  says: "the member begins after the end of the struct",
  form: "member",
  broken: (t) => Math.ceil(memberBitsOffset(t) / 8) > t.sizeOrType,
};
const enumeratorNameOff: MetaCheck = {
  phrase: "Invalid name_offset:%u",
  says: "the enumerator's name lies outside the strings",
  form: "tab",
  broken: (t) => !t.names.isValidOff(t.words[t.element]),
  values: (t) => [t.words[t.element]],
};
const enumeratorName: MetaCheck = {
  phrase: "Invalid name",
  says: "an enumerator's name is missing or no identifier",
  broken: (t) => t.words[t.element] === 0 || !t.names.isIdentifier(t.words[t.element]),
};
const entryType: MetaCheck = {
  phrase: "Invalid type_id",
  says: "the variable of a section entry is void, or its id is above 0xfffff",
  form: "entry",
  broken: (t) => !isSomeId(t.words[t.element]),
};
const entryOffset: MetaCheck = {
  phrase: "Invalid offset",
  says: "the section entry begins before the end of the one in front of it, or after the section",
  form: "entry",
  broken: (t) =>
    t.words[t.element + SECTION_VAR_OFFSET] < t.previousEnd ||
    t.words[t.element + SECTION_VAR_OFFSET] >= t.sizeOrType,
};
const entrySize: MetaCheck = {
  phrase: "Invalid size",
  says: "the section entry is empty or larger than the section",
  form: "entry",
  broken: (t) =>
    t.words[t.element + SECTION_VAR_SIZE] === 0 || t.words[t.element + SECTION_VAR_SIZE] > t.sizeOrType,
};
const entryInside: MetaCheck = {
  phrase: "Invalid offset+size",
  says: "the section entry ends after the section",
  form: "entry",
  broken: (t) => entryEnd(t) > t.sizeOrType,
};
const entriesFit: MetaCheck = {
  phrase: "Invalid btf_info size",
  says: "the section entries are larger than the section together",
  broken: (t) => t.sum > t.sizeOrType,
};

/** The rules of one kind: for the record, for each element, for the record after its elements. */
export interface KindRules {
  readonly head: readonly MetaCheck[];
  readonly element: readonly MetaCheck[];
  readonly tail: readonly MetaCheck[];
  /** Takes note of an element that is in order. */
  readonly pass: (t: RecordCursor) => void;
}

function rules(
  head: readonly MetaCheck[],
  element: readonly MetaCheck[] = [],
  pass: (t: RecordCursor) => void = () => {},
  tail: readonly MetaCheck[] = [],
): KindRules {
  return { head, element, tail, pass };
}

const member = [memberNameOff, memberName, memberType];
const passMember = (t: RecordCursor) => {
  t.previousEnd = memberBitsOffset(t);
};
const enumerator = [enumeratorNameOff, enumeratorName];
const passEntry = (t: RecordCursor) => {
  t.previousEnd = entryEnd(t);
  t.sum += t.words[t.element + SECTION_VAR_SIZE];
};
const qualifier = rules([vlenZero, kflagClear, typeIdInRange, nameless]);
const enumeration = rules([payloadFits, enumKflagClear, enumSize, maybeNamed], enumerator);

/** The rules of each kind by its number; none for void and unknown kinds. */
export const KIND_RULES: readonly KindRules[] = byKind<KindRules>(
  {
    INT: rules([
      payloadFits,
      vlenZero,
      kflagClear,
      intDataKnown,
      intBitsLimited,
      intBitsFit,
      intEncodingKnown,
    ]),
    PTR: qualifier,
    ARRAY: rules([payloadFits, nameless, vlenZero, kflagClear, sizeZero, arrayElem, arrayIndex]),
    STRUCT: rules([payloadFits, maybeNamed], [...member, memberAfterLast, memberInside], passMember),
    UNION: rules([payloadFits, maybeNamed], [...member, unionMemberAtZero]),
    ENUM: enumeration,
    FWD: rules([vlenZero, typeZero, named]),
    TYPEDEF: rules([vlenZero, kflagClear, typeIdInRange, named]),
    VOLATILE: qualifier,
    CONST: qualifier,
    RESTRICT: qualifier,
    FUNC: rules([named, funcVlenZero, funcLinkage, kflagClear]),
    FUNC_PROTO: rules([payloadFits, nameless, kflagClear]),
    VAR: rules([payloadFits, vlenZero, kflagClear, named, typeIdSome, varLinkage]),
    DATASEC: rules(
      [payloadFits, sectionSize, kflagClear, sectionNamedAsIdentifier, sectionNamed],
      [entryType, entryOffset, entrySize, entryInside],
      passEntry,
      [entriesFit],
    ),
    FLOAT: rules([vlenZero, kflagClear, floatSize]),
    DECL_TAG: rules([payloadFits, tagValued, vlenZero, tagKflagClear, componentIdx]),
    TYPE_TAG: rules([vlenZero, tagKflagClear, typeIdInRange, tagNamed]),
    ENUM64: enumeration,
    // Only rules on which the drafts of Linux 7.4 agree. What it requires of sizes and flags is not known yet.
    LOC_PARAM: rules([payloadFits, nameless]),
    LOC_PROTO: rules([payloadFits, nameless]),
    LOCSEC: rules([payloadFits]),
  },
  rules([]),
);

/** The record's head itself is cut off. */
export const HEAD_FITS: MetaCheck = {
  phrase: "meta_left:%u meta_needed:%u",
  says: "the type section ends within the head of a record",
  form: "id",
  broken: (t) => t.bytesLeft < 12,
  values: (t) => [t.bytesLeft, 12],
};

/** The most types that are judged. No kernel accepts a BTF with more, so the others are ignored without a message. */
export const MAX_TYPES: number = MAX_TYPE_ID;

function isSomeId(id: number): boolean {
  return id !== 0 && id <= MAX_TYPE_ID;
}

function intData(t: RecordCursor): number {
  return t.words[t.payload];
}

function intBits(t: RecordCursor): number {
  return (intData(t) & 0xff) + ((intData(t) >>> 16) & 0xff);
}

/** Bit offset of the member: the low 24 bits if the kind flag says that the others are a bitfield's width. */
function memberBitsOffset(t: RecordCursor): number {
  const offset = t.words[t.element + MEMBER_OFFSET];
  return t.kflag ? offset & 0xffffff : offset;
}

/** The kernel adds in 32 bits, so that the sum may wrap. */
function entryEnd(t: RecordCursor): number {
  return (t.words[t.element + SECTION_VAR_OFFSET] + t.words[t.element + SECTION_VAR_SIZE]) >>> 0;
}
