import type { Btf, TypeId } from "../../btf/btf.ts";
import { isComposite, STRUCT, UNION } from "../../btf/kinds.ts";
import type { PaholeLayouts } from "../../dump/pahole/layouts.ts";
import { BtfxError } from "../../errors.ts";
import { isGlob } from "../words/name-glob.ts";
import { noSuchType, plainName } from "../words/query-words.ts";
import { nameMatcher } from "../words/type-filters.ts";

/** Which types `btfx layout` prints. Names come separately; every condition must hold. */
export interface LayoutChoice {
  readonly structs?: boolean;
  readonly unions?: boolean;
  /** Conditions that only structs fulfil. */
  readonly holes?: string;
  readonly bitHoles?: string;
  readonly holeSizeGe?: string;
  readonly paddingGe?: string;
  readonly packed?: boolean;
  readonly withFlexibleArray?: boolean;
  /** Prefixes that names must have, or must not have. */
  readonly prefixFilter?: string;
  readonly exclude?: string;
  readonly sort?: boolean;
  readonly compat?: "pahole";
}

/** The types of a file. */
export interface AskedTypes {
  readonly btf: Btf;
  readonly layouts: PaholeLayouts;
  /** Its path. */
  readonly file: string;
}

/**
 * The wanted types: those of the names in their order, otherwise all structs and unions. Throws `usage` for names that
 * no type has.
 */
export function choose(asked: AskedTypes, names: readonly string[], choice: LayoutChoice): TypeId[] {
  const { btf, layouts } = asked;
  const ids = names.length === 0 ? layouts.all() : idsNamed(asked, names, choice);
  // pahole prints named types in this order, whatever other conditions were given.
  if (choice.compat === "pahole" && names.length > 0) return ids;
  const fits = condition(btf, layouts, choice);
  const fitting = fits === undefined ? ids : ids.filter(fits);
  if (choice.sort !== true) return fitting;
  const byName = (a: TypeId, b: TypeId) =>
    btf.name(a) < btf.name(b) ? -1 : btf.name(a) > btf.name(b) ? 1 : a - b;
  return fitting.sort(byName);
}

/** The conditions for a type (`type__filter`, `class__filter`, pahole.c); undefined if there are none. */
function condition(
  btf: Btf,
  layouts: PaholeLayouts,
  choice: LayoutChoice,
): ((id: TypeId) => boolean) | undefined {
  const { structs, unions, prefixFilter, exclude } = choice;
  const all: ((id: TypeId) => boolean)[] = [];
  if (structs === true || unions === true) {
    all.push(
      (id) => (structs === true && btf.kind(id) === STRUCT) || (unions === true && btf.kind(id) === UNION),
    );
  }
  if (prefixFilter !== undefined) all.push((id) => btf.name(id).startsWith(prefixFilter));
  if (exclude !== undefined) all.push((id) => !btf.name(id).startsWith(exclude));
  const ofStructs: ((id: TypeId) => boolean)[] = [];
  const atLeast = (text: string | undefined, of: (id: TypeId) => number) => {
    if (text === undefined) return;
    const least = countOf(text);
    ofStructs.push((id) => of(id) >= least);
  };
  atLeast(choice.holes, (id) => layouts.of(id).holes);
  atLeast(choice.bitHoles, (id) => layouts.of(id).bitHoles);
  atLeast(choice.holeSizeGe, (id) => layouts.largestHole(id));
  atLeast(choice.paddingGe, (id) => layouts.of(id).padding);
  if (choice.packed === true) ofStructs.push((id) => layouts.isPacked(id));
  if (choice.withFlexibleArray === true) ofStructs.push((id) => layouts.hasFlexibleArray(id));
  if (ofStructs.length > 0) all.push((id) => btf.kind(id) === STRUCT && ofStructs.every((each) => each(id)));
  return all.length === 0 ? undefined : (id) => all.every((each) => each(id));
}

/** The types of all names, each once. */
function idsNamed(asked: AskedTypes, names: readonly string[], { compat }: LayoutChoice): TypeId[] {
  const ids = new Set<TypeId>();
  const missing: string[] = [];
  for (const name of names) {
    const plain = plainName(name);
    // A name of Rust's may look like a glob.
    const found = typesNamed(asked, plain, compat) ?? typesLike(asked, plain);
    if (found === undefined) missing.push(plain);
    for (const id of found ?? []) ids.add(id);
  }
  if (missing.length > 0) throw noSuchType(asked.btf, missing, "struct, union, enum or typedef", asked.file);
  return [...ids];
}

/**
 * The types of a name: structs and unions, otherwise enums and typedefs; undefined if there are none. With `compat`,
 * only the first type of the name, as in pahole.
 */
function typesNamed(
  { btf, layouts }: AskedTypes,
  name: string,
  compat: "pahole" | undefined,
): TypeId[] | undefined {
  const all = layouts.named(name);
  if (all.length === 0) return undefined;
  if (compat === "pahole") return all.slice(0, 1);
  const composites = all.filter((id) => isComposite(btf.kind(id)));
  return composites.length > 0 ? composites : all;
}

/** The structs and unions whose names fit a glob; undefined if there are none, or if it is no glob. */
function typesLike({ btf, layouts }: AskedTypes, glob: string): TypeId[] | undefined {
  if (!isGlob(glob)) return undefined;
  const matches = nameMatcher([glob]);
  const ids = layouts.all().filter((id) => matches(btf.name(id)));
  return ids.length === 0 ? undefined : ids;
}

/** A count, or an offset in bytes: decimal or hexadecimal. */
export function countOf(text: string): number {
  const value = /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value < 2 ** 32)) throw new BtfxError("usage", `'${text}' is not a number`, { hint: "0x9c or 156" });
  return value;
}
