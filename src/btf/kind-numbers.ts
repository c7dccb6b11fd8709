/**
 * `BTF_KIND_*` of linux/btf.h: the kinds that btfx knows. If a number is added here, the compiler lists every table and
 * every switch that does not handle it. This file has only constants, which the bundler writes into the code that uses
 * them.
 */
/** An integer: `int`, `_Bool`, `char`. */
export const INT = 1;
/** A pointer. */
export const PTR = 2;
/** An array. */
export const ARRAY = 3;
/** A struct. */
export const STRUCT = 4;
/** A union. */
export const UNION = 5;
/** An enum of up to 32 bits. */
export const ENUM = 6;
/** A forward declaration of a struct or union. */
export const FWD = 7;
/** Another name of a type. */
export const TYPEDEF = 8;
/** `volatile` */
export const VOLATILE = 9;
/** `const` */
export const CONST = 10;
/** `restrict` */
export const RESTRICT = 11;
/** A function. */
export const FUNC = 12;
/** The parameters and the return type of a function. */
export const FUNC_PROTO = 13;
/** A variable. */
export const VAR = 14;
/** The variables of an ELF section. */
export const DATASEC = 15;
/** A floating-point number. */
export const FLOAT = 16;
/** A tag on a declaration (`btf_decl_tag`). */
export const DECL_TAG = 17;
/** A tag on a type (`btf_type_tag`), behind a pointer. */
export const TYPE_TAG = 18;
/** An enum of up to 64 bits. */
export const ENUM64 = 19;
/** Where a parameter of an inlined function is; this kind and the next two since Linux 7.4. */
export const LOC_PARAM = 20;
/** The parameters of an inlined function. */
export const LOC_PROTO = 21;
/** The places where functions are inlined. */
export const LOCSEC = 22;
