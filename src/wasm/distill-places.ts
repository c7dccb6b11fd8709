/**
 * The map of the memory in which split BTFs of one base are distilled, in bytes. Shared with the loops themselves, so plain
 * constants.
 */

/** The table of kinds: columns of a byte for every number of seven bits, those of `btf/scan` first. */
export const COLUMNS = 1024;
export const COLUMN_BYTES = 128;
/** Where a base type goes, one of the following numbers. */
export const PLACE = 8;
/** The kind that a type without its elements becomes. */
export const KIND_BY_NAME = 9;
/** 1 if a type with a name is used without what its elements refer to. */
export const IS_OPAQUE = 10;
/** 1 if a type with a name must have a size of 1, 2, 4 or 8 bytes. */
export const IS_SIZED_ENUM = 11;
export const ALL_COLUMNS = 12;

export const TO_BASE = 0;
export const TO_BASE_BY_NAME = 1;
export const TO_SPLIT = 2;
export const TO_NOWHERE = 3;

/** New offsets of the names that were met last, with their old ones: 2^{@link MET_BITS} pairs of four bytes each. */
export const MET = 4096;
export const MET_BITS = 11;
/** From here on the base lies, then what the loops work on. */
export const BASE = 20480;
