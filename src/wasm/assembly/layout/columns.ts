import { UNESCAPED } from "../common/bytes";
import { byteAt, nameAt } from "../common/names";
import { byte, copyName, digitsOf, int64, literal, makeRoom, position, repeat, uint } from "../common/text";

/** In place of a name offset: there is no name (C's `NULL`). */
export const NO_NAME: u32 = u32.MAX_VALUE;

const SPACE: u32 = 0x20;
const TAB: u32 = 0x09;

/** Most spaces that are written at once. */
const MOST_SPACES: i32 = 512;

/**
 * Writes the name at an offset, if any, so that it is safe for a terminal: backslashes and bytes that are not printable
 * become `\xNN`.
 */
export function writeName(off: u32): void {
  if (off === 0 || off === NO_NAME) return;
  let from = copyName(nameAt(off), UNESCAPED);
  for (let special: u32 = load<u8>(from); special !== 0; special = load<u8>(from)) {
    literal("\\x");
    byte(hexDigit(special >>> 4));
    byte(hexDigit(special & 15));
    from = copyName(from + 1, UNESCAPED);
  }
}

/** The character of a hexadecimal digit, in lower case. */
export function hexDigit(value: u32): u32 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}

/** Writes the name at an offset, or `(null)` for {@link NO_NAME}, as `printf` does. */
export function writeNameOrNull(off: u32): void {
  if (off === NO_NAME) literal("(null)");
  else writeName(off);
}

/** How many columns {@link writeName} takes for a name. */
export function shownLength(off: u32): u32 {
  let length: u32 = 0;
  for (let at = off; byteAt(at) !== 0; at++) length += isPlain(byteAt(at)) ? 1 : 4;
  return length;
}

/** Whether a byte of a name is written as it is, not as `\xNN`. */
export function isPlain(value: u32): bool {
  return value >= 0x20 && value < 0x7f && value !== 0x5c;
}

/** Writes a number right-aligned in `width` columns: as `%*u`, or with `inHex` as `%#*x`. */
export function writeNumber(value: i64, width: u32, inHex: bool): void {
  if (inHex && value !== 0) {
    const digits = hexDigits(value);
    if (digits + 2 < width) repeat(SPACE, width - digits - 2);
    writeHex(value);
  } else {
    const isShort = u64(value) <= u64(u32.MAX_VALUE);
    const digits = isShort ? digitsOf(u32(value)) : width;
    if (digits < width) repeat(SPACE, width - digits);
    if (isShort) uint(u32(value));
    else int64(value);
  }
}

/** Writes a number in hexadecimal, with `0x`. */
export function writeHex(value: u64): void {
  literal("0x");
  for (let left = hexDigits(value); left > 0; left--) byte(hexDigit(u32(value >>> ((left - 1) << 2)) & 15));
}

function hexDigits(value: u64): u32 {
  return 16 - (u32(clz(value)) >>> 2);
}

/** Writes spaces until `width` columns are filled from the position `start` on. */
export function padFrom(start: u32, width: u32): void {
  writeSpaces(i32(width) - columnsFrom(start));
}

/** How many columns were written since the position `start`. */
export function columnsFrom(start: u32): i32 {
  return i32(position() - start);
}

/**
 * Writes `count` spaces, none if that is negative. There may be more than fit into the buffer, if a hostile file has a
 * long name.
 */
export function writeSpaces(count: i32): void {
  let left = count;
  for (; left > MOST_SPACES; left -= MOST_SPACES) {
    makeRoom();
    repeat(SPACE, MOST_SPACES);
  }
  makeRoom();
  if (left > 0) repeat(SPACE, left);
}

/** Writes a tab for each level, at most sixteen as pahole does. */
export function writeTabs(level: u32): void {
  makeRoom();
  repeat(TAB, min(level, 16));
}

/** Ends a line. */
export function writeLineBreak(): void {
  byte(0x0a);
}

/** Writes a number and a word, as in `2 holes`. The word gets an `s` unless the number is 1. */
export function writeCount(count: i64, word: string): void {
  int64(count);
  byte(0x20);
  literal(word);
  if (count !== 1) byte(0x73);
}
