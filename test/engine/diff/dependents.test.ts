import { describe, expect, it } from "vitest";
import { Dependents } from "../../../src/engine/diff/dependents.ts";
import { numberSides } from "../../../src/engine/diff/sides.ts";
import { inheritedWords, reachWords } from "../../../src/report/diff-words.ts";
import { btf } from "../../support/btf.ts";

/** Each struct holds the one before. */
const CHAIN = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'a' size=4 vlen=1
    'm' type_id=1 bits_offset=0
  [3] STRUCT 'b' size=4 vlen=1
    'm' type_id=2 bits_offset=0
  [4] STRUCT 'c' size=4 vlen=1
    'm' type_id=3 bits_offset=0
  [5] STRUCT 'd' size=4 vlen=1
    'm' type_id=4 bits_offset=0
`;

describe("who depends on a type", () => {
  const side = numberSides(CHAIN, CHAIN).old;

  it("is found through all levels", () => {
    const all = new Dependents(side);
    expect([all.embedding([2]), all.cuts]).toEqual([[3, 4, 5], 0]);
  });

  it("is a lower bound where the search was cut short, and that is said", () => {
    const few = new Dependents(side, 1);
    expect(few.embedding([2])).toEqual([3, 4]);
    expect(few.cuts).toBe(1);
    const change = {
      kind: "STRUCT",
      name: "a",
      change: "changed",
      class: "layout",
      oldId: 2,
      newId: 2,
      members: [],
      embeddedBy: 2,
      pointedToBy: 1200,
      atLeast: true,
    } as const;
    expect(reachWords(change)).toEqual(["embedded by at least 2", "pointed to by at least 1,200"]);
    const told = { old: "a", new: "b", summary: {}, inherited: 2, atLeast: true, changes: [change] } as const;
    expect(inheritedWords(told)).toBe("at least 2 structs and unions more hold a changed one by value");
  });
});
