/**
 * The map of the memory that the loops work in, in bytes. Shared with the loops themselves, so plain constants. From
 * {@link INPUT} on the caller lays what it works on.
 */

/** Decimal digits of 0 to 9,999, four characters each. */
export const DIGITS = 1024;
/** Columns of the table of kinds for `scan`, one after the other, each with a byte for every number of seven bits: see `btf/scan`. */
export const COLUMNS = 41088;
export const COLUMN_BYTES = 128;
/** The format that is printed: for each kind the position of its program, then what is the same for all kinds, then the pieces. */
export const FORMAT = 43008;
/** How each type begins: where its steps begin and end. */
export const HEAD_STEPS = 43520;
/** Position and length of the text between two types, between two elements, and of the name of what has none. */
export const BETWEEN_TYPES = 43528;
export const BETWEEN_ELEMENTS = 43536;
export const ANONYMOUS = 43544;
/** The kind that has a location. */
export const KIND_WITH_LOCATION = 43552;
export const FORMAT_PIECES = 43556;
/** Text until it is handed on. */
export const TEXT = 65536;
export const TEXT_END = 327680;
/** Reads of eight bytes at a time can go so far beyond the end. */
export const SLACK = 8;
export const INPUT = 331776;
