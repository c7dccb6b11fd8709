import { describe, expect, it, test } from "vitest";
import type { Btf } from "../../../src/btf/btf.ts";
import { encodeBtf } from "../../../src/btf/encode.ts";
import { ARRAY, CONST, makeInfo, PTR, STRUCT } from "../../../src/btf/kinds.ts";
import { parseBtf } from "../../../src/btf/parse.ts";
import { mergeSplits } from "../../../src/engine/merge.ts";
import { btf, raw, rawText } from "../../support/btf.ts";
import { nestedNames } from "../../support/nested-names.ts";
import { refused } from "../../support/refused.ts";
import { MERGE_CASES } from "./merge.cases.ts";

function merged(base: Btf, ...splits: readonly Btf[]): Btf {
  return parseBtf(mergeSplits(base, splits).bytes, base);
}

test.each(MERGE_CASES.map((each) => [each.name, each] as const))("%s", (_, { base, splits, expected }) => {
  const below = btf`${base}`;
  const all = splits.map((split) => btf.split(below)`${split}`);
  expect(rawText(merged(below, ...all))).toBe(raw`${expected}`);
});

const BASE = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'list' size=0 vlen=0`;

describe("merging", () => {
  it("writes each string once, and none that the base has as a whole", () => {
    const { strings } = merged(
      BASE,
      btf.split(BASE, { strings: ["unused", "list"] })`
        [3] TYPEDEF 'list' type_id=1
        [4] TYPEDEF 'mine' type_id=1
        [5] TYPEDEF 'ist' type_id=1`,
      btf.split(BASE)`[3] TYPEDEF 'mine' type_id=2`,
    );
    expect(Buffer.from(strings.bytes).toString()).toBe("mine\0ist\0");
  });

  it("says what became of each type", () => {
    const one = btf.split(BASE)`
      [3] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [4] PTR '(anon)' type_id=3`;
    const two = btf.split(BASE)`
      [3] CONST '(anon)' type_id=1
      [4] PTR '(anon)' type_id=1`;
    const { mapId } = mergeSplits(BASE, [one, two]);
    expect([0, 1, 2, 3, 4].map((id) => mapId(0, id))).toEqual([0, 1, 2, 1, 3]);
    expect([0, 1, 2, 3, 4].map((id) => mapId(1, id))).toEqual([0, 1, 2, 4, 3]);
  });

  it("takes BTF of any byte order and gives that of the base", () => {
    const split = btf.split(BASE, { littleEndian: false, hdrLen: 32 })`[3] PTR '(anon)' type_id=2`;
    const other = btf.split(BASE)`[3] PTR '(anon)' type_id=2`;
    const both = merged(BASE, split, other);
    expect(rawText(both)).toBe("[3] PTR '(anon)' type_id=2");
    expect(both.header).toMatchObject({ littleEndian: true, hdrLen: 24 });
  });

  it("changes none of its inputs", () => {
    const split = btf.split(BASE)`
      [3] PTR '(anon)' type_id=4
      [4] FWD 'list' fwd_kind=struct`;
    const before = rawText(split);
    mergeSplits(BASE, [split, split]);
    expect(rawText(split)).toBe(before);
  });

  it("takes BTFs without types, of which libbpf says that memory is short", () => {
    expect(rawText(merged(BASE, btf.split(BASE)``, btf.split(BASE)`[3] PTR '(anon)' type_id=2`))).toBe(
      "[3] PTR '(anon)' type_id=2",
    );
  });

  it("goes on a base that is split itself", () => {
    const middle = btf.split(BASE)`[3] PTR '(anon)' type_id=2`;
    const split = btf.split(middle)`
      [4] PTR '(anon)' type_id=2
      [5] TYPEDEF 't' type_id=4`;
    expect(rawText(merged(middle, split, split))).toBe("[4] TYPEDEF 't' type_id=3");
  });
});

describe("merging refuses", () => {
  it("BTF that is split on another base", () => {
    const split = btf.split(btf`[1] FLOAT 'double' size=8`)`[2] PTR '(anon)' type_id=1`;
    expect(refused(() => mergeSplits(BASE, [split])).code).toBe("wrong-base");
  });

  it("types whose references it does not know", () => {
    const layout = Array.from({ length: 24 }, () => [0, 0] as const);
    const split = btf.split(BASE, { layout })`[3] UNKNOWN 'x' kind=23 vlen=0 size=0`;
    expect(refused(() => mergeSplits(BASE, [split])).code).toBe("unknown-kind");
  });

  it.each([
    ["[3] PTR '(anon)' type_id=3", /^a type refers to itself without/],
    ["[3] PTR '(anon)' type_id=4\n[4] CONST '(anon)' type_id=3", /^2 types refer to each other in a loop/],
  ])("loops that no C has: %j", (text, message) => {
    const error = refused(() => mergeSplits(BASE, [btf.split(BASE)`${text}`]));
    expect(error).toMatchObject({ code: "bad-type-id", message: expect.stringMatching(message) });
  });

  it.each([
    ["one endless string", 1, 20_000],
    ["strings as long as names may be", 12, 4_000],
  ])("names that lie in %s", (_, strings, length) => {
    const error = refused(() => mergeSplits(BASE, [nestedNames(BASE, strings, length)]));
    expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining("bytes of text") });
  });

  it("structs that hold what is no value", () => {
    const split = btf.split(BASE)`
      [3] VAR 'v' type_id=1, linkage=global
      [4] STRUCT 's' size=4 vlen=1
        'v' type_id=3 bits_offset=0`;
    const error = refused(() => mergeSplits(BASE, [split, split]));
    expect(error).toMatchObject({ code: "bad-type-id", message: expect.stringContaining("leads to a VAR") });
  });
});

const MANY = 200_000;

/**
 * Split BTF of types that each refer to the one `step` away, the last one to `int`; `record` gives the words of number
 * `i`.
 */
function chain(count: number, step: number, record: (i: number, id: number) => number[]): Btf {
  const words: number[] = [];
  for (let i = 0; i < count; i++) {
    const to = i + step;
    for (const word of record(i, to < 0 || to >= count ? 1 : BASE.typeCount + to)) words.push(word);
  }
  return parseBtf(
    encodeBtf(Uint32Array.from(words), new Uint8Array(0), { littleEndian: true, hdrLen: 24 }),
    BASE,
  );
}

describe("merging types in a long chain", () => {
  it.each([1, -1])("gives each of 200,000 once, whichever end comes first: %i", (step) => {
    const types = chain(MANY, step, (i, id) => [0, makeInfo(i % 2 === 0 ? PTR : CONST, 0), id]);
    expect(merged(BASE, types, types).typeCount).toBe(BASE.typeCount + MANY);
  });

  it("gives each of 200,000 structs once, all of which the first one leads to", () => {
    const types = chain(MANY, 1, (i, id) => [0, makeInfo(STRUCT, 1), i, 0, id, 0]);
    expect(merged(BASE, types, types).typeCount).toBe(BASE.typeCount + MANY);
  });
});

it("ends in an error where many large types are alike but for one member", () => {
  // Each struct `one` has 2,000 members of type int after one that is an array of another length.
  const MEMBERS = 2001;
  const words: number[] = [];
  for (let i = 0; i < 100; i++) {
    const array = 3 + i * 2;
    words.push(0, makeInfo(ARRAY, 0), 0, 1, 1, i);
    words.push(1, makeInfo(STRUCT, MEMBERS), 8, 1, array, 0);
    for (let member = 1; member < MEMBERS; member++) words.push(1, 1, 0);
  }
  const bytes = encodeBtf(Uint32Array.from(words), new Uint8Array(0), { littleEndian: true, hdrLen: 24 });
  expect(refused(() => merged(BASE, parseBtf(bytes, BASE))).code).toBe("unsupported");
});
