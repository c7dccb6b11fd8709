import { KINDS } from "../btf/kinds.ts";

/**
 * Words that raw and JSON dumps share (`btf_int_enc_str`, `btf_var_linkage_str`, `btf_func_linkage_str`, bpftool
 * src/btf.c).
 */

/** By the four encoding bits of an INT; combinations have no word. The last entry is for all other numbers. */
export const INT_ENCODINGS: readonly string[] = ["(none)", "SIGNED", "CHAR", "UNKN", "BOOL", "UNKN"];
/**
 * By `enum btf_func_linkage` (linux/btf.h), the vlen of a FUNC, and by the linkage of a VAR, `BTF_VAR_STATIC` and so
 * on.
 */
export const LINKAGES: readonly string[] = ["static", "global", "extern", "(unknown)"];
/** By kind. The last one is for kinds that only a layout section describes. */
export const KIND_NAMES: readonly string[] = [...KINDS.map(({ name }) => name), "UNKNOWN"];
