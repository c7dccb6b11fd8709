import { describe, expect, it } from "vitest";
import { encodeBtf } from "../../src/btf/encode.ts";
import { CONST, INT, makeInfo, PTR, STRUCT, TYPEDEF } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type COptions, dumpC } from "../../src/dump/c.ts";
import { BtfxError } from "../../src/errors.ts";
import { assemble, btf, LAYOUT } from "../support/btf.ts";
import { cBody, printed } from "../support/dump.ts";

const INTEGER = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n";

/** The error's code and type, or the C text. */
function outcome(types: string, options: COptions = {}): string {
  try {
    return cBody(printed((sink) => dumpC(parseBtf(assemble(types)), sink, { noKfuncs: true, ...options })));
  } catch (error) {
    if (error instanceof BtfxError) return `${error.code} [${error.at.typeId}]`;
    throw error;
  }
}

describe("C dump of types that are made of themselves", () => {
  it.each([
    ["a typedef", "[1] TYPEDEF 'a' type_id=2\n[2] TYPEDEF 'b' type_id=1"],
    ["a qualifier", "[1] CONST '(anon)' type_id=1"],
    ["a pointer", "[1] PTR '(anon)' type_id=1"],
    ["an array", `${INTEGER}[2] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=1`],
    ["a struct", "[1] STRUCT 's' size=4 vlen=1\n'x' type_id=1 bits_offset=0"],
    [
      "an unnamed struct, even by pointer",
      "[1] STRUCT '(anon)' size=8 vlen=1\n'x' type_id=2 bits_offset=0\n[2] PTR '(anon)' type_id=1",
    ],
    ["a prototype", "[1] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1\n'x' type_id=1"],
  ])("ends in an error: %s", (_, types) => {
    for (const options of [{}, { unsorted: true }, { compat: true, unsorted: true }]) {
      expect(outcome(types, options)).toMatch(/^bad-type-id \[\d\]$/);
    }
  });

  it("is right where a struct only points to itself", () => {
    const types = "[1] STRUCT 's' size=8 vlen=1\n'x' type_id=2 bits_offset=0\n[2] PTR '(anon)' type_id=1";
    expect(outcome(types)).toBe("struct s {\n\tstruct s *x;\n};\n\n");
  });
});

it("C dump refuses a long chain of long tags that many members have", () => {
  const tags = Array.from(
    { length: 400 },
    (_, i) => `[${i + 2}] TYPE_TAG '${"t".repeat(500)}' type_id=${i + 1}`,
  );
  const members = Array.from({ length: 1000 }, (_, i) => `'m${i}' type_id=402 bits_offset=${i * 64}`);
  const pointer = "[402] PTR '(anon)' type_id=401";
  const types = [INTEGER.trim(), ...tags, pointer, "[403] STRUCT 's' size=8000 vlen=1000", ...members];
  expect(outcome(types.join("\n"))).toMatch(/^unsupported \[\d+\]$/);
});

describe("C dump of long chains", { timeout: 60_000 }, () => {
  const LENGTH = 200_000;
  /**
   * `LENGTH` types of one kind, each referring to the one before, down to an int; then a struct with one as its member.
   */
  function chain(kind: number, forwards: boolean): Uint8Array {
    const strings = new TextEncoder().encode("\0int\0s\0x\0t\0");
    const nameOff = kind === TYPEDEF ? 9 : 0;
    const int = [1, makeInfo(INT, 0), 4, 0x01000020];
    const words: number[] = forwards ? [] : [...int];
    for (let id = forwards ? 1 : 2; id < LENGTH + (forwards ? 1 : 2); id++) {
      words.push(nameOff, makeInfo(kind, 0), forwards ? id + 1 : id - 1);
    }
    if (forwards) words.push(...int);
    words.push(5, makeInfo(STRUCT, 1), 8, 7, forwards ? 1 : LENGTH + 1, 0);
    return encodeBtf(Uint32Array.from(words), strings, { littleEndian: true, hdrLen: 24 });
  }

  it.each([
    ["pointers", PTR, false],
    ["qualifiers", CONST, true],
    ["typedefs", TYPEDEF, false],
    ["typedefs", TYPEDEF, true],
  ])("of 200,000 %s (kind %i, forwards: %s) has the struct at their end in it", (_, kind, forwards) => {
    const types = parseBtf(chain(kind, forwards));
    expect(printed((sink) => dumpC(types, sink), 1 << 18)).toContain("struct s {");
  });

  it.each(["STRUCT", "FUNC_PROTO"])("of %s without names ends in an error that says so", (kind) => {
    let types = INTEGER;
    for (let id = 2; id < 1000; id++) {
      types +=
        kind === "STRUCT"
          ? `[${id}] STRUCT '(anon)' size=4 vlen=1\n'x' type_id=${id - 1} bits_offset=0\n`
          : `[${id}] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1\n'x' type_id=${id - 1}\n`;
    }
    types += "[1000] STRUCT 's' size=4 vlen=1\n'x' type_id=999 bits_offset=0";
    expect(outcome(types)).toMatch(/^unsupported /);
  });

  it.each([
    [
      "prototypes",
      (id: number) =>
        `[${id}] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2\n'a' type_id=${id - 1}\n'b' type_id=${id - 1}\n`,
    ],
    [
      "unnamed structs",
      (id: number) =>
        `[${id}] STRUCT '(anon)' size=4 vlen=2\n'a' type_id=${id - 1} bits_offset=0\n'b' type_id=${id - 1} bits_offset=0\n`,
    ],
  ])("that branch, of %s, ends in an error and not in 2^60 lines", (_, line) => {
    let types = INTEGER;
    for (let id = 2; id < 60; id++) types += line(id);
    types += "[60] STRUCT 's' size=4 vlen=1\n'x' type_id=59 bits_offset=0";
    expect(outcome(types)).toMatch(/^unsupported /);
  });

  it("fills a gap of half a gigabyte with one member", () => {
    const types = `${INTEGER}[2] STRUCT 's' size=268435455 vlen=1\n'x' type_id=1 bits_offset=0`;
    expect(outcome(types)).toMatch(/^struct s \{\n\tint x;\n\tunsigned char __btfx_pad_\d+\[\d+\];/);
  });

  it("fills thousands of gaps of 200 KiB line by line only as long as that is in proportion", () => {
    let types = INTEGER;
    for (let id = 2; id < 1000; id++)
      types += `[${id}] STRUCT 's${id}' size=200000 vlen=1\n'x' type_id=1 bits_offset=0\n`;
    const text = outcome(types);
    expect(text.match(/\tlong: 64;/g)?.length).toBeGreaterThan(100_000);
    expect(text.match(/__btfx_pad_/g)?.length).toBeGreaterThan(900);
    expect(text.length).toBeLessThan(4_000_000);
  });
});

describe("C dump of hostile names", () => {
  it.each([
    [
      "[1] STRUCT 'x; } evil { int y' size=0 vlen=0",
      "struct x_x3b_x20_x7d_x20evil_x20_x7b_x20int_x20y {};\n\n",
    ],
    ["[1] FWD '3com' fwd_kind=struct", "struct _3com;\n\n"],
    ["[1] TYPEDEF 'caf\\xc3\\xa9' type_id=0", "typedef void caf_xc3_xa9;\n\n"],
    [
      "[1] ENUM 'e' encoding=UNSIGNED size=4 vlen=1\n'A\\x0a#include' val=1",
      "enum e {\n\tA_x0a_x23include = 1,\n};\n\n",
    ],
  ])("changes %s into an identifier and says so", (types, expected) => {
    const warnings: string[] = [];
    expect(outcome(types, { onWarning: (warning) => warnings.push(warning) })).toBe(expected);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^the name '.*' is not a C identifier and was changed$/);
  });

  it("lets an INT have several words, but only those of C", () => {
    const member = "[2] STRUCT 's' size=8 vlen=1\n'x' type_id=1 bits_offset=0";
    const int = (name: string) =>
      `[1] INT '${name}' size=8 bits_offset=0 nr_bits=64 encoding=(none)\n${member}`;
    expect(outcome(int("long unsigned int"))).toBe("struct s {\n\tlong unsigned int x;\n};\n\n");
    expect(outcome(int("int evil"))).toBe(
      "typedef unsigned long long int_x20evil;\n\nstruct s {\n\tint_x20evil x;\n};\n\n",
    );
  });

  it("keeps tags inside their quotes and parentheses", () => {
    const struct = "[3] STRUCT 's' size=4 vlen=1\n'x' type_id=2 bits_offset=0";
    const tag = (name: string, kflag: number) =>
      outcome(`${INTEGER}[2] TYPE_TAG '${name}' type_id=1 kflag=${kflag}\n${struct}`);
    expect(tag('a"b', 0)).toContain('btf_type_tag("a\\042b")');
    expect(tag("a(1, b)", 1)).toContain("__attribute__((a(1, b)))");
    expect(tag(")) evil ((", 1)).toContain("__attribute__((_x29_x29_x20evil_x20_x28_x28))");
  });

  it("pads as bpftool does beside an INT whose bits overflow an offset", () => {
    const types = `[1] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
      [2] INT 'int' size=2147483647 bits_offset=0 nr_bits=32 encoding=SIGNED
      [3] UNION 'u' size=4 vlen=2
        'a' type_id=2 bits_offset=0
        'b' type_id=4 bits_offset=0
      [4] UNION '(anon)' size=4 vlen=2
        'c' type_id=1 bits_offset=0
        'd' type_id=2 bits_offset=0`;
    expect(outcome(types, { compat: true, unsorted: true })).toBe(
      "union u {\n\tint a;\n\tunion {\n\t\tchar c;\n\t\tint d;\n\t} b;\n};\n\n",
    );
  });

  it("leaves names alone for bpftool's sake, but not on a terminal", () => {
    const types = "[1] STRUCT 'a b\\x1b' size=0 vlen=0";
    expect(outcome(types, { compat: true, unsorted: true })).toBe("struct a b\x1b {};\n\n");
    expect(outcome(types, { compat: true, unsorted: true, escapeControl: true })).toBe(
      "struct a b\\x1b {};\n\n",
    );
  });
});

describe("C dump of kinds that are not known", () => {
  const types = btf.as({ hdrLen: 32, layout: [...LAYOUT, [4, 8]] })`
    [1] UNKNOWN 'new' kind=23 vlen=0 size=0 words=1
    [2] STRUCT 's' size=0 vlen=0`;

  it("leaves them out and says so", () => {
    const warnings: string[] = [];
    const text = printed((sink) =>
      dumpC(types, sink, { noKfuncs: true, onWarning: (w) => warnings.push(w) }),
    );
    expect(cBody(text)).toBe("struct s {};\n\n");
    expect(warnings).toEqual(["type [1] is of unknown kind 23 and was left out"]);
  });

  it("prints nothing for bpftool's sake", () => {
    expect(() => printed((sink) => dumpC(types, sink, { compat: true }))).toThrow(BtfxError);
  });
});
