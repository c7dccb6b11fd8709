import { ascii } from "../btf/strings.ts";

/** Words that raw and JSON dumps share (`btf_int_enc_str`, `btf_var_linkage_str`, `btf_func_linkage_str`, bpftool src/btf.c). */

/** By the four encoding bits of an INT; combinations have no word. The last entry is for all other numbers. */
export const INT_ENCODINGS: readonly Uint8Array[] = ["(none)", "SIGNED", "CHAR", "UNKN", "BOOL", "UNKN"].map(
  ascii,
);
/** By `enum btf_func_linkage` (linux/btf.h), the vlen of a FUNC. */
export const LINKAGES: readonly Uint8Array[] = ["static", "global", "extern", "(unknown)"].map(ascii);
/** By the linkage of a VAR, `BTF_VAR_STATIC` and so on (linux/btf.h). */
export const VAR_LINKAGES: readonly Uint8Array[] = ["static", "global", "extern", "(unknown)"].map(ascii);

/** The word for `number`, or the last of `words` if there is none. */
export function word(words: readonly Uint8Array[], number: number): Uint8Array {
  return words[number < words.length ? number : words.length - 1];
}
