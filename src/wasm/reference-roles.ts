/** What a kind is to references, as bits: plain constants, since WebAssembly is made of them too. See `engine/wrong-base`. */

/** Any type may refer to it. */
export const IS_TYPE = 1;
/** It refers to what is not a type. */
export const IS_ABOUT_OTHERS = 2;
