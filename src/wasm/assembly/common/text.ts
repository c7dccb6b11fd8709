import { endsIn } from "./bytes";
import { flush } from "./host";

// Text that is written: it is collected, and handed on to the host whenever there is much of it. Numbers and short texts are written
// without a look at the room for them: whoever writes makes room first, for up to ROOM bytes.

/** Bytes that can be written after {@link makeRoom}. */
export const ROOM: usize = 1024;

/** What is copied eight bytes at a time may go beyond its end. */
const SLACK: usize = 8;
const TEXT_BYTES: usize = 1 << 18;
const TEXT: usize = memory.data(262144, 8);
/** Text is handed on when it comes to here. */
const LIMIT: usize = TEXT + TEXT_BYTES - ROOM - SLACK;
/** Decimal digits of 0 to 9,999, four characters each. */
const DIGITS: usize = memory.data(40000, 8);

/** Where the next byte is written. */
let at: usize = TEXT;
/** How many bytes were handed on. */
let handedOn: u32 = 0;

/** Hands on what was written. */
export function handOn(): void {
  const length = u32(at - TEXT);
  at = TEXT;
  handedOn += length;
  if (length > 0) flush(TEXT, length);
}

/** Forgets what was written and not handed on. */
export function startText(): void {
  at = TEXT;
}

/** How many bytes were written, modulo 2^32: for differences. */
export function position(): u32 {
  return handedOn + u32(at - TEXT);
}

/** Makes sure of room for {@link ROOM} bytes. */
export function makeRoom(): void {
  if (at > LIMIT) handOn();
}

/** Copies up to {@link ROOM} bytes, eight at a time: what is copied beyond its end is overwritten by what comes next. */
export function put(text: usize, length: usize): void {
  const end = at + length;
  for (let to = at; to < end; to += 8, text += 8) store<u64>(to, load<u64>(text));
  at = end;
}

/** Writes one byte. */
export function byte(value: u32): void {
  store<u8>(at, u8(value));
  at++;
}

/** Writes a byte up to {@link ROOM} times, eight at a time as {@link put}. */
export function repeat(value: u32, count: u32): void {
  const end = at + count;
  const bytes = u64(value) * (u64.MAX_VALUE / 255);
  for (let to = at; to < end; to += 8) store<u64>(to, bytes);
  at = end;
}

/** 0x00ff00ff00ff00ff, and 0x0000ffff0000ffff. */
const EVERY_SECOND_BYTE: u64 = u64.MAX_VALUE / 0x101;
const EVERY_SECOND_PAIR: u64 = u64.MAX_VALUE / 0x10001;

/** Writes a text of ASCII. Strings have two bytes for each character. */
export function literal(text: string): void {
  let from = changetype<usize>(text);
  const end = at + text.length;
  for (let to = at; to < end; to += 4, from += 8) {
    const pairs = load<u64>(from) & EVERY_SECOND_BYTE;
    const quads = (pairs | (pairs >> 8)) & EVERY_SECOND_PAIR;
    store<u32>(to, u32(quads | (quads >> 16)));
  }
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
  const length = digitsOf(value);
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

/** The number of decimal digits. */
export function digitsOf(value: u32): u32 {
  if (value >= 10000) return 4 + digitsOf(value / 10000);
  return 1 + u32(value > 9) + u32(value > 99) + u32(value > 999);
}

/**
 * Copies the name at `from`, of any length, up to its NUL or the first byte that `form` does not copy (`bytes`), eight bytes at a
 * time. Returns where it stopped. Makes room by itself, and leaves {@link ROOM} less 8 bytes.
 */
export function copyName(from: usize, form: u32): usize {
  makeRoom();
  let bytes = load<u64>(from);
  let ends = endsIn(bytes, form);
  while (ends === 0) {
    store<u64>(at, bytes);
    from += 8;
    at += 8;
    makeRoom();
    bytes = load<u64>(from);
    ends = endsIn(bytes, form);
  }
  store<u64>(at, bytes);
  const length = usize(ctz(ends) >> 3);
  at += length;
  return from + length;
}
