import { kindColumns } from "../../btf/kind-columns.ts";
import { byKind } from "../../btf/kinds.ts";
import * as CLASS from "../../wasm/constants/merge-codes.ts";

/**
 * The pass that finds what a type becomes: PLAIN types and ENUMs by their records, STRUCTs and typedefs by the graph
 * below them, a REFERENCE once what it refers to is known. Types of a UNIQUE kind are what a link is made of: no two
 * are the same one. The kinds that `btf_dedup_prep`, `_prim_type`, `_struct_type` and `_ref_type` of libbpf take.
 */
const PASSES: readonly number[] = byKind<number>(
  {
    INT: CLASS.PLAIN,
    PTR: CLASS.REFERENCE,
    ARRAY: CLASS.REFERENCE,
    STRUCT: CLASS.STRUCT,
    UNION: CLASS.STRUCT,
    ENUM: CLASS.ENUM,
    FWD: CLASS.PLAIN,
    TYPEDEF: CLASS.STRUCT,
    VOLATILE: CLASS.REFERENCE,
    CONST: CLASS.REFERENCE,
    RESTRICT: CLASS.REFERENCE,
    FUNC: CLASS.REFERENCE,
    FUNC_PROTO: CLASS.REFERENCE,
    VAR: CLASS.UNIQUE,
    DATASEC: CLASS.UNIQUE,
    FLOAT: CLASS.PLAIN,
    DECL_TAG: CLASS.REFERENCE,
    TYPE_TAG: CLASS.REFERENCE,
    ENUM64: CLASS.ENUM,
    LOC_PARAM: CLASS.PLAIN,
    LOC_PROTO: CLASS.REFERENCE,
    LOCSEC: CLASS.UNIQUE,
  },
  CLASS.UNIQUE,
);

/**
 * How two types of one kind are compared below a struct or typedef (`btf_dedup_is_equiv`): by their whole RECORD, by
 * their HEAD, as ENUMERATORS of which one list may be missing, or by parts of the record and the types that these refer
 * to. Kinds that are NO_VALUE cannot be met there.
 */
const COMPARISONS: readonly number[] = byKind<number>(
  {
    INT: CLASS.RECORD,
    PTR: CLASS.TARGET,
    ARRAY: CLASS.ELEMENTS_OF_ARRAY,
    STRUCT: CLASS.MEMBERS,
    UNION: CLASS.MEMBERS,
    ENUM: CLASS.ENUMERATORS,
    FWD: CLASS.HEAD,
    TYPEDEF: CLASS.TARGET,
    VOLATILE: CLASS.TARGET,
    CONST: CLASS.TARGET,
    RESTRICT: CLASS.TARGET,
    FUNC: CLASS.TARGET,
    FUNC_PROTO: CLASS.PARAMETERS,
    VAR: CLASS.NO_VALUE,
    DATASEC: CLASS.NO_VALUE,
    FLOAT: CLASS.HEAD,
    DECL_TAG: CLASS.NO_VALUE,
    TYPE_TAG: CLASS.TARGET,
    ENUM64: CLASS.ENUMERATORS,
    LOC_PARAM: CLASS.NO_VALUE,
    LOC_PROTO: CLASS.NO_VALUE,
    LOCSEC: CLASS.NO_VALUE,
  },
  CLASS.NO_VALUE,
);

/** The table of kinds for merging. */
export function mergeColumns(): Uint8Array {
  return kindColumns(PASSES, COMPARISONS);
}
