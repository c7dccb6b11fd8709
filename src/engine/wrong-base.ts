import type { Btf } from "../btf/btf.ts";
import { SLACK } from "../btf/lay.ts";
import { wordsToBytes } from "../btf/words.ts";
import { layStrings, withVerifyMachine } from "./verify-memory.ts";

/**
 * The evidence for or against a split BTF having been built on its base. With the right base no reference goes astray;
 * with another build of the same kernel series 86-95 % of the names do. A base that is nearly right, with one string or
 * one type more, leaves references into it alone and moves all references to own strings or types.
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
  /**
   * Those among them that lead to functions, variables, sections or tags, to which split BTF does not refer, or to no
   * type.
   */
  readonly strayIds: number;
  /**
   * References to own types, whose ids go on from the base's, that tell by their kinds whether the right type is meant.
   */
  readonly ownIdRefs: number;
  /** Those among them that lead to the wrong kind, such as from a function to something else than a prototype. */
  readonly strayOwnIds: number;
  /** Whether the base is the wrong one. */
  readonly wrong: boolean;
}

/** Right bases have no stray references, wrong ones have most of them. */
const WRONG_SHARE = 0.1;

/** Weighs the references of a split BTF into its base, checked (`parseBtf`) or not (`parseUnchecked`). */
export function weighBase(split: Btf): BaseEvidence {
  return split.base === null ? NOTHING : evidenceIn(split, split.base);
}

const NOTHING: BaseEvidence = {
  nameRefs: 0,
  strayNames: 0,
  ownNameRefs: 0,
  strayOwnNames: 0,
  idRefs: 0,
  strayIds: 0,
  ownIdRefs: 0,
  strayOwnIds: 0,
  wrong: false,
};

function evidenceIn({ words, starts, kinds, strings }: Btf, base: Btf): BaseEvidence {
  return withVerifyMachine(base, (machine) => {
    const { code, memory } = machine;
    const bytesOfTypes = words.byteLength + starts.byteLength + kinds.length;
    const at = machine.roomForOwn(bytesOfTypes + strings.bytes.length + SLACK);
    const startsAt = at + words.byteLength;
    const kindsAt = startsAt + starts.byteLength;
    const { bytes } = memory;
    wordsToBytes(words, true, bytes, at);
    wordsToBytes(starts, true, bytes, startsAt);
    bytes.set(kinds, kindsAt);
    layStrings(strings.bytes, bytes, at + bytesOfTypes);
    code.openNames(at + bytesOfTypes, strings.bytes.length);
    code.weigh(at, startsAt, kindsAt, kinds.length);
    const evidence = {
      nameRefs: code.nameRefs.value,
      strayNames: code.strayNames.value,
      ownNameRefs: code.ownNameRefs.value,
      strayOwnNames: code.strayOwnNames.value,
      idRefs: code.idRefs.value,
      strayIds: code.strayIds.value,
      ownIdRefs: code.ownIdRefs.value,
      strayOwnIds: code.strayOwnIds.value,
      wrong: false,
    };
    evidence.wrong = strongest(evidence) !== undefined;
    return evidence;
  });
}

/** Says what makes a base the wrong one: `312 of 320 names that it takes from the base begin inside another string`. */
export function explainWrongBase(evidence: BaseEvidence): string {
  const { part, of, what } = strongest(evidence) ?? shares(evidence)[0];
  const [some, all] = [part.toLocaleString("en-US"), of.toLocaleString("en-US")];
  return `this is not the vmlinux the module was built against: ${some} of ${all} ${what}`;
}

interface Share {
  readonly part: number;
  readonly of: number;
  readonly what: string;
}

function strongest(evidence: BaseEvidence): Share | undefined {
  return shares(evidence).find(({ part, of }) => part > 0 && part >= of * WRONG_SHARE);
}

/** References astray, the kind that tells most first. */
function shares(evidence: BaseEvidence): Share[] {
  return [
    {
      part: evidence.strayNames,
      of: evidence.nameRefs,
      what: "names that it takes from the base begin inside another string",
    },
    {
      part: evidence.strayIds,
      of: evidence.idRefs,
      what: "of its references into the base are to no type that a module refers to",
    },
    {
      part: evidence.strayOwnNames,
      of: evidence.ownNameRefs,
      what: "of its own names begin inside another string, as if the base's strings were longer or shorter",
    },
    {
      part: evidence.strayOwnIds,
      of: evidence.ownIdRefs,
      what: "of its references to its own types are to the wrong kind, as if the base had more or fewer types",
    },
  ];
}
