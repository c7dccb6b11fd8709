import { describe, expect, test } from "vitest";
import { readBpfObject } from "../../src/elf/bpf-object.ts";
import { memorySource } from "../../src/elf/byte-source.ts";
import { isBpfObject } from "../../src/elf/magic.ts";
import { readElf } from "../../src/elf/read.ts";
import type { BtfxError } from "../../src/errors.ts";
import { inflate } from "../../src/io/codecs/inflate.ts";
import { assembleElf, type ElfSpec, type SymbolSpec } from "../support/elf.ts";

const EXEC = 0x6;
const ALLOC = 0x2;
const EXIT = [0x95, 0, 0, 0, 0, 0, 0, 0];
const CALL = (imm: number) => [
  0x85,
  0x10,
  0,
  0,
  imm & 0xff,
  imm < 0 ? 0xff : 0,
  imm < 0 ? 0xff : 0,
  imm < 0 ? 0xff : 0,
];
const LD_IMM64 = (imm: number) => [0x18, 1, 0, 0, imm, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/** Relocations as REL entries: byte offset and symbol number. */
function rel(...entries: [offset: number, symbol: number][]): Uint8Array {
  const out = new Uint8Array(entries.length * 16);
  const view = new DataView(out.buffer);
  for (const [i, [offset, symbol]] of entries.entries()) {
    view.setUint32(i * 16, offset, true);
    view.setUint32(i * 16 + 8, 10, true);
    view.setUint32(i * 16 + 12, symbol, true);
  }
  return out;
}

const SYMBOLS: SymbolSpec[] = [
  { name: "inner", section: ".text", type: 2, value: 8, size: 8 },
  { name: "", section: ".text", type: 3 },
  { name: "outer", section: ".text", type: 2, value: 0, size: 8, global: true },
  { name: "prog", section: "kprobe/x", type: 2, value: 0, size: 64, global: true },
  { name: "bpf_kfunc", section: 0, global: true },
  { name: "setting", section: ".rodata", type: 1, value: 4, size: 4, global: true },
];

function object(
  changes: Partial<ElfSpec> & { readonly relocations?: Uint8Array; readonly code?: number[] } = {},
) {
  const code = changes.code ?? [
    ...CALL(0),
    ...CALL(-1),
    ...CALL(-1),
    ...LD_IMM64(0),
    ...LD_IMM64(8),
    ...EXIT,
  ];
  return readElf(
    memorySource(
      assembleElf({
        bits: 64,
        littleEndian: true,
        machine: 247,
        sections: [
          { name: ".text", flags: EXEC, data: Uint8Array.from([...EXIT, ...EXIT]) },
          { name: "kprobe/x", flags: EXEC, data: Uint8Array.from(code) },
          {
            name: ".relkprobe/x",
            type: 9,
            link: ".symtab",
            info: "kprobe/x",
            data: changes.relocations ?? rel([0, 2], [8, 3], [16, 5], [24, 6], [40, 2]),
          },
          { name: ".rodata", flags: ALLOC, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
          { name: ".bss", flags: ALLOC, type: 8, size: 64 },
          { name: "license", data: Uint8Array.of(71, 80, 76, 0) },
        ],
        symbols: SYMBOLS,
        ...changes,
      }),
    ),
    inflate,
  );
}

describe("a BPF object file", () => {
  test("is told by its machine and type", () => {
    expect(isBpfObject(object())).toBe(true);
    expect(isBpfObject(object({ machine: 62 }))).toBe(false);
    expect(isBpfObject(object({ type: 2 }))).toBe(false);
  });

  test("has functions by section and place", () => {
    expect(readBpfObject(object()).functions).toEqual([
      { name: "outer", section: 1, start: 0, count: 1, isGlobal: true },
      { name: "inner", section: 1, start: 1, count: 1, isGlobal: false },
      { name: "prog", section: 2, start: 0, count: 8, isGlobal: true },
    ]);
  });

  test("has references, by a section and a distance or by a name", () => {
    const { code } = readBpfObject(object());
    expect([...code[1].references]).toEqual([
      [0, { kind: "function", section: 1, insn: 1 }],
      [1, { kind: "function", section: 1, insn: 0 }],
      [2, { kind: "extern", name: "bpf_kfunc", isWeak: false }],
      [3, { kind: "data", section: 4, offset: 4 }],
      [5, { kind: "function", section: 1, insn: 1 }],
    ]);
  });

  test("has data and names for others to give", () => {
    const { data, externs } = readBpfObject(object());
    expect(data.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      [".rodata", 8],
      [".bss", 0],
    ]);
    expect(externs).toEqual([{ name: "bpf_kfunc", isWeak: false }]);
  });

  test("may be patched without changing the file", () => {
    const elf = object();
    const [text] = readBpfObject(elf).code;
    text.bytes.fill(0);
    expect(elf.data(elf.sections[1])[0]).toBe(0x95);
  });
});

describe("refused are", () => {
  const far = (changes: Partial<SymbolSpec>) =>
    SYMBOLS.map((symbol) => (symbol.name === "prog" ? { ...symbol, ...changes } : symbol));

  test.each<[string, Parameters<typeof object>[0], string]>([
    [
      "functions beyond their section",
      { symbols: far({ size: 72 }) },
      "program 'prog' at offset 0 crosses section",
    ],
    ["functions far beyond it", { symbols: far({ value: 2 ** 40 }) }, "crosses section boundary"],
    [
      "functions between instructions",
      { symbols: far({ value: 4, size: 8 }) },
      "is of no whole instructions",
    ],
    ["half instructions", { code: [...EXIT, 1, 2, 3] }, "11 bytes of code are no whole number"],
    ["relocations of no instruction", { relocations: rel([4, 2]) }, "a relocation at 4 is of no instruction"],
    ["relocations beyond the code", { relocations: rel([64, 2]) }, "a relocation at 64 is of no instruction"],
    ["relocations of no symbol", { relocations: rel([0, 99]) }, "a relocation names symbol 99"],
  ])("%s", (_, changes, message) => {
    expect(() => readBpfObject(object(changes))).toThrow(message);
    expect(() => readBpfObject(object(changes))).toThrow(expect.objectContaining({ code: "bad-elf" }));
  });
});

test("a section of code whose name is longer than any kernel takes is refused, in few words", () => {
  const name = `kprobe/${"x".repeat(100_000)}`;
  const file = assembleElf({
    bits: 64,
    littleEndian: true,
    sections: [{ name, flags: EXEC, data: Uint8Array.from(EXIT) }],
  });
  const read = () => readBpfObject(readElf(memorySource(file), inflate));
  expect(read).toThrow("the name of section 1, which holds code, has more than 1024 characters");
  try {
    read();
  } catch (error) {
    expect(String((error as BtfxError).at.section).length).toBeLessThan(100);
  }
});
