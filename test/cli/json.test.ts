import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonListText, jsonText } from "../../src/cli/json.ts";

describe("jsonListText", () => {
  it("gives in pieces what jsonText gives at once", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), fc.boolean(), (type, uses, isPretty) => {
        const pieces = [...jsonListText({ type }, "uses", uses, isPretty)];
        expect(pieces.join("")).toBe(jsonText({ type, uses }, isPretty));
      }),
    );
  });
});
