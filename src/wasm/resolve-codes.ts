/** Numbers that the walk over references and its host share: plain constants, since WebAssembly is made of them too. */

// Facts of a kind, by which the walk knows what to do: see `engine/verify/kind-facts`.
/** It refers to types (`btf_type_needs_resolve`). */
export const NEEDS_RESOLVE = 1;
/** A run that resolves a pointer goes into it. */
export const POINTER_WAITS = 2;
/** A run that resolves a struct, union or array goes into it. */
export const AGGREGATE_WAITS = 4;
/** Nothing may refer to it but sections and tags (`btf_type_is_resolve_source_only`). */
export const SOURCE_ONLY = 8;
/** It has no size (`btf_type_nosize_or_null`). */
export const NO_SIZE = 16;
/** It stands for another type once it is resolved. */
export const STANDS_FOR = 32;
/** It is a modifier of another type (`btf_type_is_modifier`). */
export const IS_MODIFIER = 64;
/** A member of it begins at a whole byte, and has the size of the type. */
export const IS_WHOLE = 128;

/** Kind of an id that names no type: a number above the seven bits of a kind, which has facts too. */
export const MISSING = 128;

/** `MAX_RESOLVE_DEPTH` (kernel/bpf/btf.c). */
export const MAX_DEPTH = 32;

// Rules that a type breaks: see `engine/verify/resolve-rules`.
export const LOOP = 0;
export const DEPTH = 1;
export const TARGET = 2;
export const VAR_TARGET = 3;
export const ARRAY_INDEX = 4;
export const ARRAY_ELEM = 5;
export const ARRAY_OF_INT = 6;
export const ARRAY_SIZE = 7;
export const MEMBER = 8;
export const MEMBER_BASE_TYPE = 9;
export const MEMBER_OFFSET = 10;
export const MEMBER_BITFIELD_SIZE = 11;
export const MEMBER_OFFSET_RANGE = 12;
export const MEMBER_COPY_BITS = 13;
export const MEMBER_EXCEEDS = 14;
export const MEMBER_BYTE_ALIGNED = 15;
export const MEMBER_ALIGNED = 16;
export const FUNC_PROTO = 17;
export const FUNC_PARAM = 18;
export const PROTO_RETURN = 19;
export const PROTO_VARARG = 20;
export const PROTO_PARAM = 21;
export const ENTRY_KIND = 22;
export const ENTRY_TYPE = 23;
export const ENTRY_SIZE = 24;
export const TAG_TARGET = 25;
export const TAG_COMPONENT = 26;
