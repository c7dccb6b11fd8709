import { isModifier, kindName, SIZE_OR_TYPE, TYPE_TAG } from "../../btf/kinds.ts";
import type { Report } from "./findings.ts";
import { type Kernel, release } from "./kernel.ts";
import { ELOOP, inForce, type Rule } from "./rule.ts";
import { kindOf, MISSING, type Types, wordOf } from "./types-view.ts";
import type { WalkedTypes } from "./walk.ts";

/** Longest chain of modifiers that the kernel follows. */
const MAX_LINKS = 32;

/** First release with the check. */
const SINCE = release(5, 18);

/** `btf_check_type_tags` (kernel/bpf/btf.c). */
export const CHAIN_RULES: Readonly<Record<"length" | "order" | "missing", Rule>> = {
  length: {
    phrase: "Max chain length or cycle detected",
    says: "more than 32 modifiers follow each other, or they go round in a circle",
    errno: ELOOP,
  },
  order: {
    phrase: "Type tags don't precede modifiers",
    says: "a TYPE_TAG comes after another modifier; before 7.2 tags must come first",
    until: release(7, 2),
  },
  missing: {
    phrase: null,
    says: "a chain of modifiers ends at a type that does not exist",
  },
};

/**
 * Walks the chain of each own modifier that may break a rule, up to ids that were checked before. Each broken chain is
 * reported once.
 */
export function checkChains(types: WalkedTypes, kernel: Kernel, report: Report): void {
  if (kernel < SINCE) return;
  const { words, starts, kinds, firstId, typeCount } = types;
  const ordered = inForce(CHAIN_RULES.order, kernel);
  for (const number of types.doubtfulChains) {
    const id = firstId + number;
    if (id >= typeCount) break;
    const kind = kinds[number];
    const rule = brokenChainRule(types, id, kind, ordered);
    if (rule === undefined) continue;
    report.broken("chains", rule, () => ({
      type: { id, kind: kindName(kind), name: types.strings.text(words[starts[id - firstId]]) },
    }));
  }
}

function brokenChainRule(types: Types, start: number, startKind: number, ordered: boolean): Rule | undefined {
  const good = start - 1;
  let id = start;
  let kind = startKind;
  let inTags = kind === TYPE_TAG;
  for (let links = 0; isModifier(kind); links++) {
    if (links === MAX_LINKS) return CHAIN_RULES.length;
    if (kind !== TYPE_TAG) inTags = false;
    else if (!inTags && ordered) return CHAIN_RULES.order;
    if (id <= good) return undefined;
    id = wordOf(types, id, SIZE_OR_TYPE);
    kind = kindOf(types, id);
    if (kind === MISSING) return CHAIN_RULES.missing;
  }
  return undefined;
}
