// Limits on hostile input. Shared with WebAssembly, so literals only.

/**
 * Most bytes that the names of all types may have together: fifty times those of a kernel. Names may overlap, so the
 * section can be smaller.
 */
export const MOST_TEXT_BYTES = 67108864;

/** Most levels to which types may be nested. Compilers stop at 256. */
export const MAX_NESTING = 500;
