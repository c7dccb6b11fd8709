// Why a type cannot be written as C or as a layout; `types/type-errors` makes an error of it. Shared with WebAssembly,
// so literals only.

/** Typedefs, qualifiers, tags or arrays refer to each other in a circle. */
export const TYPE_CYCLE = 0;
/** Types are nested deeper than `MAX_NESTING` of `type-limits`. */
export const TOO_DEEP = 1;
/** The type takes more than 2^53 bytes. */
export const TOO_LARGE = 2;
/** Anonymous types expand to an unreasonable amount of text. */
export const UNFOLDS = 3;
/** Only a layout section describes the kind of the type. */
export const UNKNOWN_KIND = 4;
