import type { Btf } from "../btf/btf.ts";
import { forEachNameOff, forEachTypeId } from "../btf/fields.ts";
import {
  byKind,
  FUNC,
  FUNC_PROTO,
  INFO,
  infoKind,
  LOC_PARAM,
  LOC_PROTO,
  STRUCT,
  TYPEDEF,
  UNION,
  UNKN,
  VAR,
} from "../btf/kinds.ts";

/**
 * The evidence for or against a split BTF having been built on its base. With the right base no reference goes astray; with
 * another build of the same kernel series 86-95 % of the names do. A base that is nearly right, with one string or one type
 * more, leaves references into it alone and moves all references to own strings or types.
 */
export interface BaseEvidence {
  /** References from the split BTF to strings of the base. */
  readonly nameRefs: number;
  /** Those among them that land inside a string or past all strings: producers refer to whole strings. */
  readonly strayNames: number;
  /** References to own strings, whose offsets go on from the base's. */
  readonly ownNameRefs: number;
  /** Those among them that land inside a string. */
  readonly strayOwnNames: number;
  /** References from the split BTF to types of the base. */
  readonly idRefs: number;
  /** Those among them to functions, variables, sections and tags, which split BTF does not refer to, and to no type. */
  readonly strayIds: number;
  /** References to own types, whose ids go on from the base's, that tell by their kinds whether the right type is meant. */
  readonly ownIdRefs: number;
  /** Those among them to the wrong kind: a function whose target is no prototype. */
  readonly strayOwnIds: number;
  /** Whether the base is the wrong one. */
  readonly wrong: boolean;
}

/** A tenth of the references astray is far from both what right and wrong bases show. */
const WRONG_SHARE = 0.1;

/** Weighs the references of a split BTF into its base, checked (`parseBtf`) or not (`parseUnchecked`). */
export function weighBase(split: Btf): BaseEvidence {
  const { base, words, starts, kinds, strings, firstId, typeCount } = split;
  let [nameRefs, strayNames, ownNameRefs, strayOwnNames] = [0, 0, 0, 0];
  let [idRefs, strayIds, ownIdRefs, strayOwnIds] = [0, 0, 0, 0];
  let user: number = UNKN;
  const visitName = (word: number) => {
    const nameOff = words[word];
    if (nameOff === 0) return;
    const isAstray = nameOff >= strings.end || strings.isInsideString(nameOff);
    if (nameOff >= strings.firstOff && nameOff < strings.end) {
      ownNameRefs++;
      if (isAstray) strayOwnNames++;
    } else {
      nameRefs++;
      if (isAstray) strayNames++;
    }
  };
  const visitId = (word: number) => {
    const id = words[word];
    if (id === 0) return;
    const { targets, isAboutOthers } = ROLES[user];
    if (id >= firstId && id < typeCount) {
      const kind = kinds[id - firstId];
      const isAstray = targets === undefined ? !ROLES[kind].isType : !targets.has(kind);
      if (targets !== undefined || isAstray) ownIdRefs++;
      if (isAstray) strayOwnIds++;
    } else if (!isAboutOthers) {
      idRefs++;
      if (id >= typeCount || !ROLES[split.kind(id)].isType) strayIds++;
    }
  };
  if (base !== null) {
    for (let i = 0; i < starts.length - 1; i++) {
      user = infoKind(words[starts[i] + INFO]);
      forEachNameOff(words, starts[i], visitName);
      forEachTypeId(words, starts[i], visitId);
    }
  }
  const evidence = {
    nameRefs,
    strayNames,
    ownNameRefs,
    strayOwnNames,
    idRefs,
    strayIds,
    ownIdRefs,
    strayOwnIds,
  };
  return { ...evidence, wrong: strongest(evidence) !== undefined };
}

/** Says what makes a base the wrong one: `312 of 320 names that it takes from the base begin inside another string`. */
export function explainWrongBase(evidence: BaseEvidence): string {
  const { part, of, what } = strongest(evidence) ?? shares(evidence)[0];
  const [some, all] = [part.toLocaleString("en-US"), of.toLocaleString("en-US")];
  return `this is not the vmlinux the module was built against: ${some} of ${all} ${what}`;
}

type Counts = Omit<BaseEvidence, "wrong">;
interface Share {
  readonly part: number;
  readonly of: number;
  readonly what: string;
}

function strongest(counts: Counts): Share | undefined {
  return shares(counts).find(({ part, of }) => part > 0 && part >= of * WRONG_SHARE);
}

/** References astray, the kind that tells most first. */
function shares(counts: Counts): Share[] {
  return [
    {
      part: counts.strayNames,
      of: counts.nameRefs,
      what: "names that it takes from the base begin inside another string",
    },
    {
      part: counts.strayIds,
      of: counts.idRefs,
      what: "of its references into the base are to no type that a module refers to",
    },
    {
      part: counts.strayOwnNames,
      of: counts.ownNameRefs,
      what: "of its own names begin inside another string, as if the base's strings were longer or shorter",
    },
    {
      part: counts.strayOwnIds,
      of: counts.ownIdRefs,
      what: "of its references to its own types are to the wrong kind, as if the base had more or fewer types",
    },
  ];
}

/** Which kinds may refer to a kind, and to which kinds its own ids lead. */
interface Role {
  /** Whether any type may refer to it. Only a few kinds may refer to functions, variables and sections. */
  readonly isType: boolean;
  /** For kinds that refer to certain kinds only, those. */
  readonly targets?: ReadonlySet<number>;
  /** Whether it refers to what is not a type: then its references into the base tell nothing. */
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
