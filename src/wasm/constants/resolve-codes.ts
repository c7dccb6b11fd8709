// Codes of the kernel's walk over references (`assembly/verify/resolve`). Shared with WebAssembly, so literals only.

// Facts about a kind, as bits, by which the walk knows what to do: the table is in `engine/kind-facts`.
/** It refers to types (`btf_type_needs_resolve`). */
export const NEEDS_RESOLVE = 1;
/** While the walk resolves a pointer, it goes into types of this kind. */
export const POINTER_WAITS = 2;
/** While the walk resolves a struct, union or array, it goes into types of this kind. */
export const AGGREGATE_WAITS = 4;
/** Only sections and tags may refer to it (`btf_type_is_resolve_source_only`). */
export const SOURCE_ONLY = 8;
/** It has no size (`btf_type_nosize_or_null`). */
export const NO_SIZE = 16;
/** It stands for another type once it is resolved. */
export const STANDS_FOR = 32;
/** It is a modifier of another type (`btf_type_is_modifier`). */
export const IS_MODIFIER = 64;
/** A member of this kind begins at a whole byte and has the size of its type. */
export const IS_WHOLE = 128;

/**
 * Stands for the kind of an id that names no type. Kinds have seven bits, so it is none of them; it has facts like a
 * kind.
 */
export const MISSING = 128;

/** `MAX_RESOLVE_DEPTH` (kernel/bpf/btf.c). */
export const MAX_DEPTH = 32;

// Rules that a type can break: `engine/verify/resolve-rules` has the kernel's text for each.
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
