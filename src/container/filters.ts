import { viewOf } from "./bytes.ts";
import { undoRiscV } from "./riscv-filter.ts";

/**
 * The filters that .xz applies before LZMA2, to make it compress better: delta, and branch converters, which make the
 * targets of calls absolute. The names and rules are those of liblzma (`src/liblzma/simple`).
 */
export interface Filter {
  readonly name: string;
  /**
   * Undoes the filter in place. `start` is the position of the first byte for branch filters, `distance` that of delta,
   * both in bytes.
   */
  readonly undo: (bytes: Uint8Array, start: number, distance: number) => void;
}

/** Id of the delta filter. */
export const DELTA = 0x03;
/** Id of LZMA2, which is a filter of .xz too. */
export const LZMA2 = 0x21;

/** By the ids of the .xz file format, 5.3. */
export const FILTERS: ReadonlyMap<number, Filter> = new Map([
  [DELTA, { name: "delta", undo: undoDelta }],
  [0x04, { name: "x86", undo: undoX86 }],
  [0x05, { name: "powerpc", undo: undoPowerPc }],
  [0x07, { name: "arm", undo: undoArm }],
  [0x08, { name: "armthumb", undo: undoArmThumb }],
  [0x09, { name: "sparc", undo: undoSparc }],
  [0x0a, { name: "arm64", undo: undoArm64 }],
  [0x0b, { name: "riscv", undo: undoRiscV }],
]);

/** Filters that are known by name only. */
export const OTHER_FILTERS: ReadonlyMap<number, string> = new Map([[0x06, "ia64"]]);

function undoDelta(bytes: Uint8Array, _start: number, distance: number): void {
  for (let i = distance; i < bytes.length; i++) bytes[i] += bytes[i - distance];
}

/**
 * CALL and JMP (E8, E9) with a 32-bit operand whose highest byte is 00 or FF. A byte that looks like an opcode may be
 * part of an operand: `recent` has a bit for each of the last three bytes that looked like one. If they make an operand
 * doubtful, it stays as it is.
 */
function undoX86(bytes: Uint8Array, start: number): void {
  const view = viewOf(bytes);
  const isHigh = (byte: number) => byte === 0 || byte === 0xff;
  let recent = 0;
  let last = -1;
  for (let at = 0; at + 4 < bytes.length; at++) {
    if ((bytes[at] & 0xfe) !== 0xe8) continue;
    const gap = at - last;
    last = at;
    recent = gap > 3 ? 0 : (recent << (gap - 1)) & 7;
    // After several possible opcodes, only these patterns leave no doubt, and the last byte of the oldest operand must
    // not be 00 or FF.
    if (recent !== 0 && (!UNDOUBTED.has(recent) || isHigh(bytes[at + 4 - OLDEST[recent]]))) {
      recent = (recent << 1) | 1;
      continue;
    }
    if (!isHigh(bytes[at + 4])) {
      recent = (recent << 1) | 1;
      continue;
    }
    let source = view.getUint32(at + 1, true);
    let target: number;
    for (;;) {
      target = (source - (start + at + 5)) >>> 0;
      if (recent === 0) break;
      const shift = OLDEST[recent] * 8;
      if (!isHigh((target >>> (24 - shift)) & 0xff)) break;
      source = (target ^ (2 ** (32 - shift) - 1)) >>> 0;
    }
    view.setUint32(at + 1, (target & 0x01ffffff) | -(target & 0x01000000), true);
    at += 4;
  }
}

const UNDOUBTED: ReadonlySet<number> = new Set([1, 2, 4]);
/** By the bits of `recent`: how many bytes back the oldest possible opcode is. */
const OLDEST = [0, 1, 2, 2, 3, 3, 3, 3];

/** BL with a 26-bit operand. */
function undoPowerPc(bytes: Uint8Array, start: number): void {
  eachWord(bytes, false, (word, at) => {
    if ((word & 0xfc000003) >>> 0 !== 0x48000001) return word;
    return 0x48000001 | (((word & 0x03fffffc) - (start + at)) & 0x03fffffc);
  });
}

/** BL, always. Operands count words from the instruction after the next. */
function undoArm(bytes: Uint8Array, start: number): void {
  eachWord(bytes, true, (word, at) => {
    if (word >>> 24 !== 0xeb) return word;
    return 0xeb000000 | ((word - ((start + at + 8) >>> 2)) & 0x00ffffff);
  });
}

/** BL of two halfwords with 11 bits of the operand each. */
function undoArmThumb(bytes: Uint8Array, start: number): void {
  for (let at = 0; at + 3 < bytes.length; at += 2) {
    if ((bytes[at + 1] & 0xf8) !== 0xf0 || (bytes[at + 3] & 0xf8) !== 0xf8) continue;
    const source =
      ((bytes[at + 1] & 7) << 19) | (bytes[at] << 11) | ((bytes[at + 3] & 7) << 8) | bytes[at + 2];
    const target = ((source << 1) - (start + at + 4)) >> 1;
    bytes[at + 1] = 0xf0 | ((target >> 19) & 7);
    bytes[at] = target >> 11;
    bytes[at + 3] = 0xf8 | ((target >> 8) & 7);
    bytes[at + 2] = target;
    at += 2;
  }
}

/** CALL with a 22-bit operand whose sign is extended to 30 bits. */
function undoSparc(bytes: Uint8Array, start: number): void {
  eachWord(bytes, false, (word, at) => {
    if (word >>> 22 !== 0x100 && word >>> 22 !== 0x1ff) return word;
    const target = ((word << 2) - (start + at)) >>> 2;
    return ((0x40000000 - (target & 0x400000)) | 0x40000000 | (target & 0x3fffff)) >>> 0;
  });
}

/** BL with a 26-bit operand, and ADRP within 512 MiB, whose 21 bits lie in two places. */
function undoArm64(bytes: Uint8Array, start: number): void {
  eachWord(bytes, true, (word, at) => {
    const position = start + at;
    if (word >>> 26 === 0x25) return 0x94000000 | ((word - (position >>> 2)) & 0x03ffffff);
    if ((word & 0x9f000000) >>> 0 !== 0x90000000) return word;
    const source = ((word >>> 29) & 3) | ((word >>> 3) & 0x1ffffc);
    if (((source + 0x020000) & 0x1c0000) !== 0) return word;
    const target = source - (position >>> 12);
    const rest = (word & 0x9000001f) | ((target & 3) << 29) | ((target & 0x03fffc) << 3);
    return rest | (-(target & 0x020000) & 0xe00000);
  });
}

function eachWord(
  bytes: Uint8Array,
  littleEndian: boolean,
  change: (word: number, at: number) => number,
): void {
  const view = viewOf(bytes);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const word = view.getUint32(at, littleEndian);
    const changed = change(word, at) >>> 0;
    if (changed !== word) view.setUint32(at, changed, littleEndian);
  }
}
