import { byKind } from "../../btf/kinds.ts";

/**
 * The pass that finds what a type becomes: `plain` types and `enum`s by their records, `struct`s and typedefs by the graph
 * below them, `reference`s once what they refer to is known. Types of a `unique` kind are what a link is made of: no two
 * are the same one.
 */
export type Pass = "plain" | "enum" | "struct" | "reference" | "unique";

/** The pass of each kind (the kinds that `btf_dedup_prep`, `_prim_type`, `_struct_type` and `_ref_type` of libbpf take). */
export const PASSES: readonly Pass[] = byKind<Pass>(
  {
    INT: "plain",
    PTR: "reference",
    ARRAY: "reference",
    STRUCT: "struct",
    UNION: "struct",
    ENUM: "enum",
    FWD: "plain",
    TYPEDEF: "struct",
    VOLATILE: "reference",
    CONST: "reference",
    RESTRICT: "reference",
    FUNC: "reference",
    FUNC_PROTO: "reference",
    VAR: "unique",
    DATASEC: "unique",
    FLOAT: "plain",
    DECL_TAG: "reference",
    TYPE_TAG: "reference",
    ENUM64: "enum",
    LOC_PARAM: "plain",
    LOC_PROTO: "reference",
    LOCSEC: "unique",
  },
  "unique",
);
