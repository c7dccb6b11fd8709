// For comparing two BTFs: `engine/diff/side`. Shared with WebAssembly, so literals only.

/**
 * How many families of kinds a name can stand for. A reference number is the name's number times this, plus the family.
 */
export const FAMILIES = 8;
