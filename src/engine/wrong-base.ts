import type { Btf } from "../btf/btf.ts";
import { forEachNameOff, forEachTypeId } from "../btf/fields.ts";
import { DATASEC, DECL_TAG, FUNC, INFO, infoKind, VAR } from "../btf/kinds.ts";

/**
 * What speaks for or against a split BTF having been built on its base. With the right base no reference goes astray;
 * with another build of the same kernel series 86-95 % of the names do.
 */
export interface BaseEvidence {
  /** References from the split BTF to strings of the base. */
  readonly nameRefs: number;
  /** Of these, the ones that land inside a string or past the end: producers refer to whole strings. */
  readonly strayNames: number;
  /** References from the split BTF to types of the base. */
  readonly idRefs: number;
  /** Of these, the ones to functions, variables, sections and tags, which split BTF does not refer to, and the ones to no type. */
  readonly strayIds: number;
  /** Whether the base is the wrong one. */
  readonly wrong: boolean;
}

/** A tenth of the references astray is far from both what right and wrong bases show. */
const WRONG_SHARE = 0.1;

/** Weighs the references of a split BTF into its base, checked ({@link parseBtf}) or not ({@link parseUnchecked}). */
export function weighBase(split: Btf): BaseEvidence {
  const { base, words, starts, strings, firstId, typeCount } = split;
  let nameRefs = 0;
  let strayNames = 0;
  let idRefs = 0;
  let strayIds = 0;
  const visitName = (word: number) => {
    const nameOff = words[word];
    if (nameOff === 0) return;
    if (nameOff >= strings.end) strayNames++;
    else if (nameOff >= strings.firstOff) return;
    else if (strings.isInsideString(nameOff)) strayNames++;
    nameRefs++;
  };
  const visitId = (word: number) => {
    const id = words[word];
    if (id === 0) return;
    if (id >= typeCount) strayIds++;
    else if (id >= firstId) return;
    else if (NEVER_REFERRED_TO.has(split.kind(id))) strayIds++;
    idRefs++;
  };
  if (base !== null) {
    for (let i = 0; i < starts.length - 1; i++) {
      forEachNameOff(words, starts[i], visitName);
      if (!REFERS_TO_ANY.has(infoKind(words[starts[i] + INFO]))) forEachTypeId(words, starts[i], visitId);
    }
  }
  const wrong =
    (strayNames > 0 && strayNames >= nameRefs * WRONG_SHARE) ||
    (strayIds > 0 && strayIds >= idRefs * WRONG_SHARE);
  return { nameRefs, strayNames, idRefs, strayIds, wrong };
}

/** Says what makes a base the wrong one: `312 of 320 names that it takes from the base begin inside another string`. */
export function explainWrongBase({ nameRefs, strayNames, idRefs, strayIds }: BaseEvidence): string {
  const share = (part: number, of: number) =>
    `${part.toLocaleString("en-US")} of ${of.toLocaleString("en-US")}`;
  const astray =
    strayNames > 0
      ? `${share(strayNames, nameRefs)} names that it takes from the base begin inside another string`
      : `${share(strayIds, idRefs)} of its references into the base are to no type that a module refers to`;
  return `this is not the vmlinux the module was built against: ${astray}`;
}

const NEVER_REFERRED_TO: ReadonlySet<number> = new Set([FUNC, VAR, DATASEC, DECL_TAG]);
/** Kinds that do refer to functions and variables. */
const REFERS_TO_ANY: ReadonlySet<number> = new Set([DATASEC, DECL_TAG]);
