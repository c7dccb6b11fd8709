/**
 * Where the parts of a format lie, in bytes from its begin: what the host lays and the loops of a dump print (`assembly/dump/print`).
 * Shared with the loops themselves, so plain constants.
 */

/** For each number of a kind the position of its program. */
export const PROGRAMS = 0;
/** How each type begins: where its steps begin and end. */
export const HEAD_STEPS = 512;
/** Position and length of the text between two types, between two elements, and of the name of what has none. */
export const BETWEEN_TYPES = 520;
export const BETWEEN_ELEMENTS = 528;
export const ANONYMOUS = 536;
/** The kind that has a location. */
export const KIND_WITH_LOCATION = 544;
/** Then come the pieces. */
export const PIECES = 548;
/** No format is longer. */
export const FORMAT_BYTES = 28672;
