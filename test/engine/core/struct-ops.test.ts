import { describe, expect, test } from "vitest";
import { judgeObject, type ObjectVerdict } from "../../../src/engine/core/judge.ts";
import { Side } from "../../../src/engine/core/side.ts";
import { type BpfSpec, bpfObject } from "../../support/bpf.ts";
import { btf } from "../../support/btf.ts";

const KERNEL = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [3] PTR '(anon)' type_id=2
  [4] STRUCT 'cc_ops' size=24 vlen=4
    'flags' type_id=1 bits_offset=0
    'key' type_id=1 bits_offset=32
    'init' type_id=3 bits_offset=64
    'release' type_id=3 bits_offset=128
  [5] STRUCT 'bpf_struct_ops_cc_ops' size=32 vlen=2
    'common' type_id=1 bits_offset=0
    'data' type_id=4 bits_offset=64
  [6] STRUCT 'unregistered' size=4 vlen=1
    'flags' type_id=1 bits_offset=0
  [7] STRUCT 'bpf_struct_ops_hollow' size=4 vlen=1
    'common' type_id=1 bits_offset=0
  [8] STRUCT 'hollow' size=4 vlen=1
    'flags' type_id=1 bits_offset=0`;

/** Types of an object with one struct `my_ops` of the members given, in `.struct_ops.link` or another section. */
function types(members: string, size: number, name = "cc_ops", section = ".struct_ops.link"): string {
  return `
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [3] PTR '(anon)' type_id=2
  [4] STRUCT '${name}' size=${size} vlen=${members.trim().split("\n").length}
    ${members.trim()}
  [5] VAR 'my_ops' type_id=4, linkage=global
  [6] DATASEC '${section}' size=${size} vlen=1
    type_id=5 offset=0 size=${size} (VAR 'my_ops')
  [7] INT 'long' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED`;
}

const INIT = { name: "my_init", section: "struct_ops/init", code: "r0 = 0\nexit" };
const MEMBERS = `
  'init' type_id=3 bits_offset=0
  'flags' type_id=1 bits_offset=64`;

function judge(spec: Partial<BpfSpec>): ObjectVerdict {
  const { object, core } = bpfObject({ functions: [INIT], ...spec });
  return judgeObject(object, core.local, [new Side(KERNEL, "vmlinux", 8)]);
}

function messages(spec: Partial<BpfSpec>): string[] {
  return judge(spec).issues.map(({ wants, message }) => `${wants}: ${message}`);
}

const LINK = ".struct_ops.link";
const at0 = { [LINK]: { 0: "my_init" } };
const zeros = (size: number) => ({ [LINK]: new Uint8Array(size) });

describe("structs of functions (struct_ops)", () => {
  test("fit where the kernel has the struct and its members, in whatever order", () => {
    const verdict = judge({ types: types(MEMBERS, 16), data: zeros(16), pointers: at0 });
    expect(verdict).toMatchObject({ fit: "fits", issues: [] });
    expect(verdict.programs[0]).toMatchObject({ name: "my_init", fit: "fits", isLoaded: true });
  });

  test("are found by the name before ___", () => {
    expect(messages({ types: types(MEMBERS, 16, "cc_ops___v2"), data: zeros(16), pointers: at0 })).toEqual(
      [],
    );
  });

  test("may have members that the kernel lacks, as long as they are zero", () => {
    const more = `${MEMBERS}\n  'fresh' type_id=7 bits_offset=128`;
    expect(messages({ types: types(more, 24), data: zeros(24), pointers: at0 })).toEqual([]);
    const data = { [LINK]: new Uint8Array(24).fill(1, 20) };
    expect(messages({ types: types(more, 24), data, pointers: at0 })).toEqual([
      "struct cc_ops.fresh: struct_ops init_kern my_ops: Cannot find member fresh in kernel BTF",
    ]);
  });

  test("do not fit if a program is for a member that the kernel lacks; the nearest is told", () => {
    const [issue] = judge({
      types: types("'releases' type_id=3 bits_offset=0", 8),
      data: zeros(8),
      pointers: at0,
    }).issues;
    expect(issue).toMatchObject({
      code: "no-member",
      guard: "reached",
      wants: "struct cc_ops.releases",
      message: "struct_ops init_kern my_ops: Cannot find member releases in kernel BTF",
      nearest: [{ name: "release" }],
    });
  });

  test.each<[string, string, string, string]>([
    [
      "a struct that the kernel does not take programs for",
      "unregistered",
      "'flags' type_id=1 bits_offset=0",
      "struct_ops my_ops: struct_ops init_kern: struct bpf_struct_ops_unregistered is not found in kernel BTF",
    ],
    [
      "a kernel struct without the data",
      "hollow",
      "'flags' type_id=1 bits_offset=0",
      "struct_ops my_ops: struct_ops init_kern: struct hollow data is not found in struct bpf_struct_ops_hollow",
    ],
    [
      "a member of another size",
      "cc_ops",
      "'key' type_id=7 bits_offset=0",
      "struct cc_ops.key: struct_ops init_kern my_ops: Error in size of member key: 8 != 4(kernel)",
    ],
    [
      "a member of another kind",
      "cc_ops",
      "'key' type_id=3 bits_offset=0",
      "struct cc_ops.key: struct_ops init_kern my_ops: Unmatched member type key 2 != 1(kernel)",
    ],
  ])("refuses %s", (_, name, members, message) => {
    const size = members.includes("type_id=1 ") ? 4 : 8;
    const functions = [{ ...INIT, section: "tp_btf/x" }];
    expect(messages({ functions, types: types(members, size, name), data: zeros(size) })).toEqual([message]);
  });

  test("take programs for function pointers only, and only programs for such structs", () => {
    const number = types("'key' type_id=7 bits_offset=0", 8);
    expect(messages({ types: number, data: zeros(8), pointers: at0 })[0]).toBe(
      "my_ops: struct_ops reloc my_ops: cannot relocate non func ptr key",
    );
    const functions = [{ ...INIT, section: "kprobe/x" }];
    expect(messages({ functions, types: types(MEMBERS, 16), data: zeros(16), pointers: at0 })[0]).toBe(
      "my_ops: struct_ops reloc my_ops: prog my_init is not struct_ops BPF program",
    );
  });

  test("take a program for one member only", () => {
    const two = "'init' type_id=3 bits_offset=0\n'release' type_id=3 bits_offset=64";
    const pointers = { [LINK]: { 0: "my_init", 8: "my_init" } };
    expect(messages({ types: types(two, 16), data: zeros(16), pointers })).toEqual([
      "struct cc_ops.release: struct_ops init_kern my_ops: invalid reuse of prog my_init: it is for cc_ops.init",
    ]);
  });

  test("of which none is created (?.struct_ops) are not looked for, and their programs not loaded", () => {
    const section = "?.struct_ops";
    const verdict = judge({
      types: types("'init' type_id=3 bits_offset=0", 8, "not_there", section),
      data: { [section]: new Uint8Array(8) },
      pointers: { [section]: { 0: "my_init" } },
    });
    expect(verdict).toMatchObject({ fit: "fits", issues: [], programs: [{ isLoaded: false }] });
  });

  test('load the programs that they hold, even those of SEC("?struct_ops")', () => {
    const functions = [{ ...INIT, section: "?struct_ops/init" }];
    const verdict = judge({ functions, types: types(MEMBERS, 16), data: zeros(16), pointers: at0 });
    expect(verdict.programs[0].isLoaded).toBe(true);
  });

  test("are needed by programs for them: one in no struct does not load", () => {
    const verdict = judge({ types: types(MEMBERS, 16), data: zeros(16) });
    expect(verdict.fit).toBe("broken");
    expect(verdict.programs[0].issues[0].message).toContain("it is in no struct of .struct_ops");
  });
});
