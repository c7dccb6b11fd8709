import { byKind } from "../btf/kinds.ts";
import {
  AGGREGATE_WAITS,
  IS_MODIFIER,
  IS_WHOLE,
  NEEDS_RESOLVE,
  NO_SIZE,
  POINTER_WAITS,
  SOURCE_ONLY,
  STANDS_FOR,
} from "../wasm/constants/resolve-codes.ts";

const modifier = NEEDS_RESOLVE | POINTER_WAITS | AGGREGATE_WAITS | STANDS_FOR | IS_MODIFIER;
const aggregate = NEEDS_RESOLVE | AGGREGATE_WAITS | IS_WHOLE;

/**
 * Facts that the walk over references needs about each kind, by number; the last entry is for ids that lead to no type.
 */
export const KIND_FACTS: Uint8Array = Uint8Array.of(
  ...byKind(
    {
      INT: 0,
      PTR: NEEDS_RESOLVE | POINTER_WAITS | IS_WHOLE,
      ARRAY: aggregate,
      STRUCT: aggregate,
      UNION: aggregate,
      ENUM: IS_WHOLE,
      FWD: NO_SIZE,
      TYPEDEF: modifier,
      VOLATILE: modifier,
      CONST: modifier,
      RESTRICT: modifier,
      FUNC: NEEDS_RESOLVE | NO_SIZE | STANDS_FOR,
      FUNC_PROTO: NO_SIZE,
      VAR: NEEDS_RESOLVE | SOURCE_ONLY | STANDS_FOR,
      DATASEC: NEEDS_RESOLVE | SOURCE_ONLY,
      FLOAT: 0,
      DECL_TAG: NEEDS_RESOLVE | SOURCE_ONLY | NO_SIZE,
      TYPE_TAG: modifier,
      ENUM64: IS_WHOLE,
      LOC_PARAM: NO_SIZE,
      LOC_PROTO: NO_SIZE,
      LOCSEC: NO_SIZE,
    },
    NO_SIZE,
  ),
  NO_SIZE,
);
