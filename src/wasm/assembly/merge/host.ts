/** Throws the error for a reason of `../../merge/reasons`; `detail` is what its text names. Does not return. */
export declare function refuse(reason: u32, detail: u32): void;
