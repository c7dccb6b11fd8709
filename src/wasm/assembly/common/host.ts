// What the code calls its host for. A module imports those of them that it uses.

/** Takes `length` bytes of text that lie at `from`; they may be overwritten when it returns. */
export declare function flush(from: usize, length: u32): void;

/** Ends the work with an error on a type, whose reason is one of `wasm/constants/refusal-codes`. Does not return. */
export declare function refuse(what: u32, id: u32): void;

/** Makes sure that the memory has so many bytes. Does not return if there are none. */
export declare function reserve(bytes: usize): void;

/** Throws the error for more names than `../../limits` has. Does not return. */
export declare function refuseEndlessText(): void;
