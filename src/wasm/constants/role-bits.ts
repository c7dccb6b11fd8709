// What references may lead to or come from a kind, as bits: the table is in `engine/reference-roles`. Shared with
// WebAssembly, so literals only.

/** Any type may refer to it. */
export const IS_TYPE = 1;
/** It refers to things that are not types, to functions or variables say. */
export const IS_ABOUT_OTHERS = 2;
