import type { TypeId } from "../../btf/btf.ts";
import { ARRAY, byKind, HEAD_WORDS, INT, isModifier, PTR, SIZE_OR_TYPE, VAR } from "../../btf/kinds.ts";
import type { Report } from "./findings.ts";
import { isRegularInt, type Member } from "./member-rules.ts";
import { kindOf, MISSING, type Types, wordOf } from "./types-view.ts";

/** `MAX_RESOLVE_DEPTH` (kernel/bpf/btf.c). */
export const MAX_DEPTH: number = 32;

/** State of a type: not visited yet. From {@link RESOLVED} on, a type need not be waited for. */
export const NOT_VISITED: number = 0;
/** A run is under way that waits for it. */
export const ON_STACK: number = 1;
/** All that it refers to is in order. */
export const RESOLVED: number = 2;
/** Reported already; what refers to it is not reported for that. The kernel does not get this far. */
export const FAILED: number = 3;

/** Mode of a run: it goes into all that needs resolving. */
export const ANY: number = 0;
/** It goes into what a pointer waits for. */
export const PTR_MODE: number = 1;
/** It goes into what a struct, union or array waits for. */
export const AGGREGATE: number = 2;

/** Fact of a kind: it refers to types (`btf_type_needs_resolve`). */
export const NEEDS_RESOLVE: number = 1 << ANY;
/** Fact of a kind, by mode: runs of the mode go into it. */
export const WAITS_FOR: readonly number[] = [NEEDS_RESOLVE, 1 << PTR_MODE, 1 << AGGREGATE];
/** Fact of a kind: nothing may refer to it but sections and tags (`btf_type_is_resolve_source_only`). */
export const SOURCE_ONLY: number = 1 << 3;
/** Fact of a kind: it has no size (`btf_type_nosize_or_null`). */
export const NO_SIZE: number = 1 << 4;
/** Fact of a kind: it stands for another type once it is resolved. */
export const STANDS_FOR: number = 1 << 5;
const modifier = NEEDS_RESOLVE | WAITS_FOR[PTR_MODE] | WAITS_FOR[AGGREGATE] | STANDS_FOR;
const aggregate = NEEDS_RESOLVE | WAITS_FOR[AGGREGATE];

/** Facts of the kinds, by number; {@link MISSING} has some too. */
export const FACTS: Uint8Array = Uint8Array.of(
  ...byKind(
    {
      INT: 0,
      PTR: NEEDS_RESOLVE | WAITS_FOR[PTR_MODE],
      ARRAY: aggregate,
      STRUCT: aggregate,
      UNION: aggregate,
      ENUM: 0,
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
      ENUM64: 0,
      LOC_PARAM: NO_SIZE,
      LOC_PROTO: NO_SIZE,
      LOCSEC: NO_SIZE,
    },
    NO_SIZE,
  ),
  NO_SIZE,
);

/**
 * Knowledge about each own type, by id from the first own one on, and the stack of the run in progress. Plain fields and
 * functions over them: the walk is short and seldom warm, and methods behind a class cost it three times as much.
 */
export interface Resolution {
  readonly types: Types;
  /** The base's, whose types count as resolved. */
  readonly base: Resolution | null;
  readonly pointerBytes: number;
  /** Null where findings are not wanted, as for a base that is resolved only because its modules need it. */
  readonly report: Report | null;
  /** States of the types that need resolving. */
  readonly states: Uint8Array;
  /** For resolved modifiers and variables the type below; for functions their prototype. Other types stand for themselves. */
  readonly resolvedIds: Uint32Array;
  /** Bytes of resolved arrays. */
  readonly arraySizes: Uint32Array;
  readonly stack: Uint32Array;
  /** Element to go on with, for each type on the stack. */
  readonly next: Uint32Array;
  depth: number;
  mode: number;
  root: TypeId;
  readonly member: Member;
  /** Prototypes of many parameters, all of which have names. */
  readonly namedProtos: Set<TypeId>;
}

/** Nothing is known yet. */
export function beginResolution(
  types: Types,
  base: Resolution | null,
  pointerBytes: number,
  report: Report | null,
): Resolution {
  const count = types.typeCount - types.firstId;
  return {
    types,
    base,
    pointerBytes,
    report,
    states: new Uint8Array(count),
    resolvedIds: new Uint32Array(count),
    arraySizes: new Uint32Array(count),
    stack: new Uint32Array(MAX_DEPTH),
    next: new Uint32Array(MAX_DEPTH),
    depth: 0,
    mode: ANY,
    root: 0,
    member: {
      kind: 0,
      size: 0,
      intData: 0,
      offset: 0,
      structKflag: false,
      structSize: 0,
      pointerBytes,
    },
    namedProtos: new Set(),
  };
}

/** State of any type; of one that needs no resolving, and of the base's: {@link RESOLVED}. */
export function stateOf(r: Resolution, id: TypeId): number {
  const index = id - r.types.firstId;
  if (index < 0) return id === 0 || r.base === null ? RESOLVED : stateOf(r.base, id);
  return (FACTS[r.types.kinds[index]] & NEEDS_RESOLVE) === 0 ? RESOLVED : r.states[index];
}

/** The type that a resolved type stands for; an unresolved one stands for itself. */
export function resolvedIdOf(r: Resolution, id: TypeId): TypeId {
  const index = id - r.types.firstId;
  if (index < 0) return id === 0 || r.base === null ? id : resolvedIdOf(r.base, id);
  const stands = r.states[index] === RESOLVED && (FACTS[r.types.kinds[index]] & STANDS_FOR) !== 0;
  return stands ? r.resolvedIds[index] : id;
}

/** Bytes of a type that is sized and no modifier. */
export function sizeOf(r: Resolution, id: TypeId): number {
  const { words, starts, kinds, firstId } = r.types;
  const index = id - firstId;
  if (index < 0 && r.base !== null) return sizeOf(r.base, id);
  const kind = kinds[index];
  if (kind === ARRAY) return r.arraySizes[index];
  return kind === PTR ? r.pointerBytes : words[starts[index] + SIZE_OR_TYPE];
}

/** Whether a type of `kind` has a size, given the kind of what is below its modifiers (`btf_type_id_size`). */
export function isSized(kind: number, meantKind: number): boolean {
  return ((FACTS[kind] | FACTS[meantKind]) & NO_SIZE) === 0 && !isModifier(meantKind) && meantKind !== VAR;
}

/** Whether the type is an INT of whole bytes, see `isRegularInt`. */
export function isRegular(r: Resolution, id: TypeId): boolean {
  return kindOf(r.types, id) === INT && isRegularInt(wordOf(r.types, id, HEAD_WORDS));
}
