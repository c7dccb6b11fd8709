import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { Distiller } from "../../src/engine/distill.ts";
import { prune } from "../../src/engine/prune.ts";
import { usedTypes } from "../../src/engine/reach.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { btf, rawText } from "../support/btf.ts";
import { differenceOf } from "../support/equivalent.ts";
import { distillBase, relocateBase } from "../support/rewritten.ts";

const base = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'modversion_info' size=64 vlen=0
  [3] STRUCT 'sk_buff' size=232 vlen=0
  [4] STRUCT 'latch' size=8 vlen=0
`;
/** A function that takes a struct, beside a struct, an array and a typedef that nothing needs. */
const module = btf.split(base)`
  [5] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=3
  [6] STRUCT 'state' size=8 vlen=1
    'skb' type_id=7 bits_offset=0
  [7] PTR '(anon)' type_id=3
  [8] STRUCT 'idle' size=200 vlen=2
    'versions' type_id=5 bits_offset=0
    'latch' type_id=4 bits_offset=1536
  [9] PTR '(anon)' type_id=6
  [10] TYPEDEF 'unused_t' type_id=8
  [11] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2
    's' type_id=9
    'latch' type_id=12
  [12] PTR '(anon)' type_id=4
  [13] FUNC 'probe' type_id=11 linkage=static
`;

describe("types that nothing uses", () => {
  test("are those that no function, variable, section or tag reaches", () => {
    expect([...usedTypes(module)]).toEqual([0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1]);
  });

  test("are dropped, and their names with them; the others keep their order", () => {
    const pruned = parseBtf(prune(module).bytes, base);
    expect(rawText(pruned)).toBe(
      `[5] STRUCT 'state' size=8 vlen=1
\t'skb' type_id=6 bits_offset=0
[6] PTR '(anon)' type_id=3
[7] PTR '(anon)' type_id=5
[8] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2
\t's' type_id=7
\t'latch' type_id=9
[9] PTR '(anon)' type_id=4
[10] FUNC 'probe' type_id=8 linkage=static`,
    );
    expect(Buffer.from(pruned.strings.bytes).toString()).not.toContain("idle");
  });

  test("stay if they are asked for", () => {
    const { bytes, mapId } = prune(module, [10]);
    expect(parseBtf(bytes, base).typeCount).toBe(module.typeCount);
    expect(mapId(10)).toBe(10);
    expect(prune(module).mapId(10)).toBe(0);
  });

  test("decide a relocation, which says so for each of them", () => {
    const { base: distilledBase, split } = distillBase(module);
    const later = btf`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] STRUCT 'sk_buff' size=232 vlen=0
      [3] STRUCT 'latch' size=16 vlen=0
    `;
    const distilled = parseBtf(split, parseBtf(distilledBase));
    const relocation = relocateBase(distilled, later);
    const failures = relocation.ok ? [] : relocation.failures;
    expect(failures.map(({ name, rule, unused }) => [name, rule, unused])).toEqual([
      ["modversion_info", "missing", true],
      // The function takes a pointer to it, so its size counts only for the struct that nobody uses.
      ["latch", "size-differs", true],
    ]);
    const pruned = distillBase(parseBtf(prune(module).bytes, base));
    expect(relocateBase(parseBtf(pruned.split, parseBtf(pruned.base)), later).ok).toBe(true);
  });
});

test("what is kept means what it meant, in any module", () => {
  fc.assert(
    fc.property(families({ splits: 1, maxTypes: 14 }), ({ base: sample, splits }) => {
      const split = parsed(splits[0], parsed(sample));
      const { bytes, mapId } = prune(split);
      const pruned = parseBtf(bytes, split.base);
      const used = usedTypes(split);
      const kept = [...split.ids()].filter((id) => used[id] === 1);
      expect(kept.map(mapId)).toEqual([...pruned.ids()]);
      const pairs = kept.map((id): [number, number] => [id, mapId(id)]);
      expect(differenceOf(split, pruned, pairs)).toBe(undefined);
      // Nothing more can be dropped.
      expect(prune(pruned).bytes).toEqual(bytes);
    }),
    { numRuns: 300 },
  );
});

test("a pruned module distils to less, and never needs more", () => {
  const distiller = new Distiller(base);
  const [whole, pruned] = [module, parseBtf(prune(module).bytes, base)].map((it) => distiller.distill(it));
  expect(pruned.baseTypes).toBeLessThan(whole.baseTypes);
  expect(pruned.split.length).toBeLessThan(whole.split.length);
});
