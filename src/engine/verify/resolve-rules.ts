import { E2BIG, EEXIST, type Rule } from "./rule.ts";

type Name =
  | "loop"
  | "depth"
  | "target"
  | "varTarget"
  | "arrayIndex"
  | "arrayElem"
  | "arrayOfInt"
  | "arraySize"
  | "member"
  | "memberBaseType"
  | "memberOffset"
  | "memberBitfieldSize"
  | "memberOffsetRange"
  | "memberCopyBits"
  | "memberExceeds"
  | "memberByteAligned"
  | "memberAligned"
  | "funcProto"
  | "funcParam"
  | "protoReturn"
  | "protoVararg"
  | "protoParam"
  | "entryKind"
  | "entryType"
  | "entrySize"
  | "tagTarget"
  | "tagComponent";

/**
 * The kernel's rules for the types' references (`btf_check_all_types`, kernel/bpf/btf.c), by kind of the type that refers.
 * The checks are in `resolve.ts` and `members.ts`, which name these rows. "Source only" are VAR, DECL_TAG and DATASEC;
 * void, FWD, FUNC_PROTO, FUNC and DECL_TAG have no size.
 */
export const RESOLVE_RULES: Readonly<Record<Name, Rule>> = {
  // Any kind that refers.
  loop: {
    phrase: "Loop detected",
    says: "the type contains itself, or refers to itself through pointers and modifiers only",
    errno: EEXIST,
  },
  depth: {
    phrase: "Exceeded max resolving depth:%u",
    says: "more than 32 types refer to each other before one is resolved; lower ids for what is referred to would help",
    errno: E2BIG,
  },
  // PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG.
  target: {
    phrase: "Invalid type_id",
    says: "the type referred to does not exist, or is a VAR, DECL_TAG or DATASEC, or a FUNC",
  },
  // VAR.
  varTarget: {
    phrase: "Invalid type_id",
    says: "a variable's type must exist and have a size",
  },
  // ARRAY.
  arrayIndex: {
    phrase: "Invalid index",
    says: "the index type must be an INT of whole bytes, 1, 2, 4, 8 or 16 of them",
  },
  arrayElem: {
    phrase: "Invalid elem",
    says: "the element type must exist and have a size",
  },
  arrayOfInt: {
    phrase: "Invalid array of int",
    says: "an INT that is an element must have whole bytes, 1, 2, 4, 8 or 16 of them",
  },
  arraySize: {
    phrase: "Array size overflows U32_MAX",
    says: "the array has 4 GiB or more",
  },
  // STRUCT and UNION.
  member: {
    phrase: "Invalid member",
    says: "the member's type must exist and have a size",
    form: "member",
  },
  memberBaseType: {
    phrase: "Invalid member base type",
    says: "an INT member of a struct with the kind flag must have whole bytes, 1, 2, 4, 8 or 16 of them",
    form: "member",
  },
  memberOffset: {
    phrase: "Invalid member offset",
    says: "a member that is no bitfield must begin at a whole byte",
    form: "member",
  },
  memberBitfieldSize: {
    phrase: "Invalid member bitfield_size",
    says: "the bitfield is wider than its type, or the type cannot be a bitfield",
    form: "member",
  },
  memberOffsetRange: {
    phrase: "bits_offset exceeds U32_MAX",
    says: "the bit offsets of member and INT are more than 32 bits hold",
    form: "member",
  },
  memberCopyBits: {
    phrase: "nr_copy_bits exceeds 128",
    says: "the INT spans more than 128 bits from the byte in which it begins",
    form: "member",
  },
  memberExceeds: {
    phrase: "Member exceeds struct_size",
    says: "the member ends after the struct",
    form: "member",
  },
  memberByteAligned: {
    phrase: "Member is not byte aligned",
    says: "a member of this kind must begin at a whole byte",
    form: "member",
  },
  memberAligned: {
    phrase: "Member is not properly aligned",
    says: "a FLOAT must begin at a multiple of its size, or of a pointer's if that is less",
    form: "member",
  },
  // FUNC.
  funcProto: {
    phrase: "Invalid type_id",
    says: "a FUNC must refer to a FUNC_PROTO",
  },
  funcParam: {
    phrase: "Invalid arg#%u",
    says: "a parameter of a function must have a name",
  },
  // FUNC_PROTO.
  protoReturn: {
    phrase: "Invalid return type",
    says: "the return type must be void, or exist and have a size",
  },
  protoVararg: {
    phrase: "Invalid arg#%u",
    says: "a vararg has no name",
  },
  protoParam: {
    phrase: "Invalid arg#%u",
    says: "a parameter's type must exist and have a size, and its name, if any, must be an identifier",
  },
  // DATASEC.
  entryKind: {
    phrase: "Not a VAR kind member",
    says: "a section entry must refer to a VAR",
    form: "entry",
  },
  entryType: {
    phrase: "Invalid type",
    says: "the type of the variable must have a size",
    form: "entry",
  },
  entrySize: {
    phrase: "Invalid size",
    says: "the section entry is smaller than its variable",
    form: "entry",
  },
  // DECL_TAG.
  tagTarget: {
    phrase: "Invalid type_id",
    says: "a declaration tag is for a STRUCT, UNION, FUNC, VAR or TYPEDEF",
  },
  tagComponent: {
    phrase: "Invalid component_idx",
    says: "the declaration tag names a member or parameter that does not exist",
  },
};
