/** Numbers that distilling and its host share: plain constants, since WebAssembly is made of them too. */

// Where a base type goes: see `engine/places`.
export const TO_BASE = 0;
export const TO_BASE_BY_NAME = 1;
export const TO_SPLIT = 2;
export const TO_NOWHERE = 3;
