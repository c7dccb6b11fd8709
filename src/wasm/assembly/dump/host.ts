/** Writes the name at `off`, from its first byte on that is not simply copied. */
export declare function writeName(off: u32): void;

/** Writes where the LOC_PARAM `id` is found. */
export declare function writeLocation(id: u32): void;
