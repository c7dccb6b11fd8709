/**
 * `BTF_KIND_*` of linux/btf.h, the truth about which kinds are known. A number added here makes the compiler list every table
 * and every switch that has no answer for it.
 *
 * A file of constants and nothing else: the bundler writes such constants into the code that uses them.
 */
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
/** Inlined functions and where their parameters are, since Linux 7.4. */
export const LOC_PARAM = 20;
export const LOC_PROTO = 21;
export const LOCSEC = 22;
