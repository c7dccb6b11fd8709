import { describe, expect, it, test } from "vitest";
import { dumpC } from "../../src/dump/c.ts";
import { dumpJson } from "../../src/dump/json.ts";
import { dumpRaw } from "../../src/dump/raw.ts";
import { describe as describeType } from "../../src/types/describe.ts";
import { btf } from "../support/btf.ts";
import { cBody, printed } from "../support/dump.ts";

/**
 * The BTF of the kernel's own test of bpftool (tools/testing/selftests/bpf/prog_tests/bpftool_btf_dump.c, Linux 7.4).
 */
const inlined = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    'arg1' type_id=1
  [3] FUNC 'foo' type_id=2 linkage=static
  [4] LOC_PARAM '(anon)' size=4 flags=8 vlen=1 words=1
  [5] LOC_PARAM '(anon)' size=8 flags=56 vlen=2 words=2,16
  [6] LOC_PARAM '(anon)' size=8 flags=41 vlen=2 words=4294967295,4294967280
  [7] LOC_PARAM '(anon)' size=8 flags=6 vlen=2 words=2596069104,305419896
  [8] LOC_PARAM '(anon)' size=8 flags=2 vlen=2 words=4277009102,3735928559
  [9] LOC_PARAM '(anon)' size=8 flags=57 vlen=2 words=4294967295,4294967264
  [10] LOC_PROTO '(anon)' vlen=7
    type_id=4
    type_id=5
    type_id=6
    type_id=7
    type_id=8
    type_id=9
    type_id=0
  [11] LOCSEC 'inline.text' vlen=1
    func_type_id=3 loc_proto_type_id=10 offset=64`;

describe("inlined functions", () => {
  it("are printed raw as the kernel's test of bpftool expects it", () => {
    const text = printed((sink) => dumpRaw(inlined, sink));
    expect(text.slice(text.indexOf("[4]"))).toBe(`[4] LOC_PARAM '(anon)' size=4 flags=0x8 vlen=1 values='reg1'
[5] LOC_PARAM '(anon)' size=8 flags=0x38 vlen=2 values='*(reg2 + 0x10)'
[6] LOC_PARAM '(anon)' size=8 flags=0x29 vlen=2 values='fbreg - 0x10'
[7] LOC_PARAM '(anon)' size=8 flags=0x6 vlen=2 values='0x123456789abcdef0 (addr)'
[8] LOC_PARAM '(anon)' size=8 flags=0x2 vlen=2 values='0xdeadbeeffeedface'
[9] LOC_PARAM '(anon)' size=8 flags=0x39 vlen=2 values='*(fbreg - 0x20)'
[10] LOC_PROTO '(anon)' vlen=7
	type_id=4 value='reg1'
	type_id=5 value='*(reg2 + 0x10)'
	type_id=6 value='fbreg - 0x10'
	type_id=7 value='0x123456789abcdef0 (addr)'
	type_id=8 value='0xdeadbeeffeedface'
	type_id=9 value='*(fbreg - 0x20)'
	type_id=0
[11] LOCSEC 'inline.text' vlen=1
	name='foo' func_type_id=3 loc_proto_type_id=10 offset=64
`);
  });

  it.each([false, true])("are printed as JSON, pretty: %s", (pretty) => {
    const { types } = JSON.parse(printed((sink) => dumpJson(inlined, sink, { pretty, ids: [5, 10, 11] })));
    expect(types[0]).toEqual({
      id: 5,
      kind: "LOC_PARAM",
      name: "(anon)",
      size: 8,
      flags: 0x38,
      vlen: 2,
      values: [2, 16],
      value: "*(reg2 + 0x10)",
    });
    expect(types[1]).toMatchObject({ kind: "LOC_PROTO", vlen: 7 });
    expect(types[1].params.slice(5)).toEqual([{ type_id: 9, value: "*(fbreg - 0x20)" }, { type_id: 0 }]);
    expect(types[2]).toMatchObject({
      name: "inline.text",
      locs: [{ name: "foo", func_type_id: 3, loc_proto_type_id: 10, offset: 64 }],
    });
  });

  it("are nothing in C", () => {
    const warnings: string[] = [];
    const onWarning = (warning: string) => warnings.push(warning);
    const text = printed((sink) => dumpC(inlined, sink, { noKfuncs: true, onWarning }));
    expect([cBody(text).trim(), warnings]).toEqual(["", []]);
  });

  it("are described as data", () => {
    expect(describeType(inlined, 5)).toMatchObject({
      flags: 0x38,
      values: [2, 16],
      location: "*(reg2 + 0x10)",
    });
    expect(describeType(inlined, 11)).toMatchObject({ places: [{ func: 3, proto: 10, offset: 64 }] });
  });
});

// What the kernel's test does not show, by the words of linux/btf.h.
test.each([
  ["two registers", "flags=8 vlen=2 words=5,4", "reg5, reg4"],
  ["a register that is dereferenced", "flags=24 vlen=1 words=7", "*(reg7)"],
  ["an offset of 64 bits", "flags=41 vlen=3 words=6,4294967288,4294967295", "reg6 - 0x8"],
  ["a signed constant", "flags=3 vlen=1 words=4294967295", "-0x1"],
  ["no value", "flags=8 vlen=0", ""],
  ["more values than a location has", "flags=8 vlen=9 words=1,1,1,1,1,1,1,1,1", `${"reg1, ".repeat(8)}...`],
])("%s is written as a location", (_, rest, location) => {
  const text = printed((sink) => dumpRaw(btf`[1] LOC_PARAM '(anon)' size=4 ${rest}`, sink));
  expect(text).toContain(`values='${location}'\n`);
});
