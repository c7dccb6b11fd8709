/**
 * Positions of the fields of a record, in words (linux/btf.h).
 *
 * A file of constants and nothing else, like `kind-numbers`, since it is compiled into WebAssembly too.
 */

/** Kind of void, which has no record. */
export const UNKN = 0;

/** Words of `struct btf_type` (linux/btf.h): name_off, info, size or type. */
export const HEAD_WORDS = 3;

/** Position of the name offset in the head of a record. */
export const NAME_OFF = 0;
/** Position of the word of kind, vlen and kflag. */
export const INFO = 1;
/** Position of the word that is a size in bytes or a type id, depending on the kind. */
export const SIZE_OR_TYPE = 2;

/** Words of a member of a STRUCT or UNION, `struct btf_member { name_off, type, offset }`. */
export const MEMBER_WORDS = 3;
/** Position of a member's type id in it. */
export const MEMBER_TYPE = 1;
/** Position of a member's offset in bits, with kflag below the size of a bitfield. */
export const MEMBER_OFFSET = 2;
/** Words of a parameter of a FUNC_PROTO, `struct btf_param { name_off, type }`. */
export const PARAM_WORDS = 2;
/** Position of a parameter's type id in it. */
export const PARAM_TYPE = 1;
/** Words of an enumerator of an ENUM, `struct btf_enum { name_off, val }`. */
export const ENUMERATOR_WORDS = 2;
/** Position of an enumerator's value in it. */
export const ENUMERATOR_VALUE = 1;
/** Words of an enumerator of an ENUM64, `struct btf_enum64 { name_off, val_lo32, val_hi32 }`. */
export const ENUMERATOR64_WORDS = 3;
/** Position of the lower half of its value. */
export const ENUMERATOR64_LOW = 1;
/** Position of the upper half of its value. */
export const ENUMERATOR64_HIGH = 2;
/** Words of a variable of a DATASEC, `struct btf_var_secinfo { type, offset, size }`. */
export const SECTION_VAR_WORDS = 3;
/** Position of the id of the VAR in it. */
export const SECTION_VAR_TYPE = 0;
/** Position of the variable's offset in the section, in bytes. */
export const SECTION_VAR_OFFSET = 1;
/** Position of the variable's size in bytes. */
export const SECTION_VAR_SIZE = 2;
/** Words of a value of a LOC_PARAM, whose flags precede them (`struct btf_loc_param { flags, values[] }`). */
export const LOC_VALUE_WORDS = 1;
/** Words of a parameter of a LOC_PROTO: the id of a LOC_PARAM, 0 for a parameter that has no location. */
export const LOC_PROTO_PARAM_WORDS = 1;
/** Words of a place of a LOCSEC, `struct btf_loc { func, loc_proto, offset }`. */
export const LOC_WORDS = 3;
/** Position of the id of the FUNC in it. */
export const LOC_FUNC = 0;
/** Position of the id of the LOC_PROTO. */
export const LOC_PROTO_ID = 1;
/** Position of the offset in the code. */
export const LOC_OFFSET = 2;
/**
 * Position of the id of the elements' type in the record of an ARRAY, `struct btf_array { type, index_type, nelems }`.
 */
export const ARRAY_TYPE = 3;
/** Position of the id of the index's type. */
export const ARRAY_INDEX_TYPE = 4;
/** Position of the number of elements. */
export const ARRAY_ELEMENTS = 5;
/**
 * Position of the word behind the head of an INT (encoding, offset, bits), a VAR (linkage), a DECL_TAG (component_idx)
 * or a LOC_PARAM (flags).
 */
export const FIRST_INFO = 3;
