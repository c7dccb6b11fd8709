import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";

/** The kinds that stand for another type in sorting: their rank, name and hash are taken from it. */
export function isReference(kind: number): boolean {
  return K.isModifier(kind) || kind === K.PTR || kind === K.ARRAY || kind === K.DECL_TAG;
}

/** The type that the record at `at` leads to, -1 if it is none of the kinds that lead on. */
export function referenceOf(words: Uint32Array, at: number): TypeId | -1 {
  const kind = K.infoKind(words[at + K.INFO]);
  if (!isReference(kind)) return -1;
  return words[at + (kind === K.ARRAY ? 3 : K.SIZE_OR_TYPE)];
}
