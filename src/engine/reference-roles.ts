import { byKind, FUNC, FUNC_PROTO, LOC_PARAM, LOC_PROTO, STRUCT, TYPEDEF, UNION, VAR } from "../btf/kinds.ts";
import { IS_ABOUT_OTHERS, IS_TYPE } from "../wasm/constants/role-bits.ts";

/** Which kinds may refer to a kind, and to which kinds its own ids lead. */
interface Role {
  /** Whether any type may refer to it. Only a few kinds may refer to functions, variables and sections. */
  readonly isType: boolean;
  /** The kinds to which it may refer, if not to any type. */
  readonly targets?: ReadonlySet<number>;
  /** Whether it refers to things that are not types. Then its references into the base show nothing. */
  readonly isAboutOthers?: boolean;
}

const type: Role = { isType: true };
const ROLES: readonly Role[] = byKind<Role>(
  {
    INT: type,
    PTR: type,
    ARRAY: type,
    STRUCT: type,
    UNION: type,
    ENUM: type,
    FWD: type,
    TYPEDEF: type,
    VOLATILE: type,
    CONST: type,
    RESTRICT: type,
    FUNC: { isType: false, targets: new Set([FUNC_PROTO]) },
    FUNC_PROTO: type,
    VAR: { isType: false },
    DATASEC: { isType: false, targets: new Set([VAR, FUNC]), isAboutOthers: true },
    FLOAT: type,
    DECL_TAG: { isType: false, targets: new Set([STRUCT, UNION, FUNC, VAR, TYPEDEF]), isAboutOthers: true },
    TYPE_TAG: type,
    ENUM64: type,
    LOC_PARAM: { isType: false },
    LOC_PROTO: { isType: false, targets: new Set([LOC_PARAM]), isAboutOthers: true },
    LOCSEC: { isType: false, targets: new Set([FUNC, LOC_PROTO]), isAboutOthers: true },
  },
  type,
);

/**
 * The roles as the loops have them: bits for each kind, and for each the kinds that it may refer to as bits of a word.
 */
export const ROLE_COLUMN: readonly number[] = ROLES.map(
  ({ isType, isAboutOthers }) => (isType ? IS_TYPE : 0) | (isAboutOthers === true ? IS_ABOUT_OTHERS : 0),
);
/** See {@link ROLE_COLUMN}; 0 where it may refer to any type. */
export const TARGET_BITS: Uint32Array = Uint32Array.from(ROLES, ({ targets = [] }) =>
  [...targets].reduce((bits, kind) => bits | (1 << kind), 0),
);
