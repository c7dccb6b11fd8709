import { describe, expect, it } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { mergeSplits } from "../../src/engine/merge.ts";
import { parseKernel } from "../../src/engine/verify/kernel.ts";
import { verifyBtf } from "../../src/engine/verify/verify.ts";
import { assemble, btf, raw, rawText } from "../support/btf.ts";
import { distillBase, relocateBase } from "../support/rewritten.ts";

/** A vmlinux whose own inlined functions are in its BTF, and one with two types more in front. */
const KERNEL = `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [3] FUNC 'both' type_id=2 linkage=static
  [4] LOC_PARAM '(anon)' size=4 flags=8 vlen=1 words=5`;
const kernel = btf`${KERNEL}`;
const other = btf`
  [1] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
  [2] PTR '(anon)' type_id=1
  [3] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
/** Out-of-tree modules have their inlined functions in `.BTF` itself. */
const MODULE = `
  [5] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'n' type_id=1
  [6] FUNC 'own' type_id=5 linkage=static
  [7] LOC_PARAM '(anon)' size=4 flags=2 vlen=1 words=42
  [8] LOC_PROTO '(anon)' vlen=3
    type_id=4
    type_id=7
    type_id=0
  [9] LOCSEC 'inline.text' vlen=2
    func_type_id=6 loc_proto_type_id=8 offset=16
    func_type_id=3 loc_proto_type_id=0 offset=32`;
const module = btf.split(kernel)`${MODULE}`;

const DISTILLED = raw`
  [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'n' type_id=1
  [3] FUNC 'own' type_id=2 linkage=static
  [4] LOC_PARAM '(anon)' size=4 flags=2 vlen=1 words=42
  [5] LOC_PROTO '(anon)' vlen=3
    type_id=9
    type_id=4
    type_id=0
  [6] LOCSEC 'inline.text' vlen=2
    func_type_id=3 loc_proto_type_id=5 offset=16
    func_type_id=8 loc_proto_type_id=0 offset=32
  [7] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [8] FUNC 'both' type_id=7 linkage=static
  [9] LOC_PARAM '(anon)' size=4 flags=8 vlen=1 words=5`;

describe("inlined functions of a module", () => {
  it("are distilled: what of the kernel's they name goes to the split BTF", () => {
    const distilled = distillBase(module);
    const base = parseBtf(distilled.base);
    expect(rawText(base)).toBe("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED");
    expect(rawText(parseBtf(distilled.split, base))).toBe(DISTILLED);
  });

  it("are relocated with the rest", () => {
    const distilled = distillBase(module);
    const relocation = relocateBase(parseBtf(distilled.split, parseBtf(distilled.base)), other);
    if (!relocation.ok) throw new Error(relocation.failures[0].message);
    const relocated = rawText(parseBtf(relocation.bytes, other));
    // All own ids rise by two: the new kernel has three types, the distilled base one. `int` is [3].
    expect(relocated).toContain(raw`
      [8] LOCSEC 'inline.text' vlen=2
        func_type_id=5 loc_proto_type_id=7 offset=16
        func_type_id=10 loc_proto_type_id=0 offset=32
      [9] FUNC_PROTO '(anon)' ret_type_id=3 vlen=0`);
    expect(relocated).toContain(raw`
      [7] LOC_PROTO '(anon)' vlen=3
        type_id=11
        type_id=6
        type_id=0`);
  });

  it("are merged: locations are one where they are the same, sections are not", () => {
    const twin = btf.split(kernel)`
      [5] LOC_PARAM '(anon)' size=4 flags=2 vlen=1 words=42
      [6] LOC_PROTO '(anon)' vlen=3
        type_id=4
        type_id=5
        type_id=0
      [7] LOCSEC 'inline.text' vlen=1
        func_type_id=3 loc_proto_type_id=6 offset=64
      [8] LOC_PARAM '(anon)' size=4 flags=8 vlen=1 words=5
      [9] LOC_PARAM '(anon)' size=4 flags=8 vlen=2 words=5,6`;
    const merged = parseBtf(mergeSplits(kernel, [module, twin]).bytes, kernel);
    expect(rawText(merged)).toBe(
      raw`${MODULE}
        [10] LOCSEC 'inline.text' vlen=1
          func_type_id=3 loc_proto_type_id=8 offset=64
        [11] LOC_PARAM '(anon)' size=4 flags=8 vlen=2 words=5,6`,
    );
  });
});

describe("a kernel", () => {
  const judge = (text: string, release: string) =>
    verifyBtf(assemble(text), { kernel: parseKernel(release) }).findings.map((finding) => finding.log);

  it("that has not the kinds yet says so", () => {
    expect(judge(KERNEL, "7.3")).toEqual(["[4] Invalid kind:20"]);
    expect(judge("[1] LOC_PROTO '(anon)' vlen=0\n[2] LOCSEC 'x' vlen=0", "7.3")).toEqual([
      "[1] Invalid kind:21",
      "[2] Invalid kind:22",
    ]);
  });

  it("of 7.4 takes them, but no names of locations", () => {
    expect(judge(KERNEL, "7.4")).toEqual([]);
    expect(judge("[1] LOC_PARAM 'x' size=4 flags=8 vlen=1 words=1", "7.4")).toEqual([
      "[1] LOC_PARAM x size=4 flags=0x8 vlen=1 Invalid name",
    ]);
    expect(judge("[1] LOC_PROTO 'x' vlen=0", "7.4")).toEqual(["[1] LOC_PROTO x vlen=0 Invalid name"]);
  });
});
