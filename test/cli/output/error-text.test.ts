import { describe, expect, it } from "vitest";
import { relocationCure } from "../../../src/cli/output/error-text.ts";
import type { BrokenRule } from "../../../src/engine/match.ts";
import type { RelocationFailure } from "../../../src/engine/relocate.ts";

/** A type that breaks a rule; `of` says how the module needs it. */
function broken(rule: BrokenRule, of: { unused?: boolean; embedded?: boolean } = {}): RelocationFailure {
  return {
    rule,
    id: 1,
    kind: "STRUCT",
    name: "s",
    size: 8,
    embedded: of.embedded === true,
    unused: of.unused === true,
    candidates: [],
    candidateCount: 0,
    users: [],
    message: "",
  };
}

describe("what would make a module fit", () => {
  it.each<[string, RelocationFailure[], RegExp]>([
    ["types that nothing uses", [broken("missing", { unused: true })], /^'btfx distill --prune'/],
    [
      "sizes of types held by value, and one that nothing uses",
      [broken("size-differs", { embedded: true }), broken("missing", { unused: true })],
      /^build it against K: only types that it holds by value/,
    ],
    [
      "a type that is gone",
      [broken("size-differs", { embedded: true }), broken("missing")],
      /^build it against K; 'btfx diff OLD K --module MODULE'/,
    ],
    ["a base that is none", [broken("missing"), broken("anonymous")], /^distill it again from its original$/],
  ])("%s", (_, failures, cure) => {
    expect(relocationCure(failures, "K")).toMatch(cure);
  });
});
