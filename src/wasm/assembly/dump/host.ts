/** Writes the rest of a name, from the byte at offset `off` on, which cannot simply be copied. */
export declare function writeName(off: u32): void;

/** Writes where the value of the LOC_PARAM `id` is found. */
export declare function writeLocation(id: u32): void;
