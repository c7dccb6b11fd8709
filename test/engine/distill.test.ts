import { describe, expect, test } from "vitest";
import { encodeBtf } from "../../src/btf/encode.ts";
import { makeInfo, PTR } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type Distilled, Distiller } from "../../src/engine/distill.ts";
import { assemble, btf, type Form, LAYOUT, raw, rawText } from "../support/btf.ts";
import { nestedNames } from "../support/nested-names.ts";
import { refused } from "../support/refused.ts";
import { distillBase } from "../support/rewritten.ts";
import { DISTILL_CASES } from "./distill.cases.ts";

/** Texts of both parts. */
function texts(distilled: Distilled): [base: string, split: string] {
  const base = parseBtf(distilled.base);
  return [rawText(base), rawText(parseBtf(distilled.split, base))];
}

function stringsOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = view.getUint32(4, true) + view.getUint32(16, true);
  return Buffer.from(bytes.subarray(at, at + view.getUint32(20, true))).toString();
}

test.each(DISTILL_CASES.map((each) => [each.name, each] as const))(
  "%s",
  (_, { base, split, form, expected }) => {
    const source = parseBtf(assemble(base));
    const work = () => new Distiller(source).distill(parseBtf(assemble(split, source, form), source));
    if (typeof expected === "string") {
      const error = refused(work);
      expect(error.code).toBe("not-distillable");
      expect(error.message).toContain(expected);
    } else {
      const distilled = work();
      expect(texts(distilled)).toEqual(expected);
      const own = (text: string) => (text.match(/^\[/gm) ?? []).length;
      expect([distilled.baseTypes, distilled.splitTypes]).toEqual(expected.map(own));
      expect(distilled.copiedTypes).toBe(own(expected[1]) - own(raw`${split}`));
    }
  },
);

describe("the strings", () => {
  const base = btf`
    [1] INT 'unused' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'list_head' size=16 vlen=1
      'next' type_id=3 bits_offset=0
    [3] PTR '(anon)' type_id=2
    [4] STRUCT '(anon)' size=8 vlen=2
      'head' type_id=3 bits_offset=0
      'list_head' type_id=2 bits_offset=64`;
  const distilled = distillBase(btf.split(base)`
    [5] STRUCT 'dev' size=8 vlen=2
      'next' type_id=4 bits_offset=0
      'list_head' type_id=2 bits_offset=64
    [6] TYPEDEF 'ev' type_id=5`);

  test("of the base are the names of what it holds, each once", () => {
    expect(stringsOf(distilled.base)).toBe("\0list_head\0");
  });

  test("of the split BTF come in order of first use, whole, without those that the distilled base has", () => {
    // dev; its members next and (list_head); ev; the copied struct's head. "ev" does not share the end of "dev".
    expect(stringsOf(distilled.split)).toBe("dev\0next\0ev\0head\0");
    expect(texts(distilled)[1]).toBe(raw`
      [2] STRUCT 'dev' size=8 vlen=2
        'next' type_id=5 bits_offset=0
        'list_head' type_id=1 bits_offset=64
      [3] TYPEDEF 'ev' type_id=2
      [4] PTR '(anon)' type_id=1
      [5] STRUCT '(anon)' size=8 vlen=2
        'head' type_id=4 bits_offset=0
        'list_head' type_id=1 bits_offset=64`);
  });

  test("that nothing uses any more are dropped, and there may be none", () => {
    const bare = distillBase(btf.split(base, { strings: ["leftover"] })`[5] PTR '(anon)' type_id=2`);
    expect(stringsOf(bare.split)).toBe("");
  });

  test("that are not ASCII keep their bytes", () => {
    const odd = btf`[1] STRUCT 'caf\xe9\x01' size=1 vlen=0`;
    expect(texts(distillBase(btf.split(odd)`[2] TYPEDEF '\xff' type_id=1`))).toEqual([
      raw`[1] STRUCT 'caf\xe9\x01' size=1 vlen=0`,
      raw`[2] TYPEDEF '\xff' type_id=1`,
    ]);
  });
});

describe("the form", () => {
  const INT = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";
  test.each<[string, Form, Form]>([
    ["24 bytes of header stay 24", {}, {}],
    ["32 bytes of header stay 32", { hdrLen: 32 }, { hdrLen: 32 }],
    ["big-endian stays big-endian", { littleEndian: false, hdrLen: 32 }, { littleEndian: false, hdrLen: 32 }],
    ["gaps and the layout go", { layout: LAYOUT, gaps: [4, 4, 4] }, { hdrLen: 32 }],
  ])("is that of the split BTF, whatever the base's: %s", (_, form, expected) => {
    const base = btf.as({ littleEndian: false })`${INT}`;
    const distilled = distillBase(btf.split(base, form)`[2] PTR '(anon)' type_id=1`);
    expect(distilled.base).toEqual(assemble(INT, null, expected));
    expect(distilled.split).toEqual(
      assemble("[2] PTR '(anon)' type_id=1", parseBtf(distilled.base), expected),
    );
  });
});

test("the map of ids tells where each type went, and 0 for those that are nowhere", () => {
  const base = btf`
    [1] INT 'unused' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 's' size=4 vlen=0
    [3] PTR '(anon)' type_id=2`;
  const { mapId } = distillBase(btf.split(base)`
    [4] TYPEDEF 'p' type_id=3
    [5] TYPEDEF 'q' type_id=4`);
  expect([0, 1, 2, 3, 4, 5].map(mapId)).toEqual([0, 0, 1, 4, 2, 3]);
});

test("a distiller keeps nothing from one BTF to the next, nor from one that it refuses", () => {
  const base = btf`
    [1] STRUCT 'a' size=4 vlen=0
    [2] STRUCT 'b' size=4 vlen=0
    [3] VAR 'v' type_id=1, linkage=static`;
  const distiller = new Distiller(base);
  const first = distiller.distill(btf.split(base)`[4] PTR '(anon)' type_id=1`);
  expect(
    refused(() =>
      distiller.distill(btf.split(base)`[4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'v' type_id=3`),
    ).code,
  ).toBe("not-distillable");
  const second = distiller.distill(btf.split(base)`[4] PTR '(anon)' type_id=2`);
  expect(texts(first)).toEqual(["[1] STRUCT 'a' size=4 vlen=0", "[2] PTR '(anon)' type_id=1"]);
  expect(texts(second)).toEqual(["[1] STRUCT 'b' size=4 vlen=0", "[2] PTR '(anon)' type_id=1"]);
  expect(first.mapId(1)).toBe(1);
});

test("split BTF on split BTF is distilled against all that is below", () => {
  const base = btf`[1] STRUCT 'a' size=4 vlen=0`;
  const middle = btf.split(base)`
    [2] STRUCT 'b' size=4 vlen=0
    [3] CONST '(anon)' type_id=1`;
  const distilled = distillBase(btf.split(middle)`
    [4] TYPEDEF 'x' type_id=3
    [5] TYPEDEF 'a' type_id=2`);
  expect(texts(distilled)).toEqual([
    raw`
      [1] STRUCT 'a' size=4 vlen=0
      [2] STRUCT 'b' size=4 vlen=0`,
    raw`
      [3] TYPEDEF 'x' type_id=5
      [4] TYPEDEF 'a' type_id=2
      [5] CONST '(anon)' type_id=1`,
  ]);
});

describe("is refused", () => {
  const base = btf.as({ layout: [...LAYOUT, [0, 0]] })`[1] STRUCT 'a' size=4 vlen=0`;

  test("standalone BTF", () => {
    expect(refused(() => new Distiller(base).distill(base)).code).toBe("not-split");
  });

  test("BTF that is split on another base than the distiller's", () => {
    const other = btf`[1] STRUCT 'a' size=4 vlen=0`;
    const split = btf.split(other)`[2] PTR '(anon)' type_id=1`;
    expect(refused(() => new Distiller(base).distill(split)).code).toBe("not-split");
  });

  test("a type of a kind whose fields are not known", () => {
    const split = btf.split(base)`[2] UNKNOWN 'new' kind=23 vlen=0`;
    expect(refused(() => distillBase(split))).toMatchObject({ code: "unknown-kind", at: { typeId: 2 } });
  });

  test("a reference to such a type in the base", () => {
    const newer = btf.as({ layout: [...LAYOUT, [0, 0]] })`[1] UNKNOWN 'new' kind=23 vlen=0`;
    const error = refused(() => distillBase(btf.split(newer)`[2] PTR '(anon)' type_id=1`));
    expect(error.code).toBe("not-distillable");
  });

  test.each([
    ["one endless string", 1, 20_000, "bad-strings"],
    ["strings as long as names may be", 12, 4_000, "unsupported"],
  ])("names that lie in %s", (_, strings, length, code) => {
    const distiller = new Distiller(base);
    expect(refused(() => distiller.distill(nestedNames(base, strings, length))).code).toBe(code);
    expect(distiller.distill(btf.split(base)`[2] PTR '(anon)' type_id=1`).baseTypes).toBe(1);
  });

  test("a header that announces what is not known", () => {
    const bytes = assemble("[2] PTR '(anon)' type_id=1", base, { hdrLen: 40 });
    bytes[36] = 1;
    expect(refused(() => distillBase(parseBtf(bytes, base))).code).toBe("bad-header");
  });

  test("with all refused references counted, the first by id told", () => {
    const vars = btf`
      [1] VAR 'v' type_id=0, linkage=static
      [2] VAR 'w' type_id=0, linkage=static`;
    const error = refused(() =>
      distillBase(btf.split(vars)`
        [3] PTR '(anon)' type_id=2
        [4] PTR '(anon)' type_id=1`),
    );
    expect(error.at.typeId).toBe(1);
    expect(error.message).toContain("1 more");
  });
});

describe("a chain of 200,000 pointers", () => {
  const count = 200_000;
  const form = { littleEndian: true, hdrLen: 24 };
  /** Each points to the one before it; the first to `end`. */
  function chain(firstId: number, end: number): Uint32Array {
    const words = new Uint32Array(count * 3);
    for (let i = 0; i < count; i++) words.set([0, makeInfo(PTR, 0), i === 0 ? end : firstId + i - 1], i * 3);
    return words;
  }

  test("in the base is copied without recursion", () => {
    const base = parseBtf(encodeBtf(chain(1, 0), new Uint8Array(1), form));
    const distilled = distillBase(btf.split(base)`[${count + 1}] CONST '(anon)' type_id=${count}`);
    expect(distilled.copiedTypes).toBe(count);
    expect(distilled.mapId(1)).toBe(2);
  });

  test("in the split BTF is renumbered without recursion", () => {
    const base = btf`
      [1] STRUCT 'unused' size=4 vlen=0
      [2] STRUCT 'end' size=4 vlen=0`;
    const split = parseBtf(encodeBtf(chain(3, 2), new Uint8Array(0), form), base);
    expect(distillBase(split)).toMatchObject({ baseTypes: 1, splitTypes: count, copiedTypes: 0 });
  });
});
