import * as RULE from "../../wasm/constants/resolve-codes.ts";
import { E2BIG, EEXIST, type Rule } from "./rule.ts";

/**
 * The kernel's rules for the types' references (`btf_check_all_types`, kernel/bpf/btf.c), by kind of the type that
 * refers. The checks are in `wasm/assembly/resolve`, which name these rows. "Source only" are VAR, DECL_TAG and
 * DATASEC; void, FWD, FUNC_PROTO, FUNC and DECL_TAG have no size.
 */
export const RESOLVE_RULES: Readonly<Record<number, Rule>> = {
  // Any kind that refers.
  [RULE.LOOP]: {
    phrase: "Loop detected",
    says: "the type contains itself, or refers to itself through pointers and modifiers only",
    errno: EEXIST,
  },
  [RULE.DEPTH]: {
    phrase: "Exceeded max resolving depth:%u",
    says: "more than 32 types refer to each other before one is resolved; lower ids for what is referred to would help",
    errno: E2BIG,
  },
  // PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG.
  [RULE.TARGET]: {
    phrase: "Invalid type_id",
    says: "the type referred to does not exist, or is a VAR, DECL_TAG or DATASEC, or a FUNC",
  },
  // VAR.
  [RULE.VAR_TARGET]: {
    phrase: "Invalid type_id",
    says: "a variable's type must exist and have a size",
  },
  // ARRAY.
  [RULE.ARRAY_INDEX]: {
    phrase: "Invalid index",
    says: "the index type must be an INT of whole bytes, 1, 2, 4, 8 or 16 of them",
  },
  [RULE.ARRAY_ELEM]: {
    phrase: "Invalid elem",
    says: "the element type must exist and have a size",
  },
  [RULE.ARRAY_OF_INT]: {
    phrase: "Invalid array of int",
    says: "an INT that is an element must have whole bytes, 1, 2, 4, 8 or 16 of them",
  },
  [RULE.ARRAY_SIZE]: {
    phrase: "Array size overflows U32_MAX",
    says: "the array has 4 GiB or more",
  },
  // STRUCT and UNION.
  [RULE.MEMBER]: {
    phrase: "Invalid member",
    says: "the member's type must exist and have a size",
    form: "member",
  },
  [RULE.MEMBER_BASE_TYPE]: {
    phrase: "Invalid member base type",
    says: "an INT member of a struct with the kind flag must have whole bytes, 1, 2, 4, 8 or 16 of them",
    form: "member",
  },
  [RULE.MEMBER_OFFSET]: {
    phrase: "Invalid member offset",
    says: "a member that is no bitfield must begin at a whole byte",
    form: "member",
  },
  [RULE.MEMBER_BITFIELD_SIZE]: {
    phrase: "Invalid member bitfield_size",
    says: "the bitfield is wider than its type, or the type cannot be a bitfield",
    form: "member",
  },
  [RULE.MEMBER_OFFSET_RANGE]: {
    phrase: "bits_offset exceeds U32_MAX",
    says: "the bit offsets of member and INT are more than 32 bits hold",
    form: "member",
  },
  [RULE.MEMBER_COPY_BITS]: {
    phrase: "nr_copy_bits exceeds 128",
    says: "the INT spans more than 128 bits from the byte in which it begins",
    form: "member",
  },
  [RULE.MEMBER_EXCEEDS]: {
    phrase: "Member exceeds struct_size",
    says: "the member ends after the struct",
    form: "member",
  },
  [RULE.MEMBER_BYTE_ALIGNED]: {
    phrase: "Member is not byte aligned",
    says: "a member of this kind must begin at a whole byte",
    form: "member",
  },
  [RULE.MEMBER_ALIGNED]: {
    phrase: "Member is not properly aligned",
    says: "a FLOAT must begin at a multiple of its size, or of a pointer's if that is less",
    form: "member",
  },
  // FUNC.
  [RULE.FUNC_PROTO]: {
    phrase: "Invalid type_id",
    says: "a FUNC must refer to a FUNC_PROTO",
  },
  [RULE.FUNC_PARAM]: {
    phrase: "Invalid arg#%u",
    says: "a parameter of a function must have a name",
  },
  // FUNC_PROTO.
  [RULE.PROTO_RETURN]: {
    phrase: "Invalid return type",
    says: "the return type must be void, or exist and have a size",
  },
  [RULE.PROTO_VARARG]: {
    phrase: "Invalid arg#%u",
    says: "a vararg has no name",
  },
  [RULE.PROTO_PARAM]: {
    phrase: "Invalid arg#%u",
    says: "a parameter's type must exist and have a size, and its name, if any, must be an identifier",
  },
  // DATASEC.
  [RULE.ENTRY_KIND]: {
    phrase: "Not a VAR kind member",
    says: "a section entry must refer to a VAR",
    form: "entry",
  },
  [RULE.ENTRY_TYPE]: {
    phrase: "Invalid type",
    says: "the type of the variable must have a size",
    form: "entry",
  },
  [RULE.ENTRY_SIZE]: {
    phrase: "Invalid size",
    says: "the section entry is smaller than its variable",
    form: "entry",
  },
  // DECL_TAG.
  [RULE.TAG_TARGET]: {
    phrase: "Invalid type_id",
    says: "a declaration tag is for a STRUCT, UNION, FUNC, VAR or TYPEDEF",
  },
  [RULE.TAG_COMPONENT]: {
    phrase: "Invalid component_idx",
    says: "the declaration tag names a member or parameter that does not exist",
  },
};
