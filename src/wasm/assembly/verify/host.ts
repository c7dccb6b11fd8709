/**
 * Reports that the type `id` breaks a rule, one of `wasm/constants/resolve-codes`. `index` is the number of the element
 * concerned, `memberType` the type to which that member resolves.
 */
export declare function broken(rule: u32, id: u32, index: u32, memberType: u32): void;
