import { describe, expect, test } from "vitest";
import { Insns } from "../../../src/engine/core/insn.ts";
import { POISON_CALL, patchInsn } from "../../../src/engine/core/patch-instruction.ts";
import type { Value } from "../../../src/engine/core/values.ts";

const PLAIN: Value = {
  original: 4n,
  value: 8n,
  poison: false,
  validate: true,
  originalSize: 4,
  size: 4,
  failsResize: false,
};

/** Instructions by their numbers: `[code, dst, src, off, imm]`. */
function program(insns: readonly (readonly number[])[], littleEndian: boolean): Insns {
  const bytes = new Uint8Array(insns.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, [code, dst, src, off, imm]] of insns.entries()) {
    bytes[i * 8] = code;
    bytes[i * 8 + 1] = littleEndian ? (src << 4) | dst : (dst << 4) | src;
    view.setInt16(i * 8 + 2, off, littleEndian);
    view.setInt32(i * 8 + 4, imm, littleEndian);
  }
  return new Insns(bytes, littleEndian);
}

function numbers(insns: Insns): number[][] {
  return Array.from({ length: insns.count }, (_, i) => [
    insns.code(i),
    insns.dst(i),
    insns.src(i),
    insns.off(i),
    insns.imm(i),
  ]);
}

const MOV = 0xb7; // r = imm
const ADD = 0x07; // r += imm
const LDX_W = 0x61;
const LDX_DW = 0x79;
const STX_H = 0x6b;
const LD_IMM64 = 0x18;
const CALL = [0x85, 0, 0, 0, POISON_CALL];

describe.each([true, false])("little-endian %s", (littleEndian) => {
  test.each<[string, number[][], Partial<Value>, number[][], string[]]>([
    ["a number", [[MOV, 1, 0, 0, 4]], {}, [[MOV, 1, 0, 0, 8]], ["patched insn #5 (ALU/ALU64) imm 4 -> 8"]],
    [
      "a number of the upper half",
      [[ADD, 1, 0, 0, 4]],
      { value: 0xfffffffffffffffbn },
      [[ADD, 1, 0, 0, -5]],
      ["patched insn #5 (ALU/ALU64) imm 4 -> 18446744073709551611"],
    ],
    [
      "a negative number that stands there",
      [[MOV, 1, 0, 0, -5]],
      { original: 0xfffffffffffffffbn, value: 7n },
      [[MOV, 1, 0, 0, 7]],
      ["patched insn #5 (ALU/ALU64) imm 18446744073709551611 -> 7"],
    ],
    [
      "an offset",
      [[LDX_W, 2, 1, 4, 0]],
      {},
      [[LDX_W, 2, 1, 8, 0]],
      ["patched insn #5 (LDX/ST/STX) off 4 -> 8"],
    ],
    [
      "an offset and a width",
      [[STX_H, 2, 1, 4, 0]],
      { originalSize: 2, size: 8 },
      [[0x7b, 2, 1, 8, 0]],
      ["patched insn #5 (LDX/ST/STX) off 4 -> 8", "patched insn #5 (LDX/ST/STX) mem_sz 2 -> 8"],
    ],
    [
      "64 bits",
      [
        [LD_IMM64, 3, 0, 0, 4],
        [0, 0, 0, 0, 0],
      ],
      { value: 0x123456789abcdef0n },
      [
        [LD_IMM64, 3, 0, 0, 0x9abcdef0 | 0],
        [0, 0, 0, 0, 0x12345678],
      ],
      ["patched insn #5 (LDIMM64) imm64 4 -> 1311768467463790320"],
    ],
    [
      "what was not there to be certain of",
      [[MOV, 1, 0, 0, 99]],
      { validate: false },
      [[MOV, 1, 0, 0, 8]],
      ["patched insn #5 (ALU/ALU64) imm 99 -> 8"],
    ],
    ["poison", [[LDX_W, 2, 1, 4, 0]], { poison: true }, [CALL], ["substituting insn #5 w/ invalid insn"]],
    [
      "poison for both halves",
      [
        [LD_IMM64, 3, 0, 0, 4],
        [0, 0, 0, 0, 0],
      ],
      { poison: true },
      [CALL, CALL],
      ["substituting insn #5 w/ invalid insn", "substituting insn #6 w/ invalid insn"],
    ],
    [
      "poison where the width cannot follow",
      [[LDX_W, 2, 1, 4, 0]],
      { size: 8, failsResize: true },
      [CALL],
      [
        "insn #5 (LDX/ST/STX) accesses field incorrectly. Make sure you are accessing pointers, unsigned integers, or fields of matching type and size.",
        "substituting insn #5 w/ invalid insn",
      ],
    ],
  ])("writes %s", (_, before, value, after, lines) => {
    const insns = program(before, littleEndian);
    expect(patchInsn(insns, 0, { ...PLAIN, ...value }, 5)).toMatchObject({ ok: true, lines });
    expect(numbers(insns)).toEqual(after);
  });

  test.each<[string, number, number[][], Partial<Value>]>([
    ["unexpected insn #5 (ALU/ALU64) value: got 5, exp 4 -> 8", 22, [[MOV, 1, 0, 0, 5]], {}],
    ["unexpected insn #5 (LDX/ST/STX) value: got 6, exp 4 -> 8", 22, [[LDX_W, 2, 1, 6, 0]], {}],
    [
      "unexpected insn #5 (LDIMM64) value: got 5, exp 4 -> 8",
      22,
      [
        [LD_IMM64, 1, 0, 0, 5],
        [0, 0, 0, 0, 0],
      ],
      {},
    ],
    ["insn #5 (LDX/ST/STX) value too big: 32768", 34, [[LDX_W, 2, 1, 4, 0]], { value: 32768n }],
    ["insn #5 (LDX/ST/STX) unexpected mem size: got 8, exp 4", 22, [[LDX_DW, 2, 1, 4, 0]], { size: 8 }],
    ["insn #5 (LDX/ST/STX) invalid new mem size: 3", 22, [[LDX_W, 2, 1, 4, 0]], { size: 3 }],
    ["insn #5 (LDIMM64) has unexpected form", 22, [[LD_IMM64, 1, 0, 0, 4]], {}],
    [
      "insn #5 (LDIMM64) has unexpected form",
      22,
      [
        [LD_IMM64, 1, 1, 0, 4],
        [0, 0, 0, 0, 0],
      ],
      {},
    ],
    ["insn #5 takes a register, not a number", 22, [[0xbf, 1, 2, 0, 0]], {}],
    ["trying to relocate unrecognized insn #5, code:0x95", 22, [[0x95, 0, 0, 0, 0]], {}],
    ["insn #5 lies behind the program", 22, [], {}],
  ])("refuses: %s", (message, errno, before, value) => {
    const insns = program(before, littleEndian);
    const patch = patchInsn(insns, 0, { ...PLAIN, ...value }, 5);
    expect(patch).toMatchObject({ ok: false, errno, message: expect.stringContaining(message) });
    expect(numbers(insns)).toEqual(before);
  });
});
