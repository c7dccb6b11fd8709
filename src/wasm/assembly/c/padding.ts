import { byte, int64, literal, makeRoom, uint } from "../common/text";
import { wordCount } from "../common/types";
import { pointerSize } from "./layouts";
import { isCompat } from "./options";

// Writes explicit padding (`btf_dump_emit_bit_padding`, libbpf btf_dump.c). Offsets and gaps are in bits.

/** Largest gap that is filled line by line: 256 KiB, more than any real struct has. */
const LARGEST_FILLED: i64 = 1 << 21;
/** Smallest gap that may be filled by an array instead. */
const SMALLEST_ARRAY: i64 = 8 * 64;

/**
 * How many lines of padding a dump may still have. A record of 12 bytes can declare a gap that takes 32,768 lines, and
 * a file can have a million such records.
 */
let linesLeft: f64 = 0;

/** Sets the limit, in proportion to the input. A kernel has a few thousand lines. */
export function startPadding(): void {
  linesLeft = f64(1 << 18) + f64(wordCount());
}

/**
 * Fills the bits from `from` to `to` with unnamed bitfields, as far as C would not leave the gap by itself, with the
 * largest type that fits first. `align` is the alignment of what follows, in bytes. `inBitfield` says that there are
 * bitfields on both sides. If there would be too many lines, one array takes their place.
 */
export function pad(from: i64, to: i64, align: u32, inBitfield: bool, level: u32): void {
  let at = from;
  let type: u32 = 0;
  let typeBits = i64(pointerSize) * 8;
  const byLine = isCompat || takeLines(to - from, typeBits);
  let start = roundUp(at, typeBits);
  while (start > to && type < LAST_TYPE) {
    type++;
    typeBits = widthOf(type);
    start = roundUp(at, typeBits);
  }
  if (start > at && start <= to) {
    // A bitfield up to the boundary is needed if the next member would not be aligned there by itself, or if a bitfield
    // that fills the rest would still fit before the boundary.
    const isNeeded =
      inBitfield ||
      (start === to && roundUp(at, i64(align) * 8) !== start) ||
      (start !== to && to - start <= start - at);
    if (isNeeded) padLine(level, type, inBitfield ? start - at : 0);
    at = start;
  }
  if (!byLine && to - at >= SMALLEST_ARRAY) {
    const bytes = (to - at) / 8;
    indent(level);
    literal("unsigned char __btfx_pad_");
    int64(at / 8);
    byte(0x5b);
    int64(bytes);
    literal("];");
    at += bytes * 8;
  }
  while (at < to) {
    const bits = min(to - at, typeBits);
    // The rest goes to the smallest type that holds it.
    if (bits < typeBits) while (type < LAST_TYPE && widthOf(type + 1) >= bits) type++;
    padLine(level, type, bits);
    at += bits;
  }
}

/**
 * Whether C itself leaves a gap from bit `from` to bit `to` before a type with an alignment in bytes. Then {@link pad}
 * writes nothing, except between bitfields.
 */
export function isNaturalGap(from: i64, to: i64, align: u32): bool {
  const bits = i64(align) * 8;
  return (align & (align - 1)) === 0 && to - from < bits && to % bits === 0;
}

/** Writes a line break and a tab for each level, at most thirteen as libbpf does. */
export function indent(level: u32): void {
  makeRoom();
  byte(0x0a);
  for (let tabs = min<u32>(level, 13); tabs > 0; tabs--) byte(0x09);
}

/** Whether a gap is filled line by line and not by an array. If so, its lines are counted. */
function takeLines(bits: i64, lineBits: i64): bool {
  const lines = f64(bits) / f64(lineBits);
  if (bits > LARGEST_FILLED || lines > linesLeft) return false;
  linesLeft -= lines;
  return true;
}

/** Types of padding: `long`, which is as wide as a pointer, `int`, `short`, `char`. */
const LAST_TYPE: u32 = 3;

/** Bits of a type in libbpf's table. Not used for the first. */
function widthOf(type: u32): i64 {
  return 64 >> type;
}

/** Writes a line with an unnamed bitfield. */
function padLine(level: u32, type: u32, bits: i64): void {
  indent(level);
  if (type === 0) literal("long: ");
  else if (type === 1) literal("int: ");
  else if (type === 2) literal("short: ");
  else literal("char: ");
  uint(u32(bits));
  byte(0x3b);
}

/** `roundup` of C, whose division rounds towards zero. Offsets are negative if sizes overflow. */
function roundUp(value: i64, to: i64): i64 {
  return to === 0 ? value : ((value + to - 1) / to) * to;
}
