import { byKind, ENUM64 } from "../btf/kinds.ts";

/**
 * Where a base type goes that a distilled split BTF uses (`btf_add_distilled_type_ids` of libbpf). `base`: to the distilled
 * base, as it is. `by-name`: there without its elements if it has a name, else to the split BTF as it is. `split`: to the
 * split BTF. `nowhere`: no split BTF refers to it.
 */
export type Place = "base" | "by-name" | "split" | "nowhere";

/** The place of each kind. */
export const PLACES: readonly Place[] = byKind<Place>(
  {
    INT: "base",
    PTR: "split",
    ARRAY: "split",
    STRUCT: "by-name",
    UNION: "by-name",
    ENUM: "by-name",
    FWD: "base",
    TYPEDEF: "split",
    VOLATILE: "split",
    CONST: "split",
    RESTRICT: "split",
    FUNC: "nowhere",
    FUNC_PROTO: "split",
    VAR: "nowhere",
    DATASEC: "nowhere",
    FLOAT: "base",
    DECL_TAG: "nowhere",
    TYPE_TAG: "split",
    ENUM64: "by-name",
    LOC_PARAM: "split",
    LOC_PROTO: "split",
    LOCSEC: "nowhere",
  },
  "nowhere",
);

/** Whether a type of this kind may be what a type of a distilled base stands for. */
export function isCandidateKind(kind: number): boolean {
  return PLACES[kind] === "base" || PLACES[kind] === "by-name";
}

/** Whether a distilled base may hold types of this kind (`btf_relocate_validate_distilled_base`): an ENUM64 became an ENUM. */
export function isDistilledKind(kind: number): boolean {
  return isCandidateKind(kind) && kind !== ENUM64;
}
