// Functions that the host provides. A module imports only those that it uses.

/** Hands `length` bytes of text at `from` to the host. They may be overwritten when it returns. */
export declare function flush(from: usize, length: u32): void;

/** Throws an error about a type; `what` is one of `wasm/constants/refusal-codes`. Does not return. */
export declare function refuse(what: u32, id: u32): void;

/** Makes the memory at least `bytes` bytes large. Throws `too-large` if that is not possible. */
export declare function reserve(bytes: usize): void;

/** Throws the error for names of more than `MOST_TEXT_BYTES` (`wasm/constants/type-limits`). Does not return. */
export declare function refuseEndlessText(): void;
