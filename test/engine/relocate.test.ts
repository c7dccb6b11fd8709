import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBtf } from "../../src/btf/encode.ts";
import { CONST, makeInfo } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { Relocator } from "../../src/engine/relocate.ts";
import { BtfxError } from "../../src/errors.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { assemble, btf, type Form, LAYOUT, raw, rawText } from "../support/btf.ts";
import { firstDifference } from "../support/equivalent.ts";
import { refused } from "../support/refused.ts";
import { distillBase, relocateBase } from "../support/rewritten.ts";
import { RELOCATE_CASES } from "./relocate.cases.ts";

test.each(RELOCATE_CASES.map((each) => [each.name, each] as const))("%s", (_, each) => {
  const base = parseBtf(assemble(each.base, null, each.baseForm));
  const distilled = parseBtf(assemble(each.distilled, null, each.form));
  const relocation = relocateBase(parseBtf(assemble(each.split, distilled, each.form), distilled), base);
  if (typeof each.expected === "string") {
    expect(relocation.ok).toBe(true);
    if (relocation.ok) {
      const relocated = parseBtf(relocation.bytes, base);
      expect(rawText(relocated)).toBe(each.expected);
      expect(relocated.header.littleEndian).toBe(each.form?.littleEndian ?? true);
    }
  } else {
    expect(relocation.ok).toBe(false);
    if (!relocation.ok) {
      expect(relocation.failures.map(({ id, rule }) => [id, rule])).toEqual(each.expected.broken);
      expect(relocation.failures[0].message).toContain(each.expected.says);
    }
  }
});

describe("a failure tells", () => {
  const distilled = btf`
    [1] STRUCT 'gpio_chip' size=10 vlen=0
    [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [3] STRUCT 'twin' size=8 vlen=0`;
  const split = btf.split(distilled)`
    [4] STRUCT 'expander' size=16 vlen=2
      'chip' type_id=5 bits_offset=0
      'n' type_id=2 bits_offset=80
    [5] TYPEDEF 'chip_t' type_id=1
    [6] PTR '(anon)' type_id=1
    [7] FUNC_PROTO '(anon)' ret_type_id=3 vlen=1
      'chip' type_id=6
    [8] FUNC 'probe' type_id=7 linkage=static`;
  const base = btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
    [2] STRUCT 'gpio_chip' size=12 vlen=0
    [3] STRUCT 'twin' size=8 vlen=0
    [4] UNION 'twin' size=8 vlen=0
    [5] FWD 'twin' fwd_kind=struct`;
  const relocation = relocateBase(split, base);
  const failures = relocation.ok ? [] : relocation.failures;

  test("what was looked for", () => {
    expect(
      failures.map(({ id, kind, name, size, embedded }) => ({ id, kind, name, size, embedded })),
    ).toEqual([
      { id: 1, kind: "STRUCT", name: "gpio_chip", size: 10, embedded: true },
      { id: 2, kind: "INT", name: "int", size: 4, embedded: false },
      { id: 3, kind: "STRUCT", name: "twin", size: 8, embedded: false },
    ]);
  });

  test("what the base has under that name", () => {
    expect(failures.map(({ candidates }) => candidates)).toEqual([
      [{ id: 2, kind: "STRUCT", size: 12 }],
      [{ id: 1, kind: "INT", size: 4 }],
      [
        { id: 3, kind: "STRUCT", size: 8 },
        { id: 4, kind: "UNION", size: 8 },
        { id: 5, kind: "FWD", size: 0 },
      ],
    ]);
    expect(failures.map(({ rule }) => rule)).toEqual([
      "size-differs",
      "int-encoding-differs",
      "several-candidates",
    ]);
  });

  test("who embeds it, then who uses it", () => {
    expect(failures[0].users).toEqual([
      { id: 4, kind: "STRUCT", name: "expander", how: "embeds" },
      { id: 5, kind: "TYPEDEF", name: "chip_t", how: "uses" },
      { id: 8, kind: "FUNC", name: "probe", how: "uses" },
    ]);
    expect(failures[2].users).toEqual([{ id: 8, kind: "FUNC", name: "probe", how: "uses" }]);
  });

  test("names without what a terminal would obey", () => {
    const odd = btf`[1] STRUCT '\x1b[2J' size=4 vlen=0`;
    const missing = relocateBase(btf.split(odd)`[2] PTR '(anon)' type_id=1`, base);
    expect(missing.ok ? "" : missing.failures[0].message).toContain("type '\\x1b[2J' [1]");
  });
});

describe("the bytes", () => {
  const text = raw`
    [2] TYPEDEF 'x' type_id=1
    [3] TYPEDEF 'int' type_id=2`;
  const distilled = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
  const base = btf`
    [1] FLOAT 'float' size=4
    [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;

  // The name "x" moves from 5 to 11, "int" from 1 to 7.
  test.each<[string, Form]>([
    ["24 bytes of header", {}],
    ["32 bytes of header", { hdrLen: 32 }],
    ["40 bytes of header", { hdrLen: 40 }],
    ["big-endian", { littleEndian: false }],
    ["with gaps, layout and a tail", { layout: LAYOUT, gaps: [4, 3, 5] }],
  ])("differ from the input's in ids and name offsets only: %s", (_, form) => {
    const bytes = assemble(text, distilled, form);
    const before = bytes.slice();
    const relocation = relocateBase(parseBtf(bytes, distilled), base);
    expect(relocation.ok && relocation.bytes).toEqual(
      assemble("[3] TYPEDEF 'x' type_id=2\n[4] TYPEDEF 'int' type_id=3", base, form),
    );
    expect(bytes).toEqual(before);
  });

  test("come with the map of ids", () => {
    const relocation = relocateBase(parseBtf(assemble(text, distilled), distilled), base);
    expect(relocation.ok && [0, 1, 2, 3].map(relocation.mapId)).toEqual([0, 2, 3, 4]);
  });
});

describe("is refused", () => {
  const base = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;

  test("standalone BTF", () => {
    expect(refused(() => relocateBase(base, base)).code).toBe("not-split");
  });

  test("a type of a kind whose fields are not known", () => {
    const form = { layout: [...LAYOUT, [0, 0] as const] };
    const split = btf.split(base, form)`[2] UNKNOWN 'new' kind=23 vlen=0`;
    expect(refused(() => relocateBase(split, btf``)).code).toBe("unknown-kind");
  });
});

test("a relocator serves many split BTFs, whatever became of the one before", () => {
  const relocator = new Relocator(btf`
    [1] STRUCT 'a' size=4 vlen=0
    [2] STRUCT 'b' size=4 vlen=0`);
  const onto = (name: string): string => {
    const distilled = parseBtf(assemble(`[1] STRUCT '${name}' size=4 vlen=0`));
    const relocation = relocator.relocate(btf.split(distilled)`[2] PTR '(anon)' type_id=1`);
    return relocation.ok ? rawText(parseBtf(relocation.bytes, relocator.base)) : relocation.failures[0].rule;
  };
  expect(["b", "c", "a"].map(onto)).toEqual([
    "[3] PTR '(anon)' type_id=2",
    "missing",
    "[3] PTR '(anon)' type_id=1",
  ]);
});

test("a chain of 200,000 modifiers that holds a struct by value costs no stack, and little time for many holders", () => {
  const count = 200_000;
  const holders = 100;
  const name = 3; // "s" is at 1, "held" at 3: the split BTF's first own string.
  const words = new Uint32Array(count * 3 + holders * 6);
  for (let i = 0; i < count; i++) words.set([0, makeInfo(CONST, 0), i === 0 ? 1 : i + 1], i * 3);
  for (let i = 0; i < holders; i++) {
    words.set([name, makeInfo(4, 1), 8, name, count + 1, 0], count * 3 + i * 6);
  }
  const distilled = btf`[1] STRUCT 's' size=4 vlen=0`;
  const bytes = encodeBtf(words, Buffer.from("held\0"), { littleEndian: true, hdrLen: 24 });
  const split = parseBtf(bytes, distilled);
  const relocation = relocateBase(split, btf`[1] STRUCT 's' size=8 vlen=0`);
  expect(relocation.ok).toBe(false);
  expect(relocation.ok || relocation.failures[0]).toMatchObject({ rule: "size-differs", embedded: true });
  expect(relocateBase(split, btf`[1] STRUCT 's' size=4 vlen=0`).ok).toBe(true);
});

test("a ring of modifiers, at which libbpf and the kernel would spin, is relocated", () => {
  const distilled = btf`[1] STRUCT 's' size=4 vlen=0`;
  const split = btf.split(distilled)`
    [2] CONST '(anon)' type_id=3
    [3] VOLATILE '(anon)' type_id=2
    [4] STRUCT 'own' size=4 vlen=1
      'ring' type_id=2 bits_offset=0`;
  expect(relocateBase(split, btf`[1] STRUCT 's' size=4 vlen=0`).ok).toBe(true);
});

describe("for any base and split BTF", () => {
  test("distilling and relocating onto the same base changes nothing but ids", () => {
    let compared = 0;
    fc.assert(
      fc.property(families({ splits: 3 }), (family) => {
        const base = parsed(family.base);
        for (const sample of family.splits) {
          const split = parsed(sample, base);
          let distilled: ReturnType<typeof distillBase>;
          try {
            distilled = distillBase(split);
          } catch (error) {
            if (error instanceof BtfxError && error.code === "not-distillable") continue;
            throw error;
          }
          const again = parseBtf(distilled.split, parseBtf(distilled.base));
          const relocation = relocateBase(again, base);
          if (!relocation.ok) {
            // Only a name that several types of the base share, or none at all, keeps a base from being found again.
            const rules = relocation.failures.map(({ rule }) => rule);
            expect(["several-candidates", "anonymous", "empty-name-in-base"]).toEqual(
              expect.arrayContaining([...new Set(rules)]),
            );
            continue;
          }
          const relocated = parseBtf(relocation.bytes, base);
          expect(firstDifference(split, relocated)).toBeUndefined();
          expect(relocated.typeCount - relocated.firstId).toBe(distilled.splitTypes);
          compared++;
        }
      }),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(60);
  });

  test("byte order and header length change nothing but the bytes' order", () => {
    fc.assert(
      fc.property(families({ splits: 1 }), ({ base: baseText, splits, changed }) => {
        const outcomes = [true, false].map((littleEndian) => {
          const form = { littleEndian, hdrLen: littleEndian ? 24 : 32 };
          const base = parsed({ ...baseText, form });
          try {
            const { base: below, split } = distillBase(parsed({ ...splits[0], form }, base));
            const distilled = parseBtf(below);
            const again = parseBtf(split, distilled);
            const target = parsed(changed);
            const relocation = relocateBase(again, target);
            const end = relocation.ok ? rawText(parseBtf(relocation.bytes, target)) : relocation.failures;
            return [rawText(distilled), rawText(again), end];
          } catch (error) {
            return error instanceof BtfxError ? error.message : error;
          }
        });
        expect(outcomes[1]).toEqual(outcomes[0]);
      }),
      { numRuns: 50 },
    );
  });
});
