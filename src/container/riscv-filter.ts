import { viewOf } from "./bytes.ts";

/** `jal` with the registers x1 and x5, in which calls leave the address to return to. */
const JAL = 0xef;
const JAL_OTHER_REGISTERS = 0x0d;
const AUIPC = 0x17;
const OPCODE = 0x7f;
/** An `auipc` that the filter wrote: its register is x2, and the second instruction is not a compressed one. */
const WRITTEN = AUIPC | (2 << 7) | (3 << 12);
const WRITTEN_BITS = 0x3fff;
/** A pair takes so many bytes, and nothing is changed with fewer behind it. */
const PAIR_BYTES = 8;

/**
 * Undoes the filter for RISC-V (liblzma's `simple/riscv.c`) in place. It makes addresses absolute: those of calls by
 * `jal`, and those of pairs of `auipc` and an instruction that uses its register, of which it writes the address as the
 * second word. Pairs that looked as if the filter had written them were put into the form of a pair instead.
 */
export function undoRiscV(bytes: Uint8Array, start: number): void {
  const view = viewOf(bytes);
  for (let at = 0; at + PAIR_BYTES <= bytes.length; at += 2) {
    if (bytes[at] === JAL) {
      if ((bytes[at + 1] & JAL_OTHER_REGISTERS) !== 0) continue;
      undoCall(bytes, at, start + at);
      at += 2;
    } else if ((bytes[at] & OPCODE) === AUIPC) {
      at += undoPair(view, at, start + at) - 2;
    }
  }
}

/** The 20 bits of a `jal` are big-endian where the filter wrote them. */
function undoCall(bytes: Uint8Array, at: number, position: number): void {
  const low = bytes[at + 1];
  const offset = (((low & 0xf0) << 13) | (bytes[at + 2] << 9) | (bytes[at + 3] << 1)) - position;
  bytes[at + 1] = (low & 0x0f) | ((offset >>> 8) & 0xf0);
  bytes[at + 2] = ((offset >>> 16) & 0x0f) | ((offset >>> 7) & 0x10) | ((offset << 4) & 0xe0);
  bytes[at + 3] = ((offset >>> 4) & 0x7f) | ((offset >>> 13) & 0x80);
}

/** Returns how many bytes it looked at. */
function undoPair(view: DataView, at: number, position: number): number {
  const first = view.getUint32(at, true);
  const register = (first >>> 7) & 0x1f;
  if (register === 0 || register === 2) {
    const used = first >>> 27;
    if ((first & WRITTEN_BITS) !== WRITTEN || used === 0 || used === 2) return 4;
    const address = view.getUint32(at + 4, false) - position;
    // The second instruction adds its 12 bits with their sign.
    view.setUint32(at, AUIPC | (used << 7) | ((address + 0x800) & 0xfffff000), true);
    view.setUint32(at + 4, (first >>> 12) | (address << 20), true);
    return PAIR_BYTES;
  }
  const second = view.getUint32(at + 4, true);
  if ((second & 3) !== 3 || ((second >>> 15) & 0x1f) !== register) return 6;
  view.setUint32(at, AUIPC | (2 << 7) | (second << 12), true);
  view.setUint32(at + 4, (first & 0xfffff000) | (second >>> 20), true);
  return PAIR_BYTES;
}
