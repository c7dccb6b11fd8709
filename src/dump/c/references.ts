import * as K from "../../btf/kinds.ts";

const REFERENCES: Uint8Array = new Uint8Array(128);
for (const kind of [K.PTR, K.ARRAY, K.TYPEDEF, K.VOLATILE, K.CONST, K.RESTRICT, K.TYPE_TAG, K.DECL_TAG])
  REFERENCES[kind] = 1;

/** Whether a kind stands for another type in sorting: its rank, name and hash are taken from the one it refers to. */
export function isReference(kind: number): boolean {
  return REFERENCES[kind] === 1;
}

/** Chains of references longer than compilers make: their results are remembered. */
export const LONG_WAY = 8;
