/** The map of the memory in which LZMA is decoded, in bytes. Shared with the loops themselves, so plain constants. */

/** Probabilities, two bytes each. From the number {@link LITERALS} on they are those of literals, as many as the properties ask for. */
export const PROBABILITIES = 1024;
export const LITERALS = 1860;
/** Reads and writes of eight bytes at a time can go so far beyond the end, and reads of a damaged input a few bytes further. */
export const SLACK = 64;
