import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { dumpC } from "../../src/dump/c.ts";
import { btf } from "../support/btf.ts";
import { workDirectory } from "../support/cli.ts";
import { cBody, printed } from "../support/dump.ts";

/** Compilers at hand, without flags: a header must be right for them as it is. */
const COMPILERS = ["gcc", "clang"].filter((name) => spawnSync(name, ["--version"]).status === 0);

/** Compiles the header of a BTF together with more C; throws with the compiler's words if it does not. */
function compile(compiler: string, source: Btf, more: string): void {
  const path = join(workDirectory(), "test.c");
  writeFileSync(path, `${printed((sink) => dumpC(source, sink))}\n${more}\n`);
  execFileSync(compiler, ["-fsyntax-only", "-Werror=pragmas", "-Wno-unknown-pragmas", path], {
    stdio: "pipe",
  });
}

const body = (source: Btf) => cBody(printed((sink) => dumpC(source, sink)));
const size = (type: string, bytes: number) => `_Static_assert(sizeof(${type}) == ${bytes}, "${type}");`;

/** As kernels built with -fms-extensions have it: `struct tag;` in a struct has the members of the tag. */
const TAGGED = btf`
  [1] INT 'unsigned int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
  [2] INT 'long unsigned int' size=8 bits_offset=0 nr_bits=64 encoding=(none)
  [3] UNION 'index' size=8 vlen=2
    'head_tail' type_id=2 bits_offset=0
    'head' type_id=1 bits_offset=0
  [4] STRUCT 'pair' size=16 vlen=2
    'left' type_id=2 bits_offset=0
    'right' type_id=2 bits_offset=64
  [5] TYPEDEF 'pair_t' type_id=4
  [6] STRUCT 'ring' size=40 vlen=4
    'lock' type_id=1 bits_offset=0
    '(anon)' type_id=3 bits_offset=64
    '(anon)' type_id=5 bits_offset=128
    'max' type_id=1 bits_offset=256
`;

/** Numbers as Rust and Zig name them, beside a typedef of C by the same name. */
const FOREIGN = btf`
  [1] INT 'u8' size=1 bits_offset=0 nr_bits=8 encoding=(none)
  [2] INT 'usize' size=8 bits_offset=0 nr_bits=64 encoding=(none)
  [3] INT 'i32' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [4] INT 'bool' size=1 bits_offset=0 nr_bits=8 encoding=BOOL
  [5] INT 'char' size=4 bits_offset=0 nr_bits=32 encoding=(none)
  [6] INT 'u24' size=3 bits_offset=0 nr_bits=24 encoding=(none)
  [7] FLOAT 'f64' size=8
  [8] PTR '(anon)' type_id=1
  [9] STRUCT 'slice' size=48 vlen=8
    'data' type_id=8 bits_offset=0
    'length' type_id=2 bits_offset=64
    'pid' type_id=3 bits_offset=128
    'ok' type_id=4 bits_offset=160
    'c' type_id=5 bits_offset=192
    'rgb' type_id=6 bits_offset=224
    'f' type_id=7 bits_offset=256
    'old' type_id=10 bits_offset=320
  [10] TYPEDEF 'u8' type_id=11
  [11] INT 'unsigned char' size=1 bits_offset=0 nr_bits=8 encoding=(none)
  [12] TYPEDEF 'usize' type_id=13
  [13] INT 'long unsigned int' size=8 bits_offset=0 nr_bits=64 encoding=(none)
  [14] STRUCT 'after' size=8 vlen=1
    'n' type_id=12 bits_offset=0
`;

describe("a header that compiles without flags", () => {
  it("has the members of unnamed tagged structs written out", () => {
    expect(body(TAGGED)).toContain(
      "struct ring {\n\tunsigned int lock;\n\tunion {\n\t\tlong unsigned int head_tail;\n\t\tunsigned int head;\n\t};\n\tstruct {\n\t\tlong unsigned int left;\n\t\tlong unsigned int right;\n\t};\n\tunsigned int max;\n};",
    );
  });

  it("has them as bpftool prints them for bpftool's sake", () => {
    const text = printed((sink) => dumpC(TAGGED, sink, { compat: true }));
    expect(text).toContain("\tunsigned int lock;\n\tunion index;\n\tpair_t;\n");
  });

  it("defines numbers that C does not have, and tells apart those that C has with another size", () => {
    const warnings: string[] = [];
    const text = cBody(printed((sink) => dumpC(FOREIGN, sink, { onWarning: (each) => warnings.push(each) })));
    expect(text).toContain("typedef unsigned char u8;\n");
    expect(text).toContain("typedef long unsigned int usize;\n");
    expect(text).toContain("typedef signed int i32;\n");
    expect(text).toContain("typedef unsigned int char___4;\n");
    expect(warnings).toEqual(["the name 'char' of 4 bytes is not one of C and was changed to char___4"]);
  });

  it.each(COMPILERS)("is taken by %s", (compiler) => {
    compile(
      compiler,
      TAGGED,
      `${size("struct ring", 40)} _Static_assert(__builtin_offsetof(struct ring, max) == 32, "max");
       unsigned int f(struct ring *p) { return p->head + p->right; }`,
    );
    compile(
      compiler,
      FOREIGN,
      `${size("struct slice", 48)} u8 f(struct slice *p) { return p->data[p->length]; }`,
    );
  });
});
