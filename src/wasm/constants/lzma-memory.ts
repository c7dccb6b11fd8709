// The map of the memory in which LZMA is decoded. Shared with WebAssembly, so literals only.

/** Address of the probabilities, which take two bytes each. */
export const PROBABILITIES = 1024;
/** Index of the first probability of literals. Their number depends on the properties of the stream. */
export const LITERALS = 1860;
/**
 * Bytes after input and output that may be touched: by accesses of eight bytes at a time, and by reads past the end of
 * damaged input.
 */
export const SLACK = 64;
