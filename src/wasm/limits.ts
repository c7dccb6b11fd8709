/** Limits that WebAssembly and its hosts share: plain constants, since WebAssembly is made of them too. */

/** Most bytes of the names of all types together: fifty times those of a kernel. */
export const MOST_TEXT_BYTES = 67108864;

/** Most levels of types inside each other. Compilers stop at 256. */
export const MAX_NESTING = 500;
