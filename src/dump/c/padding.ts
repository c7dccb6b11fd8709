import { ascii } from "../../btf/strings.ts";
import type { ByteSink } from "../sink.ts";

/** Largest gap that is filled line by line, 256 KiB: more than any real struct has. */
const LARGEST_FILLED_BITS = 1 << 21;
/** Smallest gap that may become an array instead. */
const SMALLEST_ARRAY_BITS = 8 * 64;

/**
 * Lines of padding that a dump may still have. A record of 12 bytes may declare a gap that takes 32,768 lines, and a file
 * may have a million such records.
 */
export class PadLines {
  private left: number;

  /** `words`: those of the types that are printed. A kernel has some thousand lines. */
  constructor(words: number) {
    this.left = 2 ** 18 + words;
  }

  /** Whether a gap is filled line by line, and not by an array. Counts its lines if so. */
  take(bits: number, lineBits: number): boolean {
    const lines = bits / lineBits;
    if (bits > LARGEST_FILLED_BITS || lines > this.left) return false;
    this.left -= lines;
    return true;
  }
}

/**
 * Fills the bits from `from` to `to` with unnamed bitfields, of the largest type that fits first, and only where C would
 * not leave the gap by itself (`btf_dump_emit_bit_padding`, libbpf btf_dump.c). `align` is that of what comes after the
 * gap, in bytes; `inBitfield` says that bitfields are on both sides. Unless `byLine`, one array takes the place of many lines.
 */
export function emitBitPadding(
  sink: ByteSink,
  from: number,
  to: number,
  pointerBits: number,
  align: number,
  inBitfield: boolean,
  level: number,
  byLine: boolean,
): void {
  let at = from;
  let pad = 0;
  let padBits = pointerBits;
  let start = roundUp(at, padBits);
  while (start > to && pad < PADS.length - 1) {
    padBits = PADS[++pad].bits;
    start = roundUp(at, padBits);
  }
  if (start > at && start <= to) {
    // A marker is needed if the next member would not be aligned there by itself, or if a filling bitfield would
    // still fit before the boundary.
    const isNeeded =
      inBitfield ||
      (start === to && roundUp(at, align * 8) !== start) ||
      (start !== to && to - start <= start - at);
    if (isNeeded) padLine(sink, level, PADS[pad].text, inBitfield ? start - at : 0);
    at = start;
  }
  if (!byLine && to - at >= SMALLEST_ARRAY_BITS) {
    const bytes = Math.floor((to - at) / 8);
    indent(sink, level);
    sink.text(`unsigned char __btfx_pad_${at / 8}[${bytes}];`);
    at += bytes * 8;
  }
  while (at < to) {
    const bits = Math.min(to - at, padBits);
    // The rest goes to the smallest type that holds it.
    if (bits < padBits) while (pad < PADS.length - 1 && PADS[pad + 1].bits >= bits) pad++;
    padLine(sink, level, PADS[pad].text, bits);
    at += bits;
  }
}

/**
 * Whether C itself leaves the gap from bit `from` to bit `to` before a type with this alignment, in bytes: then
 * {@link emitBitPadding} writes nothing, except between bitfields.
 */
export function isNaturalGap(from: number, to: number, align: number): boolean {
  const bits = align * 8;
  return (align & (align - 1)) === 0 && to - from < bits && to % bits === 0;
}

/** Writes a line break and tabs: thirteen at most, as in libbpf. */
export function indent(sink: ByteSink, level: number): void {
  sink.put(INDENTS[level < INDENTS.length ? level : INDENTS.length - 1]);
}

const INDENTS: readonly Uint8Array[] = Array.from({ length: 14 }, (_, level) =>
  ascii(`\n${"\t".repeat(level)}`),
);

/** The first is as wide as a pointer; the width in this table is not used for it. */
const PADS: readonly { readonly text: Uint8Array; readonly bits: number }[] = [
  { text: ascii("long: "), bits: 64 },
  { text: ascii("int: "), bits: 32 },
  { text: ascii("short: "), bits: 16 },
  { text: ascii("char: "), bits: 8 },
];

function padLine(sink: ByteSink, level: number, type: Uint8Array, bits: number): void {
  indent(sink, level);
  sink.put(type);
  sink.uint(bits);
  sink.byte(0x3b);
}

/** `roundup` of C, whose division rounds towards zero: offsets below zero come of sizes that overflow. */
function roundUp(value: number, to: number): number {
  return to === 0 ? value : Math.trunc((value + to - 1) / to) * to;
}
