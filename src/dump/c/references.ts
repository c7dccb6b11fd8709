import * as K from "../../btf/kinds.ts";

const REFERENCES: Uint8Array = new Uint8Array(128);
for (const kind of [K.PTR, K.ARRAY, K.TYPEDEF, K.VOLATILE, K.CONST, K.RESTRICT, K.TYPE_TAG, K.DECL_TAG])
  REFERENCES[kind] = 1;

/** Whether a kind stands for another type in sorting: its rank, name and hash are taken from the one it refers to. */
export function isReference(kind: number): boolean {
  return REFERENCES[kind] === 1;
}

/** Ways from type to type of more steps are made by no compiler: what they lead to is noted. */
export const LONG_WAY = 8;
