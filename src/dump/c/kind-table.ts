import { kindColumns } from "../../btf/kind-columns.ts";
import * as K from "../../btf/kinds.ts";

/** The last rank: anonymous types, functions, variables. */
const MAX_RANK = 10;

/**
 * Ranks of an unnamed and of a named type. References take the rank of the type that they lead to; most others come
 * last.
 */
type Rank = readonly [unnamed: number, named: number];
const last: Rank = [MAX_RANK, MAX_RANK];

/** The order of kinds in sorting (`btf_type_rank`, bpftool src/btf.c). */
const RANKS: readonly Rank[] = K.byKind<Rank>(
  {
    INT: [2, 2],
    PTR: last,
    ARRAY: last,
    STRUCT: [MAX_RANK, 3],
    UNION: [MAX_RANK, 3],
    ENUM: [0, 1],
    FWD: last,
    TYPEDEF: last,
    VOLATILE: last,
    CONST: last,
    RESTRICT: last,
    FUNC: last,
    FUNC_PROTO: [MAX_RANK, 4],
    VAR: last,
    DATASEC: last,
    FLOAT: [2, 2],
    DECL_TAG: last,
    TYPE_TAG: last,
    ENUM64: [0, 1],
    LOC_PARAM: last,
    LOC_PROTO: last,
    LOCSEC: last,
  },
  last,
);

/** 1 if a type of the kind is sorted by the rank, name and hash of the type to which it refers. */
const REFERENCES: readonly number[] = K.byKind(
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
);

/** The table of kinds that the code of C reads: ranks, references, and kinds whose third word is their size. */
export function cColumns(): Uint8Array {
  return kindColumns(
    RANKS.map(([unnamed]) => unnamed),
    RANKS.map(([, named]) => named),
    REFERENCES,
    K.KINDS.map(({ sized }) => Number(sized)),
  );
}
