/** Numbers that merging and its host share: plain constants, since WebAssembly is made of them too. */

// Passes that find what a type becomes: see `engine/dedup/kinds`.
export const PLAIN = 0;
export const ENUM = 1;
export const STRUCT = 2;
export const REFERENCE = 3;
export const UNIQUE = 4;

// How two types are compared: see `engine/dedup/kinds`.
export const NO_VALUE = 0;
export const RECORD = 1;
export const ENUMERATORS = 2;
export const HEAD = 3;
export const TARGET = 4;
export const ELEMENTS_OF_ARRAY = 5;
export const MEMBERS = 6;
export const PARAMETERS = 7;

// Why merging is refused.
/** The effort is used up. */
export const TOO_TANGLED = 0;
/** As many types as the detail says refer to each other, and no struct, union or typedef is among them. */
export const LOOP = 1;
/** A struct or typedef leads to a type of the kind that the detail is, which is no type of a value. */
export const LEADS_TO_NO_VALUE = 2;
