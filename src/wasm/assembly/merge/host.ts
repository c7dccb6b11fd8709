/**
 * Throws the error for a reason in `wasm/constants/merge-codes`; `detail` is what its text mentions. Does not return.
 */
export declare function refuse(reason: u32, detail: u32): void;
