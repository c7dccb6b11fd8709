import * as K from "../../btf/kinds.ts";

/** The kinds that stand for another type in sorting: their rank, name and hash are taken from the one they refer to. */
export function isReference(kind: number): boolean {
  return K.isModifier(kind) || kind === K.PTR || kind === K.ARRAY || kind === K.DECL_TAG;
}
