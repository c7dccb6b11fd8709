/** Takes the first `length` bytes of the text. */
export declare function flush(length: u32): void;
/** Writes the name at `off`, which has bytes that are not simply copied. */
export declare function writeName(off: u32): void;
/** Writes where the LOC_PARAM `id` is found. */
export declare function writeLocation(id: u32): void;
