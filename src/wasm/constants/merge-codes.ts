// Codes of merging. Shared with WebAssembly, so literals only.

// The pass that finds out what a type becomes: the table of kinds is in `engine/dedup/kinds`.
export const PLAIN = 0;
export const ENUM = 1;
export const STRUCT = 2;
export const REFERENCE = 3;
export const UNIQUE = 4;

// How two types of a kind are compared: the table is in `engine/dedup/kinds`.
export const NO_VALUE = 0;
export const RECORD = 1;
export const ENUMERATORS = 2;
export const HEAD = 3;
export const TARGET = 4;
export const ELEMENTS_OF_ARRAY = 5;
export const MEMBERS = 6;
export const PARAMETERS = 7;

// Why merging is refused; `engine/dedup/merge-errors` makes an error of it.
/** Comparing took more steps than are allowed (`dedup-effort`). */
export const TOO_TANGLED = 0;
/** Types refer to each other in a loop without a struct, union or typedef. The detail is their number. */
export const LOOP = 1;
/** A struct or typedef leads to a type that no value can have. The detail is its kind. */
export const LEADS_TO_NO_VALUE = 2;
