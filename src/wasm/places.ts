/**
 * What the host lays into the memory of the loops for dumps, in bytes. Shared with the loops themselves, so plain constants. What the
 * compiler places begins at {@link PLACES_END} (`build.mjs`), and behind that is what the loops take (`assembly/common/arena`).
 */

/** Columns of the table of kinds for `scan`, one after the other, each with a byte for every number of seven bits: see `btf/scan`. */
export const COLUMNS = 1024;
export const COLUMN_BYTES = 128;
/** The format that is printed: for each kind the position of its program, then what is the same for all kinds, then the pieces. */
export const FORMAT = 4096;
/** How each type begins: where its steps begin and end. */
export const HEAD_STEPS = 4608;
/** Position and length of the text between two types, between two elements, and of the name of what has none. */
export const BETWEEN_TYPES = 4616;
export const BETWEEN_ELEMENTS = 4624;
export const ANONYMOUS = 4632;
/** The kind that has a location. */
export const KIND_WITH_LOCATION = 4640;
export const FORMAT_PIECES = 4644;
export const PLACES_END = 32768;
