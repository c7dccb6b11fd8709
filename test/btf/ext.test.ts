import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { type BtfExt, CORE_RELO, FUNC_INFO, LINE_INFO, parseBtfExt } from "../../src/btf/ext.ts";
import { checkExtRecords } from "../../src/btf/ext-records.ts";
import { BtfxError } from "../../src/errors.ts";
import { btf } from "../support/btf.ts";
import { damaged, damages } from "../support/damage.ts";
import { assembleExt, type ExtSpec } from "../support/ext.ts";

const object = btf.as({ strings: ["kprobe/do_exit", "/src/prog.bpf.c", "  return task->pid;", "0:1"] })`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'task_struct' size=8 vlen=2
    'flags' type_id=1 bits_offset=0
    'pid' type_id=1 bits_offset=32
  [3] FUNC_PROTO '(anon)' ret_type_id=1 vlen=0
  [4] FUNC 'on_exit' type_id=3 linkage=global
`;
const off = (text: string): number =>
  Buffer.from(object.strings.bytes).indexOf(`\0${text}\0`, 0, "latin1") + 1;

const PROG: ExtSpec = {
  funcInfo: [{ nameOff: off("kprobe/do_exit"), records: [[0, 4]] }],
  lineInfo: [
    {
      nameOff: off("kprobe/do_exit"),
      records: [
        [0, off("/src/prog.bpf.c"), off("  return task->pid;"), (7 << 10) | 3],
        [16, off("/src/prog.bpf.c"), 0, (8 << 10) | 1],
      ],
    },
  ],
  coreRelo: [{ nameOff: off("kprobe/do_exit"), records: [[8, 2, off("0:1"), 0]] }],
};

/** Values of one field of all records of a subsection. */
function column(ext: BtfExt, name: "funcInfo" | "lineInfo" | "coreRelo", field: number): number[] {
  return ext[name].sections.flatMap(({ start, count, stride }) =>
    Array.from({ length: count }, (_, i) => ext.words[start + i * stride + field]),
  );
}

describe.each([true, false])("a .BTF.ext section, little-endian %s", (littleEndian) => {
  test("is read record by record", () => {
    const ext = parseBtfExt(assembleExt({ ...PROG, littleEndian }));
    expect(ext.littleEndian).toBe(littleEndian);
    expect(column(ext, "funcInfo", FUNC_INFO.TYPE_ID)).toEqual([4]);
    expect(column(ext, "lineInfo", LINE_INFO.LINE_COL)).toEqual([(7 << 10) | 3, (8 << 10) | 1]);
    expect(column(ext, "coreRelo", CORE_RELO.INSN_OFF)).toEqual([8]);
    expect(column(ext, "coreRelo", CORE_RELO.ACCESS)).toEqual([off("0:1")]);
    expect(ext.coreRelo.sections.map(({ nameOff }) => nameOff)).toEqual([off("kprobe/do_exit")]);
    checkExtRecords(ext, object);
  });

  test("may have records longer than the fields known here", () => {
    const ext = parseBtfExt(assembleExt({ ...PROG, littleEndian, recordBytes: [12, 24, 32] }));
    expect(column(ext, "lineInfo", LINE_INFO.INSN_OFF)).toEqual([0, 16]);
    expect(column(ext, "coreRelo", CORE_RELO.TYPE_ID)).toEqual([2]);
  });

  test("without the relocations in its header has none", () => {
    const ext = parseBtfExt(assembleExt({ ...PROG, coreRelo: [], littleEndian, hdrLen: 24 }));
    expect(ext.coreRelo).toEqual({ recordBytes: 0, sections: [] });
    expect(column(ext, "funcInfo", FUNC_INFO.TYPE_ID)).toEqual([4]);
  });
});

test("a header that is no multiple of four does not disturb what follows", () => {
  const bytes = assembleExt(PROG);
  const odd = new Uint8Array(bytes.length + 3);
  odd.set(bytes.subarray(0, 32));
  odd.set(bytes.subarray(32), 35);
  odd[4] = 35;
  expect(parseBtfExt(odd).words).toEqual(parseBtfExt(bytes).words);
});

// The words of libbpf 1.8, btf_ext_parse and btf_ext_parse_sec_info.
test.each<[string, string, ExtSpec]>([
  ["Unsupported BTF.ext version: 2", "unsupported", { ...PROG, version: 2 }],
  ["Unsupported BTF.ext flags: 0x1", "unsupported", { ...PROG, flags: 1 }],
  ["BTF.ext header not found: 4096 bytes of", "truncated", { ...PROG, fields: { 4: 4096 } }],
  ["BTF.ext has no data", "bad-ext", { hdrLen: 32 }],
  ["header of 20 bytes is missing func_info, line_info", "bad-ext", { ...PROG, fields: { 4: 20 } }],
  ["func_info section is not aligned to 4 bytes: offset 2", "bad-ext", { ...PROG, fields: { 8: 2 } }],
  ["line_info section (off:20 len:4000) is beyond", "bad-ext", { ...PROG, fields: { 20: 4000 } }],
  ["core_relo section (off:4294967292 len:28) is beyond", "bad-ext", { ...PROG, fields: { 24: 0xfffffffc } }],
  ["func_info record size not found", "bad-ext", { ...PROG, fields: { 12: 3 } }],
  ["line_info section in .BTF.ext has invalid record size 12", "bad-ext", { ...PROG, fields: { 52: 12 } }],
  ["core_relo section in .BTF.ext has invalid record size 18", "bad-ext", { ...PROG, fields: { 96: 18 } }],
  ["core_relo section in .BTF.ext has no records", "bad-ext", { ...PROG, fields: { 28: 4 } }],
  ["core_relo section header is not found", "bad-ext", { ...PROG, fields: { 28: 8 } }],
  ["incorrect num_records in .BTF.ext: 0", "bad-ext", { ...PROG, coreRelo: [{ nameOff: 1, records: [] }] }],
  [
    "incorrect num_records in .BTF.ext: 4294967295",
    "bad-ext",
    { ...PROG, coreRelo: [{ nameOff: 1, records: [[0, 1, 1, 0]], count: 0xffffffff }] },
  ],
])("refuses: %s", (message, code, spec) => {
  let refusal: unknown;
  try {
    parseBtfExt(assembleExt(spec));
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(BtfxError);
  const { code: found, message: text, at } = refusal as BtfxError;
  expect([found, at.section]).toEqual([code, ".BTF.ext"]);
  expect(text).toContain(message);
});

test.each<[string, Uint8Array]>([
  ["truncated", new Uint8Array(0)],
  ["truncated", Uint8Array.of(0x9f, 0xeb, 1, 0, 32, 0, 0)],
  ["bad-magic", new Uint8Array(64)],
])("refuses as %s what is no such section", (code, bytes) => {
  expect(() => parseBtfExt(bytes)).toThrow(expect.objectContaining({ code }));
});

describe("records are checked against the types and names of the object", () => {
  const check = (spec: ExtSpec, of: Btf = object) => checkExtRecords(parseBtfExt(assembleExt(spec)), of);
  const section = off("kprobe/do_exit");

  test.each<[string, string, ExtSpec]>([
    [
      "func_info names [2], which is STRUCT",
      "bad-type-id",
      { funcInfo: [{ nameOff: section, records: [[0, 2]] }] },
    ],
    [
      "func_info names [0], which is kind 0",
      "bad-type-id",
      { funcInfo: [{ nameOff: section, records: [[0, 0]] }] },
    ],
    [
      "type [5] does not exist: there are 5 types",
      "bad-type-id",
      { funcInfo: [{ nameOff: section, records: [[0, 5]] }] },
    ],
    [
      "offset 4 in kprobe/do_exit is not a multiple of 8",
      "bad-ext",
      { funcInfo: [{ nameOff: section, records: [[4, 4]] }] },
    ],
    ["an ELF section without a name", "bad-ext", { funcInfo: [{ nameOff: 0, records: [[0, 4]] }] }],
    [
      "the name of an ELF section is at 99999",
      "bad-name-off",
      { funcInfo: [{ nameOff: 99999, records: [[0, 4]] }] },
    ],
    [
      "the text of a line is at 7777",
      "bad-name-off",
      { lineInfo: [{ nameOff: section, records: [[0, 0, 7777, 0]] }] },
    ],
    [
      "the access string of a CO-RE relocation is at 8888",
      "bad-name-off",
      { coreRelo: [{ nameOff: section, records: [[0, 2, 8888, 0]] }] },
    ],
    ["type [9] does not exist", "bad-type-id", { coreRelo: [{ nameOff: section, records: [[0, 9, 1, 0]] }] }],
  ])("%s", (message, code, spec) => {
    expect(() => check(spec)).toThrow(expect.objectContaining({ code }));
    expect(() => check(spec)).toThrow(message);
  });
});

test("damage gives a documented error or a section that can be walked", () => {
  const whole = assembleExt(PROG);
  fc.assert(
    fc.property(damages(4), (damage) => {
      let ext: BtfExt;
      try {
        ext = parseBtfExt(damaged(whole, damage));
        checkExtRecords(ext, object);
      } catch (error) {
        expect(error).toBeInstanceOf(BtfxError);
        return;
      }
      for (const { sections } of [ext.funcInfo, ext.lineInfo, ext.coreRelo]) {
        for (const { start, count, stride } of sections) {
          expect(start + count * stride).toBeLessThanOrEqual(ext.words.length);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
