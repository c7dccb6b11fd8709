/** Numbers that comparing and its host share: plain constants, since WebAssembly is made of them too. */

/** How many numbers a name has: a reference number is the name's times this, plus its family (`engine/diff/side`). */
export const FAMILIES = 8;
