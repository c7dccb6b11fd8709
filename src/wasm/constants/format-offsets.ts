// Where the parts of a format lie, in bytes from its start. `dump/text-format` lays a format, `assembly/dump/print`
// prints by it. Shared with WebAssembly, so literals only.

/** The address of the program of each of the 128 kind numbers. */
export const PROGRAMS = 0;
/** The steps that begin every type: addresses of their start and end. */
export const HEAD_STEPS = 512;
/** Address and length of the text between two types. */
export const BETWEEN_TYPES = 520;
/** Address and length of the text between two elements. */
export const BETWEEN_ELEMENTS = 528;
/** Address and length of the text that stands for the name of an anonymous type. */
export const ANONYMOUS = 536;
/** The number of the kind that has a location, LOC_PARAM. */
export const KIND_WITH_LOCATION = 544;
/** Here the texts, steps and programs begin. */
export const PIECES = 548;
/** Bytes reserved for a format. */
export const FORMAT_BYTES = 28672;
