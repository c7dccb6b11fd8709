/** Takes note of a broken rule (`wasm/constants/resolve-codes`) of a type; `index` is the number of an element, `memberType` what it resolves to. */
export declare function broken(rule: u32, id: u32, index: u32, memberType: u32): void;
