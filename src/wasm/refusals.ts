/** Why types are not written as C or as layouts. Shared with the code that refuses, so plain constants. */

/** Typedefs, qualifiers, tags or arrays in a circle. */
export const TYPE_CYCLE = 0;
/** Types are nested deeper than `MAX_NESTING`. */
export const TOO_DEEP = 1;
/** The type takes more than 2^53 bytes. */
export const TOO_LARGE = 2;
/** Types without names unfold to more text than can be meant. */
export const UNFOLDS = 3;
/** The type is of a kind that only a layout section describes. */
export const UNKNOWN_KIND = 4;
