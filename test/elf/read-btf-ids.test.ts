import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/elf/byte-source.ts";
import { readElf } from "../../src/elf/read.ts";
import { readBtfIds } from "../../src/elf/read-btf-ids.ts";
import { assembleElf, ELF_TARGETS, type ElfSpec, type SectionSpec, type SymbolSpec } from "../support/elf.ts";
import { refused } from "../support/refused.ts";

const LE64 = { bits: 64, littleEndian: true } as const;

/** The section and symbols of nf_conntrack.ko, with two kfuncs of ten, and a plain set. */
const WORDS = [500, 900, 2, 1, 1001, 16, 1002, 7, 2, 30, 40, 0];
const SYMBOLS: SymbolSpec[] = [
  { name: "", section: ".BTF_ids", type: 3 },
  { name: "__BTF_ID__struct__nf_conn__11030", section: ".BTF_ids", value: 0, size: 4, type: 1 },
  { name: "__BTF_ID__struct__nf_conn___init__1104", section: ".BTF_ids", value: 4, size: 4, type: 1 },
  { name: "__BTF_ID__set8__nf_ct_kfunc_set", section: ".BTF_ids", value: 8, size: 24 },
  { name: "__BTF_ID__func__bpf_ct_release__1105", section: ".BTF_ids", value: 16, size: 4, type: 1 },
  { name: "__BTF_ID__func__bpf_skb_ct_alloc__1106", section: ".BTF_ids", value: 24, size: 4, type: 1 },
  { name: "__BTF_ID__set__plain", section: ".BTF_ids", value: 32, size: 12 },
  { name: "btf_nf_conn_ids", section: ".BTF_ids", value: 0, global: true, type: 1 },
  { name: "$d", section: ".BTF_ids", value: 0 },
  { name: "__BTF_ID__func__elsewhere__1", section: ".text", value: 0 },
];

function read(
  symbols: readonly SymbolSpec[],
  words: readonly number[] = WORDS,
  options: Partial<ElfSpec> = {},
  section: Partial<SectionSpec> = {},
): ReturnType<typeof readBtfIds> {
  const bytes = assembleElf({
    ...LE64,
    sections: [
      { name: ".text", data: new Uint8Array(4) },
      { name: ".BTF_ids", flags: 2, words, ...section },
    ],
    symbols,
    ...options,
  });
  return readBtfIds(readElf(memorySource(bytes)));
}

const LAYOUT = {
  entries: [
    { offset: 0, kind: "struct", name: "nf_conn" },
    { offset: 4, kind: "struct", name: "nf_conn___init" },
    { offset: 16, kind: "func", name: "bpf_ct_release" },
    { offset: 24, kind: "func", name: "bpf_skb_ct_alloc" },
  ],
  sets: [
    { offset: 8, kind: "set8", name: "nf_ct_kfunc_set", count: 2, size: 24 },
    { offset: 32, kind: "set", name: "plain", count: 2, size: 12 },
  ],
  labels: [{ offset: 0, name: "btf_nf_conn_ids" }],
  strays: [],
};

describe("readBtfIds", () => {
  it.each(ELF_TARGETS)("tells ids, sets and lists apart by the symbols of $target", (target) => {
    expect(read(SYMBOLS, WORDS, target)?.layout).toEqual(LAYOUT);
  });

  it("takes symbol values of a linked kernel as addresses", () => {
    const addr = 0xffffffff_82345678n;
    const symbols = SYMBOLS.map((symbol) =>
      symbol.section === ".BTF_ids" ? { ...symbol, value: BigInt(symbol.value ?? 0) + addr } : symbol,
    );
    expect(read(symbols, WORDS, { type: 2 }, { addr })?.layout).toEqual(LAYOUT);
  });

  it("says that a file has no such section", () => {
    expect(readBtfIds(readElf(memorySource(assembleElf({ ...LE64, sections: [] }))))).toBeUndefined();
  });

  it("reads sets that were never resolved: all zeros", () => {
    expect(read(SYMBOLS, new Array(12).fill(0))?.layout).toEqual(LAYOUT);
  });

  it("says that the symbols were stripped, and when to distill", () => {
    for (const symbols of [[], [{ name: "btf_nf_conn_ids", section: ".BTF_ids" }]]) {
      const error = refused(() => read(symbols));
      expect(error).toMatchObject({ code: "bad-btf-ids", at: { section: ".BTF_ids" } });
      expect(error.hint).toContain("before stripping");
    }
  });

  it("needs no symbols where every word is 0", () => {
    expect(read([], [0, 0])?.layout).toMatchObject({ entries: [], sets: [], strays: [] });
  });

  it("names words that no symbol describes", () => {
    expect(read(SYMBOLS.slice(0, 2), [500, 77, 0, 78])?.layout.strays).toEqual([4, 12]);
  });

  const IN = { section: ".BTF_ids" } as const;
  it.each([
    [
      "a set of more ids than it says",
      { ...IN, name: "__BTF_ID__set8__s", value: 8, size: 32 },
      "says it has 2 ids",
    ],
    ["a set past the end", { ...IN, name: "__BTF_ID__set__s", value: 40, size: 12 }, "no words inside"],
    ["a set8 of half an element", { ...IN, name: "__BTF_ID__set8__s", value: 8, size: 20 }, "multiple of 8"],
    ["a set without a count", { ...IN, name: "__BTF_ID__set__s", value: 44, size: 0 }, "no words inside"],
    [
      "a set before the section",
      { ...IN, name: "__BTF_ID__set__s", value: 2 ** 40, size: 4 },
      "no words inside",
    ],
    ["an id past the end", { ...IN, name: "__BTF_ID__func__f__1", value: 48 }, "no words inside"],
    ["an id between words", { ...IN, name: "__BTF_ID__func__f__1", value: 2 }, "no words inside"],
    ["an id in the place of a count", { ...IN, name: "__BTF_ID__func__f__1", value: 8 }, "count or flags"],
    ["an id in the place of flags", { ...IN, name: "__BTF_ID__func__f__1", value: 20 }, "count or flags"],
    ["two ids in one place", { ...IN, name: "__BTF_ID__func__f__1", value: 16 }, "another id"],
    ["sets that overlap", { ...IN, name: "__BTF_ID__set__s", value: 36, size: 4 }, ""],
    ["a kind that cannot be asked for", { ...IN, name: "__BTF_ID__enum__e__1", value: 44 }, "no known kind"],
    ["an id without a number", { ...IN, name: "__BTF_ID__func__f", value: 44 }, "no name and number"],
  ])("refuses %s", (_what, symbol, message) => {
    const error = refused(() => read([...SYMBOLS.filter(({ name }) => !isReplaced(name, symbol)), symbol]));
    expect(error).toMatchObject({ code: "bad-btf-ids", at: { section: ".BTF_ids" } });
    expect(error.message).toContain(message);
  });

  it("refuses a symbol whose name does not end", () => {
    expect(refused(() => read([{ name: "x".repeat(2000), section: ".BTF_ids" }])).code).toBe("bad-btf-ids");
  });
});

/** A bad set8 stands in for the good one, since two would overlap first. */
function isReplaced(name: string, by: SymbolSpec): boolean {
  return by.value === 8 && by.name.startsWith("__BTF_ID__set8") && name.startsWith("__BTF_ID__set8");
}
