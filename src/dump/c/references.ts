import * as K from "../../btf/kinds.ts";

const REFERENCES: Uint8Array = Uint8Array.from(
  K.byKind(
    {
      INT: 0,
      PTR: 1,
      ARRAY: 1,
      STRUCT: 0,
      UNION: 0,
      ENUM: 0,
      FWD: 0,
      TYPEDEF: 1,
      VOLATILE: 1,
      CONST: 1,
      RESTRICT: 1,
      FUNC: 0,
      FUNC_PROTO: 0,
      VAR: 0,
      DATASEC: 0,
      FLOAT: 0,
      DECL_TAG: 1,
      TYPE_TAG: 1,
      ENUM64: 0,
      LOC_PARAM: 0,
      LOC_PROTO: 0,
      LOCSEC: 0,
    },
    0,
  ),
);

/** Whether a kind stands for another type in sorting: its rank, name and hash are taken from the one it refers to. */
export function isReference(kind: number): boolean {
  return REFERENCES[kind] === 1;
}

/** Chains of references longer than compilers make: their results are remembered. */
export const LONG_WAY = 8;
