import { byKind, ENUM64 } from "../btf/kinds.ts";

/**
 * Where distilling puts a base type that split BTF uses (`btf_add_distilled_type_ids` of libbpf). `base`: into the
 * distilled base, unchanged. `by-name`: if it has a name, into the distilled base without its elements, otherwise
 * unchanged into the split BTF. `split`: into the split BTF. `nowhere`: split BTF cannot refer to it.
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

/** Whether a type of this kind can match a type of a distilled base. */
export function isCandidateKind(kind: number): boolean {
  return PLACES[kind] === "base" || PLACES[kind] === "by-name";
}

/**
 * Whether a distilled base may hold types of this kind (`btf_relocate_validate_distilled_base`): an ENUM64 became an
 * ENUM.
 */
export function isDistilledKind(kind: number): boolean {
  return isCandidateKind(kind) && kind !== ENUM64;
}
