import { describe, expect, it } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type COptions, dumpC } from "../../src/dump/c.ts";
import { assemble, btf } from "../support/btf.ts";
import { cBody, printed } from "../support/dump.ts";
import { CASES } from "./c.cases.ts";

const header = (types: Btf, options: COptions = {}): string => printed((sink) => dumpC(types, sink, options));
const c = (types: Btf, options: COptions = {}): string => cBody(header(types, options));

describe("C dump", () => {
  it.each(CASES)("writes $what, as bpftool does", ({ types, c: expected }) => {
    expect(c(parseBtf(assemble(types)), { unsorted: true, compat: true })).toBe(expected);
    expect(c(parseBtf(assemble(types)), { unsorted: true })).toBe(expected);
  });

  it("is the same for BTF of the other byte order", () => {
    for (const { types, c: expected } of CASES) {
      const swapped = parseBtf(assemble(types, null, { littleEndian: false }));
      expect(c(swapped, { unsorted: true })).toBe(expected);
    }
  });

  it("stands in a header that guards itself", () => {
    const text = header(btf`[1] FWD 'f' fwd_kind=struct`, { noKfuncs: true });
    expect(text.startsWith("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n")).toBe(true);
    expect(text.endsWith("#pragma clang attribute pop\n#endif\n\n#endif /* __VMLINUX_H__ */\n")).toBe(true);
    expect(cBody(text)).toBe("struct f;\n\n");
  });

  it("has types of the base in it, before those of the split BTF that need them", () => {
    const base = btf`[1] STRUCT 'lower' size=0 vlen=0`;
    const split = btf.split(base)`
      [2] STRUCT 'upper' size=0 vlen=1
        'l' type_id=1 bits_offset=0`;
    expect(c(split, { noKfuncs: true })).toBe(
      "struct lower {};\n\nstruct upper {\n\tstruct lower l;\n};\n\n",
    );
  });

  it("takes the size of pointers from who knows better", () => {
    const types = btf`
      [1] PTR '(anon)' type_id=0
      [2] STRUCT 's' size=12 vlen=2
        'p' type_id=1 bits_offset=0
        'q' type_id=1 bits_offset=64`;
    expect(c(types, { ids: [2], pointerSize: 4 })).toBe(
      "struct s {\n\tvoid *p;\n\tlong: 32;\n\tvoid *q;\n};\n\n",
    );
    expect(c(types, { ids: [2] })).toContain("__attribute__((packed))");
  });
});

describe("order of a C dump", () => {
  const TYPES = btf`
    [1] STRUCT 'zebra' size=0 vlen=0
    [2] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [3] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
      'LAST' val=0
    [4] ENUM '(anon)' encoding=UNSIGNED size=4 vlen=1
      'FIRST' val=0
    [5] TYPEDEF 'num' type_id=2
    [6] STRUCT 'ant' size=0 vlen=0
    [7] TYPEDEF 'ant_t' type_id=6
    [8] ENUM 'named' encoding=UNSIGNED size=4 vlen=0
    [9] FWD 'fwd' fwd_kind=union
    [10] PTR '(anon)' type_id=0
    [11] TYPEDEF 'handle' type_id=10
  `;
  const heads = (text: string): string[] =>
    text.match(/^(enum|struct|union|typedef)\b[^;{]*|LAST|FIRST/gm) ?? [];

  it("is by kind, then by the name that a type leads to, then by its own", () => {
    expect(heads(c(TYPES, { noKfuncs: true }))).toEqual([
      "enum ",
      "FIRST",
      "enum ",
      "LAST",
      "enum named",
      "typedef int num",
      "struct ant ",
      "typedef struct ant ant_t",
      "struct zebra ",
      "typedef void *handle",
      "union fwd",
    ]);
  });

  it("leaves out the first type for bpftool's sake", () => {
    const first = heads(c(TYPES, { noKfuncs: true, compat: true }));
    expect(first.slice(0, 3)).toEqual(["enum ", "LAST", "enum named"]);
  });

  it("tells types of one name apart by what is in them, not by their ids", () => {
    const one = btf`
      [1] STRUCT 's' size=1 vlen=0
      [2] STRUCT 's' size=4 vlen=1
        'member' type_id=0 bits_offset=0`;
    const other = btf`
      [1] STRUCT 's' size=4 vlen=1
        'member' type_id=0 bits_offset=0
      [2] STRUCT 's' size=1 vlen=0`;
    expect(c(one)).toBe(c(other));
  });

  it("is that of ids if it is not to be sorted", () => {
    expect(heads(c(TYPES, { noKfuncs: true, unsorted: true })).slice(0, 3)).toEqual([
      "struct zebra ",
      "enum ",
      "LAST",
    ]);
  });

  it("sorts chosen types too, or takes them as they come, with what they need", () => {
    const sorted = ["typedef int num", "struct ant ", "typedef struct ant ant_t"];
    expect(heads(c(TYPES, { ids: [7, 5] }))).toEqual(sorted);
    expect(heads(c(TYPES, { ids: [7, 5], unsorted: true }))).toEqual([sorted[1], sorted[2], sorted[0]]);
  });
});
