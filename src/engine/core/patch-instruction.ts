import { EINVAL, ERANGE } from "./errno.ts";
import { CLASS, type Insns, JUMP, LD_IMM64, SIZE, SRC_REG } from "./insn.ts";
import type { Value } from "./values.ts";

/** `195896080`, what a poisoned instruction calls: 0xbad2310, "bad relo". */
export const POISON_CALL = 0xbad2310;

/** The outcome of patching an instruction, in libbpf's words, or why it failed, with its errno. */
export type Patch =
  | { readonly ok: true; readonly isPoisoned: boolean; readonly lines: readonly string[] }
  | { readonly ok: false; readonly errno: number; readonly message: string };

/**
 * Writes the value of a relocation into instruction `i`, as `bpf_core_patch_insn` does: into the number of an operation
 * or of a 64-bit load, or into the offset of a load or store, whose width follows the field's. A value that is poison,
 * and a width that cannot follow, make it a call that no verifier lets through. Nothing is changed where it fails.
 * `shownIndex` is the instruction's number in libbpf's lines, which count from the start of the program.
 */
export function patchInsn(insns: Insns, i: number, value: Value, shownIndex: number): Patch {
  if (i >= insns.count) return failed(`insn #${shownIndex} lies behind the program`);
  if (value.poison) return poison(insns, i, shownIndex);
  switch (insns.code(i) & 7) {
    case CLASS.ALU:
    case CLASS.ALU64:
      return patchNumber(insns, i, value, shownIndex);
    case CLASS.LDX:
    case CLASS.ST:
    case CLASS.STX:
      return patchAccess(insns, i, value, shownIndex);
    case CLASS.LD:
      return patchLoad64(insns, i, value, shownIndex);
    default: {
      const code = `code:0x${insns.code(i).toString(16)}, src:0x${insns.src(i).toString(16)}, dst:0x${insns.dst(i).toString(16)}`;
      const rest = `off:0x${(insns.off(i) >>> 0).toString(16)}, imm:0x${(insns.imm(i) >>> 0).toString(16)}`;
      return failed(`trying to relocate unrecognized insn #${shownIndex}, ${code}, ${rest}`);
    }
  }
}

/** `bpf_core_poison_insn`, of a 64-bit load both halves. */
function poison(insns: Insns, i: number, shownIndex: number): Patch {
  const lines: string[] = [];
  const isWide = insns.code(i) === LD_IMM64 && i + 1 < insns.count;
  for (const at of isWide ? [0, 1] : [0]) {
    lines.push(`substituting insn #${shownIndex + at} w/ invalid insn`);
    writePoison(insns, i + at, POISON_CALL);
  }
  return { ok: true, isPoisoned: true, lines };
}

/** Turns an instruction into a call of a helper that does not exist. */
function writePoison(insns: Insns, i: number, helper: number): void {
  insns.setCode(i, CLASS.JMP | JUMP.CALL);
  insns.setRegs(i, 0, 0);
  insns.setOff(i, 0);
  insns.setImm(i, helper);
}

function patchNumber(insns: Insns, i: number, value: Value, shownIndex: number): Patch {
  if ((insns.code(i) & SRC_REG) !== 0) return failed(`insn #${shownIndex} takes a register, not a number`);
  const imm = insns.imm(i);
  if (value.validate && u64(imm) !== value.original) {
    return failed(unexpected(shownIndex, "ALU/ALU64", `${imm}`, value));
  }
  insns.setImm(i, Number(BigInt.asIntN(32, value.value)));
  return patched(`patched insn #${shownIndex} (ALU/ALU64) imm ${u64(imm)} -> ${value.value}`);
}

function patchAccess(insns: Insns, i: number, value: Value, shownIndex: number): Patch {
  const off = insns.off(i);
  if (value.validate && u64(off) !== value.original) {
    return failed(unexpected(shownIndex, "LDX/ST/STX", `${off}`, value));
  }
  if (value.value > 0x7fffn) {
    return failed(`insn #${shownIndex} (LDX/ST/STX) value too big: ${value.value}`, ERANGE);
  }
  if (value.failsResize) {
    const why =
      "accesses field incorrectly. Make sure you are accessing pointers, unsigned integers, or fields of matching type and size.";
    const { lines } = poison(insns, i, shownIndex) as { lines: readonly string[] };
    return { ok: true, isPoisoned: true, lines: [`insn #${shownIndex} (LDX/ST/STX) ${why}`, ...lines] };
  }
  const moved = `patched insn #${shownIndex} (LDX/ST/STX) off ${u64(off)} -> ${value.value}`;
  if (value.size === value.originalSize) {
    insns.setOff(i, Number(value.value));
    return patched(moved);
  }
  const code = insns.code(i);
  const bytes = ACCESS_BYTES.get(code & 0x18);
  if (bytes !== value.originalSize) {
    return failed(
      `insn #${shownIndex} (LDX/ST/STX) unexpected mem size: got ${bytes}, exp ${value.originalSize}`,
    );
  }
  const size = [...ACCESS_BYTES].find(([, each]) => each === value.size)?.[0];
  if (size === undefined)
    return failed(`insn #${shownIndex} (LDX/ST/STX) invalid new mem size: ${value.size}`);
  insns.setOff(i, Number(value.value));
  insns.setCode(i, (code & 0xe7) | size);
  return patched(
    moved,
    `patched insn #${shownIndex} (LDX/ST/STX) mem_sz ${value.originalSize} -> ${value.size}`,
  );
}

const ACCESS_BYTES: ReadonlyMap<number, number> = new Map([
  [SIZE.DW, 8],
  [SIZE.W, 4],
  [SIZE.H, 2],
  [SIZE.B, 1],
]);

function patchLoad64(insns: Insns, i: number, value: Value, shownIndex: number): Patch {
  const isPlain =
    insns.code(i) === LD_IMM64 &&
    i + 1 < insns.count &&
    insns.src(i) === 0 &&
    insns.off(i) === 0 &&
    insns.code(i + 1) === 0 &&
    insns.dst(i + 1) === 0 &&
    insns.src(i + 1) === 0 &&
    insns.off(i + 1) === 0;
  if (!isPlain) return failed(`insn #${shownIndex} (LDIMM64) has unexpected form`);
  const imm = insns.imm64(i);
  if (value.validate && imm !== value.original) {
    return failed(unexpected(shownIndex, "LDIMM64", `${imm}`, value));
  }
  insns.setImm(i, Number(BigInt.asIntN(32, value.value)));
  insns.setImm(i + 1, Number(BigInt.asIntN(32, value.value >> 32n)));
  return patched(`patched insn #${shownIndex} (LDIMM64) imm64 ${imm} -> ${value.value}`);
}

function u64(value: number): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

function unexpected(shownIndex: number, what: string, got: string, value: Value): string {
  return `unexpected insn #${shownIndex} (${what}) value: got ${got}, exp ${value.original} -> ${value.value}`;
}

function patched(...lines: string[]): Patch {
  return { ok: true, isPoisoned: false, lines };
}

function failed(message: string, errno: number = EINVAL): Patch {
  return { ok: false, errno, message };
}
