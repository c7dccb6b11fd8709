import type { Btf, TypeId } from "../btf/btf.ts";
import { ENUM, FIRST_INFO, FLOAT, FWD, INT, isComposite, isEnum, STRUCT, UNION } from "../btf/kinds.ts";
import { BtfxError } from "../errors.ts";
import { Effort } from "../types/effort.ts";
import { type BaseIndex, comparedSize } from "./base-index.ts";

/** Why a type of a distilled base has no counterpart in the base. `explainFailure` has the texts. */
export type BrokenRule =
  /** The base has no type of this name. */
  | "missing"
  /** The base's type of this name has another size. */
  | "size-differs"
  /** The base's type of this name is of another kind. */
  | "kind-differs"
  /** The base's integer of this name has another encoding: sign, char or bool. */
  | "int-encoding-differs"
  /** The base has several types that match. */
  | "several-candidates"
  /** The base's struct has bitfields, and its flag bit keeps the forward declaration from matching. */
  | "bitfield-hides-forward"
  /** The distilled type has no name. */
  | "anonymous"
  /** The distilled base holds a kind other than INT, FLOAT, ENUM, STRUCT, UNION and FWD. */
  | "unexpected-kind"
  /** A name lies in the distilled base's strings and is not the name of one of its types. */
  | "unmapped-string"
  /** The base holds a type with an empty name; nothing relocates onto such a base. */
  | "empty-name-in-base";

/** Why a distilled type maps to nothing. */
export interface Mismatch {
  readonly rule: BrokenRule;
  /** The base's types of that name, ascending. */
  readonly candidates: readonly TypeId[];
  /** Two candidates that are both accepted, the later one first; only for `several-candidates`. */
  readonly rivals?: readonly [TypeId, TypeId];
}

/** Limit of candidates that one relocation looks at; a real module needs some thousands. */
const MOST_STEPS = 30_000_000;

/** The effort that matching the types of one distilled base may take. */
export function matchEffort(): Effort {
  return new Effort(
    MOST_STEPS,
    () =>
      new BtfxError(
        "unsupported",
        "too many types of the distilled base and of the base share their names to be matched in reasonable time",
        { hint: "no compiler makes such types; the distilled base or the base is damaged" },
      ),
  );
}

/**
 * Finds the base type that a distilled one stands for (`btf_relocate_map_distilled_base`). `embedded` says that a split
 * struct or union holds it by value, so that its size must agree.
 */
export function matchDistilled(
  distilled: Btf,
  id: TypeId,
  index: BaseIndex,
  embedded: boolean,
  effort: Effort,
): TypeId | Mismatch {
  const nameOff = distilled.nameOff(id);
  const table = distilled.strings.holder(nameOff);
  const candidates = index.named(table.bytes, nameOff - table.firstOff);
  const fitting = index.ofSize(candidates, comparedSize(distilled, id));
  effort.spend(fitting.length);
  let match = 0;
  for (const candidate of fitting) {
    // After the first match the size of an embedded type is not compared any more: `id_map` has lost BTF_IS_EMBEDDED.
    if (!accepts(distilled, id, index, candidate, embedded && match === 0)) continue;
    if (match !== 0) return { rule: "several-candidates", candidates, rivals: [candidate, match] };
    match = candidate;
  }
  if (match !== 0) return match;
  effort.spend(candidates.length);
  return { rule: brokenRule(distilled, id, index.base, candidates, fitting), candidates };
}

function accepts(
  distilled: Btf,
  id: TypeId,
  index: BaseIndex,
  candidate: TypeId,
  embedded: boolean,
): boolean {
  const { base } = index;
  if (index.needsSize(candidate) && comparedSize(base, candidate) !== comparedSize(distilled, id))
    return false;
  const baseKind = base.kind(candidate);
  switch (distilled.kind(id)) {
    case FWD:
      return forwardMatches(distilled.kflag(id), baseKind, base.kflag(candidate));
    case INT:
      return baseKind === INT && intEncoding(base, candidate) === intEncoding(distilled, id);
    case FLOAT:
      return baseKind === FLOAT;
    case ENUM:
      return isEnum(baseKind);
    case STRUCT:
    case UNION:
      // The kind of the base's type is not compared, only a size that matters.
      return !embedded || base.sizeOrType(candidate) === distilled.sizeOrType(id);
    default:
      // No other kind is in a distilled base: `isDistilledKind`.
      return false;
  }
}

/**
 * Compares flag bits as libbpf and the kernel do, although a struct's means bitfields and a forward declaration's means
 * a union.
 */
function forwardMatches(isUnion: boolean, baseKind: number, baseKflag: boolean): boolean {
  if (baseKind === FWD) return baseKflag === isUnion;
  if (baseKind === STRUCT) return !baseKflag;
  if (baseKind === UNION) return baseKflag;
  return false;
}

/** Encoding bits of an INT: `BTF_INT_ENCODING`. */
function intEncoding(btf: Btf, id: TypeId): number {
  const holder = btf.holder(id);
  return (holder.words[holder.start(id) + FIRST_INFO] >>> 24) & 0x0f;
}

/** Which rule the nearest candidate broke. */
function brokenRule(
  distilled: Btf,
  id: TypeId,
  base: Btf,
  candidates: readonly TypeId[],
  fitting: readonly TypeId[],
): BrokenRule {
  if (candidates.length === 0) return "missing";
  const kind = distilled.kind(id);
  const size = comparedSize(distilled, id);
  if (kind === INT) {
    const isInt = (candidate: TypeId) => base.kind(candidate) === INT;
    if (fitting.some((candidate) => isInt(candidate) && comparedSize(base, candidate) === size)) {
      return "int-encoding-differs";
    }
    return candidates.some(isInt) ? "size-differs" : "kind-differs";
  }
  if (kind === FWD) {
    const composites = candidates.filter((candidate) => isComposite(base.kind(candidate)));
    if (composites.length > 1) return "several-candidates";
    const hidden = composites.some((candidate) => base.kind(candidate) === STRUCT && base.kflag(candidate));
    return hidden ? "bitfield-hides-forward" : "kind-differs";
  }
  const fits = (baseKind: number) =>
    kind === ENUM ? isEnum(baseKind) : kind === FLOAT ? baseKind === FLOAT : isComposite(baseKind);
  return candidates.some((candidate) => fits(base.kind(candidate))) ? "size-differs" : "kind-differs";
}
