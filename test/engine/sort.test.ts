import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { sortByName } from "../../src/engine/sort.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { btf, rawText } from "../support/btf.ts";
import { differenceOf } from "../support/equivalent.ts";
import { distillBase, relocateBase } from "../support/rewritten.ts";

const base = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'b' size=8 vlen=0
  [3] STRUCT 'a' size=8 vlen=0
`;

test("types without a name come first, then names ascend by bytes, and types of one name keep their order", () => {
  const split = btf.split(base)`
    [4] TYPEDEF 'zebra' type_id=6
    [5] STRUCT 'ab' size=4 vlen=1
      'm' type_id=1 bits_offset=0
    [6] PTR '(anon)' type_id=5
    [7] STRUCT 'a' size=1 vlen=0
    [8] FUNC_PROTO '(anon)' ret_type_id=4 vlen=0
    [9] FUNC 'Zoo' type_id=8 linkage=static
    [10] UNION 'a' size=2 vlen=0
  `;
  const { bytes, mapId } = sortByName(split);
  expect(rawText(parseBtf(bytes, base))).toBe(
    `[4] PTR '(anon)' type_id=9
[5] FUNC_PROTO '(anon)' ret_type_id=10 vlen=0
[6] FUNC 'Zoo' type_id=5 linkage=static
[7] STRUCT 'a' size=1 vlen=0
[8] UNION 'a' size=2 vlen=0
[9] STRUCT 'ab' size=4 vlen=1
\t'm' type_id=1 bits_offset=0
[10] TYPEDEF 'zebra' type_id=4`,
  );
  expect([3, 4, 9].map(mapId)).toEqual([3, 10, 6]);
});

test("a sorted module means what it meant, and a sorted one stays as it is", () => {
  fc.assert(
    fc.property(families({ splits: 1, maxTypes: 14 }), ({ base: sample, splits }) => {
      const split = parsed(splits[0], parsed(sample));
      const { bytes, mapId } = sortByName(split);
      const sorted = parseBtf(bytes, split.base);
      expect(
        differenceOf(
          split,
          sorted,
          [...split.ids()].map((id) => [id, mapId(id)]),
        ),
      ).toBe(undefined);
      expect(sortByName(sorted).bytes).toEqual(bytes);
    }),
    { numRuns: 200 },
  );
});

test("a distilled base is sorted with its split BTF, and relocates to the same", () => {
  const split = btf.split(base)`
    [4] STRUCT 'mine' size=16 vlen=2
      'b' type_id=2 bits_offset=0
      'a' type_id=3 bits_offset=64
  `;
  const distilled = distillBase(split);
  const plain = parseBtf(distilled.base);
  const sorted = sortByName(plain);
  const moved = sortByName(parseBtf(distilled.split, plain), sorted.mapId);
  const newBase = parseBtf(sorted.bytes);
  expect([...newBase.ids()].map((id) => newBase.name(id))).toEqual(["a", "b"]);
  const relocation = relocateBase(parseBtf(moved.bytes, newBase), base);
  const [member] = relocation.ok ? [rawText(parseBtf(relocation.bytes, base))] : [];
  expect(member).toBe(rawText(split));
});
