import { describe, expect, test } from "vitest";
import { parseBtf } from "../../../src/btf/parse.ts";
import { parseKernel } from "../../../src/engine/verify/kernel.ts";
import { loadObject, type ObjectSymbol } from "../../../src/engine/verify/load-object.ts";
import { type ObjectParts, verifyObject } from "../../../src/engine/verify/verify-object.ts";
import { assemble, raw, rawText } from "../../support/btf.ts";
import { assembleExt, type ExtSpec } from "../../support/ext.ts";

/** What clang writes: a section without size and offsets, externs of the kernel and of its configuration. */
const OBJECT = `
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] VAR 'first' type_id=1 linkage=global
  [3] VAR 'second' type_id=1 linkage=global
  [4] DATASEC '.data' size=0 vlen=2
    type_id=3 offset=0 size=4
    type_id=2 offset=0 size=4
  [5] VAR 'bpf_prog_active' type_id=1 linkage=extern
  [6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
    '(anon)' type_id=1
  [7] FUNC 'bpf_kfunc' type_id=6 linkage=extern
  [8] DATASEC '.ksyms' size=0 vlen=2
    type_id=5 offset=0 size=4
    type_id=7 offset=0 size=0
  [9] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
  [10] VAR 'CONFIG_A' type_id=9 linkage=extern
  [11] VAR 'CONFIG_HZ' type_id=1 linkage=extern
  [12] DATASEC '.kconfig' size=0 vlen=2
    type_id=10 offset=0 size=1
    type_id=11 offset=0 size=4
  [13] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [14] FUNC 'hidden' type_id=13 linkage=global
`;

function symbol(name: string, kind: ObjectSymbol["kind"], value = 0, isHidden = false): ObjectSymbol {
  return { name, kind, value, isGlobal: true, isHidden };
}

const SYMBOLS = [
  symbol("first", "variable", 4),
  symbol("second", "variable", 0, true),
  ...["bpf_prog_active", "bpf_kfunc", "CONFIG_A", "CONFIG_HZ"].map((name) => symbol(name, "extern")),
  symbol("hidden", "function", 0, true),
];

function objectOf(text: string, more: Partial<ObjectParts> = {}): ObjectParts {
  return {
    btf: assemble(text),
    ext: undefined,
    symbols: SYMBOLS,
    sectionSize: (name) => (name === ".data" ? 8 : undefined),
    code: (name) => (name === "kprobe/x" ? CODE : undefined),
    ...more,
  };
}

/** Three instructions, of which the second takes two places. */
const CODE = Uint8Array.of(
  0xb7,
  ...new Array(7).fill(0),
  0x18,
  ...new Array(15).fill(0),
  0x95,
  ...new Array(7).fill(0),
);

/** What libbpf loads, without the names that a dump adds. */
function loaded(text: string, kernel = "7.3", symbols = SYMBOLS): string {
  const result = loadObject(parseBtf(assemble(text)), objectOf(text, { symbols }), parseKernel(kernel));
  if (!("bytes" in result)) return result.message;
  return rawText(parseBtf(result.bytes))
    .replaceAll(", linkage", " linkage")
    .replace(/ \(VAR '\w+'\)/g, "");
}

describe("what libbpf makes of an object before it loads it", () => {
  test("sizes and offsets from the ELF file, externs as variables, hidden names as static ones", () => {
    expect(loaded(OBJECT)).toBe(raw`
      [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
      [2] VAR 'first' type_id=1 linkage=global
      [3] VAR 'second' type_id=1 linkage=static
      [4] DATASEC '.data' size=8 vlen=2
      	type_id=3 offset=0 size=4
      	type_id=2 offset=4 size=4
      [5] VAR 'bpf_prog_active' type_id=1 linkage=global
      [6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
      	'dummy_ksym' type_id=1
      [7] FUNC 'bpf_kfunc' type_id=6 linkage=global
      [8] DATASEC '.ksyms' size=8 vlen=2
      	type_id=5 offset=0 size=4
      	type_id=15 offset=4 size=4
      [9] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
      [10] VAR 'CONFIG_A' type_id=9 linkage=global
      [11] VAR 'CONFIG_HZ' type_id=1 linkage=global
      [12] DATASEC '.kconfig' size=5 vlen=2
      	type_id=11 offset=0 size=4
      	type_id=10 offset=4 size=1
      [13] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
      [14] FUNC 'hidden' type_id=13 linkage=static
      [15] VAR 'dummy_ksym' type_id=1 linkage=global
    `);
  });

  test("nothing that an old kernel does not know", () => {
    const text = `
      [1] FLOAT 'float' size=4
      [2] TYPE_TAG 'user' type_id=1
      [3] ENUM 'e' encoding=SIGNED size=4 vlen=0
      [4] ENUM64 'big' encoding=UNSIGNED size=8 vlen=1
        'A' val=1ULL
      [5] STRUCT 's' size=4 vlen=0
      [6] DECL_TAG 'tag' type_id=5 component_idx=-1
      [7] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0
      [8] FUNC 'f' type_id=7 linkage=global`;
    expect(loaded(text, "5.4", [])).toBe(raw`
      [1] STRUCT '(anon)' size=4 vlen=0
      [2] CONST '(anon)' type_id=1
      [3] ENUM 'e' encoding=UNSIGNED size=4 vlen=0
      [4] UNION 'big' size=8 vlen=1
      	'A' type_id=9 bits_offset=0
      [5] STRUCT 's' size=4 vlen=0
      [6] INT 'tag' size=1 bits_offset=0 nr_bits=8 encoding=(none)
      [7] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0
      [8] FUNC 'f' type_id=7 linkage=static
      [9] INT 'enum64_placeholder' size=1 bits_offset=0 nr_bits=8 encoding=(none)
    `);
    const verdict = verifyObject(objectOf(text, { symbols: [] }), { kernel: parseKernel("5.4") });
    expect(verdict.verdict).toBe("accept");
    expect(verdict.changes).toContain("1 ENUM64 replaced, which Linux 5.4 does not know");
    expect(
      verifyObject(objectOf(text, { symbols: [] }), { kernel: parseKernel("5.4"), asIs: true }).verdict,
    ).toBe("reject");
  });

  test("the question mark before a section's name, in place: names that share it change too", () => {
    const name = `?${"s".repeat(200_000)}`;
    const text = `
      [1] DATASEC '${name}' size=4 vlen=0
      [2] STRUCT '${name}' size=4 vlen=0`;
    const taken = name.replace("?", "_");
    expect(loaded(text, "6.12", [])).toBe(raw`${text}`);
    expect(loaded(text, "6.11", [])).toBe(raw`
      [1] DATASEC '${taken}' size=4 vlen=0
      [2] STRUCT '${taken}' size=4 vlen=0`);
  });

  test.each([
    [
      "a section that is not there",
      "[1] DATASEC '.gone' size=0 vlen=0",
      "sec '.gone': failed to determine size from ELF: size 0",
    ],
    [
      "a variable without a symbol",
      "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n[2] VAR 'v' type_id=1 linkage=global\n[3] DATASEC '.data' size=0 vlen=1\ntype_id=2 offset=0 size=4",
      "sec '.data': failed to find ELF symbol for VAR 'v'",
    ],
  ])("%s ends it", (_, text, message) => {
    const { verdict, errno, log } = verifyObject(objectOf(text, { symbols: [] }));
    expect({ verdict, errno, log }).toEqual({ verdict: "reject", errno: 2, log: message });
  });
});

describe("the verdict on an object", () => {
  test("is on what libbpf loads, or with asIs on the bytes", () => {
    expect(verifyObject(objectOf(OBJECT))).toMatchObject({
      verdict: "accept",
      changes: [
        "2 externs of .ksyms made variables",
        "2 externs of .kconfig made variables",
        "size and offsets of 1 section filled in from the ELF file",
      ],
    });
    expect(verifyObject(objectOf(OBJECT), { asIs: true })).toMatchObject({
      verdict: "reject",
      log: "[4] DATASEC .data size=0 vlen=2 size == 0",
      changes: null,
    });
  });
});

describe(".BTF.ext", () => {
  const text = `
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'task_struct' size=4 vlen=1
      'pid' type_id=1 bits_offset=0
    [3] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
    [4] FUNC 'prog' type_id=3 linkage=global
    [5] TYPEDEF '0:0' type_id=1
    [6] TYPEDEF 'kprobe/x' type_id=1
    [7] TYPEDEF 'gone' type_id=1
    [8] TYPEDEF '0:' type_id=1`;
  const btf = parseBtf(assemble(text));
  const off = (id: number) => btf.nameOff(id);
  const good: ExtSpec = {
    funcInfo: [{ nameOff: off(6), records: [[0, 4]] }],
    lineInfo: [{ nameOff: off(6), records: [[0, off(5), off(5), 1]] }],
    coreRelo: [{ nameOff: off(6), records: [[8, 2, off(5), 0]] }],
  };
  const faults = (spec: ExtSpec) =>
    verifyObject(
      objectOf("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED", {
        btf: btf.bytes,
        ext: assembleExt(spec),
      }),
      { asIs: true },
    )
      .findings.filter(({ phase }) => phase === "btf-ext")
      .map(({ detail }) => detail);

  test("that is right has no findings", () => {
    expect(faults(good)).toEqual([]);
  });

  const core = (records: number[][]): ExtSpec => ({ ...good, coreRelo: [{ nameOff: off(6), records }] });
  test.each<[string, ExtSpec, RegExp]>([
    ["of another version", { ...good, version: 2 }, /version: 2/],
    [
      "with records that are too short",
      { funcInfo: [{ nameOff: off(6), records: [[0]] }], recordBytes: [4, 16, 16] },
      /invalid record size 4/,
    ],
    [
      "with a function that is none",
      { ...good, funcInfo: [{ nameOff: off(6), records: [[0, 2]] }] },
      /func_info names \[2\], which is STRUCT/,
    ],
    ["with a type that does not exist", core([[8, 99, off(5), 0]]), /type \[99\] does not exist/],
    [
      "with an instruction after the end",
      core([[800, 2, off(5), 0]]),
      /lies after the 32 bytes of kprobe\/x/,
    ],
    ["with half an instruction", core([[16, 2, off(5), 0]]), /is the second half of an instruction/],
    ["with an odd offset", core([[4, 2, off(5), 0]]), /not a multiple of 8/],
    [
      "with an access string that is none",
      core([[8, 2, off(8), 0]]),
      /access string "0:" of a CO-RE relocation/,
    ],
    ["with a relocation of no known kind", core([[8, 2, off(5), 13]]), /of kind 13, known are 0 to 12/],
    [
      "with a file name outside the strings",
      { ...good, lineInfo: [{ nameOff: off(6), records: [[0, 5000, 0, 1]] }] },
      /the file name of a line is at 5000/,
    ],
    [
      "with records of a section that is not there",
      { ...good, funcInfo: [{ nameOff: off(7), records: [[0, 4]] }] },
      /there is no section gone/,
    ],
  ])("%s is found out", (_, spec, message) => {
    const [first, ...more] = faults(spec);
    expect(first).toMatch(message);
    expect(more).toEqual([]);
  });
});
