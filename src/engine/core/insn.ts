/** Codes of BPF instructions (linux/bpf.h, linux/bpf_common.h). */

/** Low three bits of an opcode: its class. */
export const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;
/** Bits 3 and 4 of a load or store: how much. */
export const SIZE = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const;
/** Bits 5 to 7 of a load or store: from or to what. `MEMSX` extends the sign; the number says what `ATOMIC` does. */
export const MODE = { IMM: 0x00, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;
/** `BPF_LOAD_ACQ`: the atomic operation that loads. */
export const LOAD_ACQUIRE = 0x100;
/** Bit 3 of an operation: the other operand is a register, not the number. */
export const SRC_REG = 0x08;
/** High four bits of a jump. */
export const JUMP = {
  JA: 0x00,
  JEQ: 0x10,
  JGT: 0x20,
  JGE: 0x30,
  JSET: 0x40,
  JNE: 0x50,
  JSGT: 0x60,
  JSGE: 0x70,
  CALL: 0x80,
  EXIT: 0x90,
  JLT: 0xa0,
  JLE: 0xb0,
  JSLT: 0xc0,
  JSLE: 0xd0,
  JCOND: 0xe0,
} as const;
/** High four bits of an operation. */
export const ALU = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  MOD: 0x90,
  XOR: 0xa0,
  MOV: 0xb0,
  ARSH: 0xc0,
  END: 0xd0,
} as const;
/** Load of a number of 64 bits, in two instructions. */
export const LD_IMM64: number = CLASS.LD | MODE.IMM | SIZE.DW;

/** `src_reg` of a call: of a helper, of a function of the object, of a kfunc. */
export const PSEUDO_CALL = { HELPER: 0, FUNCTION: 1, KFUNC: 2 } as const;

/** Bytes of an instruction. */
export const INSN_BYTES = 8;

/**
 * Instructions in memory, of either byte order: `struct bpf_insn { u8 code; u8 dst_reg:4, src_reg:4; s16 off; s32 imm;
 * }`.
 */
export class Insns {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  readonly count: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.bytes = bytes;
    this.littleEndian = littleEndian;
    this.count = Math.floor(bytes.length / INSN_BYTES);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  code(i: number): number {
    return this.bytes[i * INSN_BYTES];
  }

  dst(i: number): number {
    const regs = this.bytes[i * INSN_BYTES + 1];
    return this.littleEndian ? regs & 15 : regs >> 4;
  }

  src(i: number): number {
    const regs = this.bytes[i * INSN_BYTES + 1];
    return this.littleEndian ? regs >> 4 : regs & 15;
  }

  off(i: number): number {
    return this.#view.getInt16(i * INSN_BYTES + 2, this.littleEndian);
  }

  imm(i: number): number {
    return this.#view.getInt32(i * INSN_BYTES + 4, this.littleEndian);
  }

  /** The number that a {@link LD_IMM64} and the instruction after it hold, without sign. */
  imm64(i: number): bigint {
    return BigInt(this.imm(i) >>> 0) | (BigInt(this.imm(i + 1) >>> 0) << 32n);
  }

  setCode(i: number, code: number): void {
    this.bytes[i * INSN_BYTES] = code;
  }

  setRegs(i: number, dst: number, src: number): void {
    this.bytes[i * INSN_BYTES + 1] = this.littleEndian ? dst | (src << 4) : (dst << 4) | src;
  }

  setOff(i: number, off: number): void {
    this.#view.setInt16(i * INSN_BYTES + 2, off, this.littleEndian);
  }

  setImm(i: number, imm: number): void {
    this.#view.setInt32(i * INSN_BYTES + 4, imm, this.littleEndian);
  }
}
