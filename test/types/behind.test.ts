import { describe, expect, it } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { Behind } from "../../src/types/behind.ts";
import { flatten } from "../../src/types/flat.ts";
import { Sizes } from "../../src/types/measure.ts";
import { assemble } from "../support/btf.ts";

/** An int and `links` types on it, each on the one after it, so that the first is the farthest; `each` writes one. */
function chain(links: number, each: (target: number) => string) {
  const lines = ["[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED"];
  for (let id = 2; id < 2 + links; id++) lines.push(`[${id}] ${each(id === links + 1 ? 1 : id + 1)}`);
  return flatten(parseBtf(assemble(lines.join("\n"))));
}

const LINKS = 100_000;

describe("a chain is walked once, however many types lead into it", () => {
  // Walked anew from each of its types, it would take 5 * 10^9 steps.
  it("of qualifiers", () => {
    const flat = chain(LINKS, (target) => `CONST '(anon)' type_id=${target}`);
    const behind = new Behind(flat);
    for (let id = 2; id < flat.typeCount; id++) if (behind.of(id) !== 1) expect.fail(`${id}`);
  });

  it("of arrays", () => {
    const flat = chain(LINKS, (target) => `ARRAY '(anon)' type_id=${target} index_type_id=1 nr_elems=1`);
    const sizes = new Sizes(flat, 8);
    for (let id = 2; id < flat.typeCount; id++) if (sizes.of(id) !== 4) expect.fail(`${id}`);
  });
});

it("what is passed over is chosen", () => {
  const flat = flatten(
    parseBtf(
      assemble(`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
        [2] TYPEDEF 't' type_id=1
        [3] CONST '(anon)' type_id=2
        [4] TYPE_TAG 'user' type_id=3
        [5] VOLATILE '(anon)' type_id=0`),
    ),
  );
  const consts = new Uint8Array(256);
  consts[flat.kinds[3]] = 1;
  expect([1, 2, 3, 4, 5].map((id) => new Behind(flat).of(id))).toEqual([1, 1, 1, 1, 0]);
  expect([1, 2, 3, 4, 5].map((id) => new Behind(flat, consts).of(id))).toEqual([1, 2, 2, 4, 5]);
});

it.each([2, 40])("a ring of %i links is refused", (links) => {
  const flat = chain(links, (target) => `TYPEDEF 't' type_id=${target === 1 ? 2 : target}`);
  expect(() => new Behind(flat).of(2)).toThrow("unsatisfiable type cycle");
});
