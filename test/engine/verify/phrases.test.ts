import { expect, test } from "vitest";
import { CHAIN_RULES } from "../../../src/engine/verify/chains.ts";
import { HEAD_FITS, HEAD_RULES, KIND_RULES } from "../../../src/engine/verify/meta-rules.ts";
import { RESOLVE_RULES } from "../../../src/engine/verify/resolve-rules.ts";
import { SECTION_PHASE_RULES } from "../../../src/engine/verify/sections.ts";
import { CASES, HEADER_CASES } from "./rules.cases.ts";

/** Phrases that no BTF which stands alone can bring about: an earlier rule always breaks first. */
const UNREACHED = [
  // The sections were found to end with the BTF.
  "Layout section is too big",
  // A variable whose type has no size was refused itself.
  "Invalid type",
  // What is longer fails to resolve; a module's types are not resolved, see module.test.ts.
  "Max chain length or cycle detected",
];

test("each phrase of the rules has a case", () => {
  const rules = [
    ...SECTION_PHASE_RULES,
    HEAD_FITS,
    ...HEAD_RULES,
    ...KIND_RULES.flatMap(({ head, element, tail }) => [...head, ...element, ...tail]),
    ...Object.values(RESOLVE_RULES),
    ...Object.values(CHAIN_RULES),
  ];
  const said = [...HEADER_CASES.map(({ phrase }) => phrase), ...CASES.map(({ log }) => log)];
  const silent = rules
    .flatMap(({ phrase }) => phrase ?? [])
    .filter((phrase) => {
      const pattern = phrase
        .split(/%[ux]/)
        .map((part) => part.replace(/[^\w ]/g, "\\$&"))
        .join("[0-9a-f]+");
      return !said.some((line) => line !== null && new RegExp(`(^|[\\t ])${pattern}$`).test(line));
    });
  expect([...new Set(silent)].sort()).toEqual([...UNREACHED].sort());
});
