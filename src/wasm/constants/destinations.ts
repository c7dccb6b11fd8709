// Where distilling puts a base type that a module uses: the table is in `engine/places`. Shared with WebAssembly, so
// literals only.

/** Into the distilled base as it is. */
export const TO_BASE = 0;
/** Into the distilled base by name and size only, if it has a name; otherwise into the split BTF. */
export const TO_BASE_BY_NAME = 1;
/** Into the split BTF, as a copy. */
export const TO_SPLIT = 2;
/** Nowhere: split BTF cannot refer to types of this kind. */
export const TO_NOWHERE = 3;
