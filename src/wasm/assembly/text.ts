import { DIGITS, TEXT, TEXT_END } from "../places";
import { flush, writeName } from "./host";

/** Text is handed on when it comes to here: what a step writes fits in behind, but for names, which look for themselves. */
const LIMIT: usize = TEXT_END - 1024;

/** Where the next byte is written. */
let at: usize = TEXT;

/** Hands on what was written. */
export function handOn(): void {
  const length = at - TEXT;
  at = TEXT;
  if (length > 0) flush(u32(length));
}

export function makeRoom(): void {
  if (at > LIMIT) handOn();
}

/** Copies a text, eight bytes at a time: what is copied beyond its end is overwritten by what comes next. */
export function put(text: usize, length: usize): void {
  const end = at + length;
  for (let to = at; to < end; to += 8, text += 8) store<u64>(to, load<u64>(text));
  at = end;
}

/** Writes the digits that the numbers are made of. Without divisions, which take longer than all else at a start. */
export function writeDigits(): void {
  let to: usize = DIGITS;
  for (let a: u32 = 0x30; a < 0x3a; a++) {
    for (let b: u32 = 0x3000; b < 0x3a00; b += 0x100) {
      for (let c: u32 = 0x300000; c < 0x3a0000; c += 0x10000) {
        for (let d: u32 = 0x30000000; d < 0x3a000000; d += 0x1000000) {
          store<u32>(to, a | b | c | d);
          to += 4;
        }
      }
    }
  }
}

/** Writes a number below 10,000. */
function short(value: u32): void {
  const length = 1 + u32(value > 9) + u32(value > 99) + u32(value > 999);
  store<u32>(at, load<u32>(DIGITS + (value << 2)) >>> ((4 - length) << 3));
  at += length;
}

/** Writes a number below 10,000 with its leading zeros. */
function four(value: u32): void {
  store<u32>(at, load<u32>(DIGITS + (value << 2)));
  at += 4;
}

/** Writes a number in decimal. */
export function uint(value: u32): void {
  if (value < 10000) {
    short(value);
    return;
  }
  const high = value / 10000;
  if (high < 10000) short(high);
  else {
    short(high / 10000);
    four(high % 10000);
  }
  four(value % 10000);
}

export function uint64(value: u64): void {
  if (value >>> 32 === 0) {
    uint(u32(value));
    return;
  }
  uint64(value / 100000000);
  const low = u32(value % 100000000);
  four(low / 10000);
  four(low % 10000);
}

export function int64(value: i64): void {
  if (value >= 0) {
    uint64(value);
    return;
  }
  store<u8>(at, 0x2d);
  at++;
  uint64(-value);
}

/** Writes a number in hexadecimal. */
export function hex(value: u32): void {
  let shift = 28;
  while (shift > 0 && value >>> shift === 0) shift -= 4;
  for (; shift >= 0; shift -= 4) {
    const digit = (value >>> shift) & 15;
    store<u8>(at, digit < 10 ? 0x30 + digit : 0x57 + digit);
    at++;
  }
}

/** A byte of 1, and one of 0x80, in each of eight places. */
const ONES: u64 = u64.MAX_VALUE / 255;
const TOPS: u64 = ONES << 7;

/** Marks the bytes that are zero by their top bit. Marks above the first may be wrong. */
function zeros(bytes: u64): u64 {
  return (bytes - ONES) & ~bytes & TOPS;
}

/** Marks the bytes that are no printable ASCII, or a quote or a backslash, as {@link zeros} does. */
function specials(bytes: u64): u64 {
  const controls = (bytes - ONES * 0x20) & ~bytes;
  const aboveTilde = bytes | (bytes + ONES);
  return ((controls | aboveTilde) & TOPS) | zeros(bytes ^ (ONES * 0x22)) | zeros(bytes ^ (ONES * 0x5c));
}

/**
 * Copies the name at `strings + off` up to its NUL, eight bytes at a time. If `escapes`, the host writes it from its first
 * special byte on.
 */
export function name(strings: usize, off: u32, escapes: bool): void {
  let from = strings + off;
  let to = at;
  for (;;) {
    const bytes = load<u64>(from);
    const ends = escapes ? specials(bytes) : zeros(bytes);
    store<u64>(to, bytes);
    if (ends !== 0) {
      const length = usize(ctz(ends) >> 3);
      at = to + length;
      if (escapes && load<u8>(from + length) !== 0) {
        handOn();
        writeName(u32(from + length - strings));
      }
      return;
    }
    from += 8;
    to += 8;
    if (to > LIMIT) {
      at = to;
      handOn();
      to = at;
    }
  }
}
