import { endsIn } from "./bytes";
import { flush } from "./host";

// Collects text and hands it to the host whenever the buffer is nearly full. Most writers do not check whether there is
// room: call `makeRoom` first, which makes room for ROOM bytes.

/** How many bytes can be written after {@link makeRoom}. */
export const ROOM: usize = 1024;

/** Copying eight bytes at a time may write up to so many bytes behind the end. */
const SLACK: usize = 8;
const TEXT_BYTES: usize = 1 << 18;
const TEXT: usize = memory.data(262144, 8);
/** Text is handed on when it goes beyond this address. */
const LIMIT: usize = TEXT + TEXT_BYTES - ROOM - SLACK;
/** The numbers 0 to 9999 in decimal, four characters each. */
const DIGITS: usize = memory.data(40000, 8);

/** Address of the next byte. */
let at: usize = TEXT;
/** How many bytes were handed on. */
let handedOn: u32 = 0;

/** Hands the collected text to the host. */
export function handOn(): void {
  const length = u32(at - TEXT);
  at = TEXT;
  handedOn += length;
  if (length > 0) flush(TEXT, length);
}

/** Drops text that was not handed on. */
export function startText(): void {
  at = TEXT;
}

/** How many bytes were written, modulo 2^32. Only differences of positions mean something. */
export function position(): u32 {
  return handedOn + u32(at - TEXT);
}

/** Makes room for {@link ROOM} bytes. */
export function makeRoom(): void {
  if (at > LIMIT) handOn();
}

/** Writes up to {@link ROOM} bytes. They are copied eight at a time; what is copied too much will be overwritten. */
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

/** Writes a byte `count` times, up to {@link ROOM}, eight at a time like {@link put}. */
export function repeat(value: u32, count: u32): void {
  const end = at + count;
  const bytes = u64(value) * (u64.MAX_VALUE / 255);
  for (let to = at; to < end; to += 8) store<u64>(to, bytes);
  at = end;
}

/** 0x00ff00ff00ff00ff */
const EVERY_SECOND_BYTE: u64 = u64.MAX_VALUE / 0x101;
/** 0x0000ffff0000ffff */
const EVERY_SECOND_PAIR: u64 = u64.MAX_VALUE / 0x10001;

/** Writes a text of ASCII. A string of AssemblyScript has two bytes for each character. */
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

/**
 * Fills the table of digits. To be called once. It works without divisions, which would take longer than everything
 * else at the start.
 */
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

/** Writes a number below 10000. */
function short(value: u32): void {
  const length = digitsOf(value);
  store<u32>(at, load<u32>(DIGITS + (value << 2)) >>> ((4 - length) << 3));
  at += length;
}

/** Writes a number below 10000 as four digits. */
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

/** Writes a number of 64 bits in decimal. */
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

/** Writes a signed number of 64 bits in decimal. */
export function int64(value: i64): void {
  if (value >= 0) {
    uint64(value);
    return;
  }
  store<u8>(at, 0x2d);
  at++;
  uint64(-value);
}

/** Writes a number in lower-case hexadecimal, without `0x`. */
export function hex(value: u32): void {
  let shift = 28;
  while (shift > 0 && value >>> shift === 0) shift -= 4;
  for (; shift >= 0; shift -= 4) {
    const digit = (value >>> shift) & 15;
    store<u8>(at, digit < 10 ? 0x30 + digit : 0x57 + digit);
    at++;
  }
}

/** How many decimal digits a number has. */
export function digitsOf(value: u32): u32 {
  if (value >= 10000) return 4 + digitsOf(value / 10000);
  return 1 + u32(value > 9) + u32(value > 99) + u32(value > 999);
}

/**
 * Copies the name at address `from` up to its NUL, or up to the first byte that `form` does not copy (`common/bytes`).
 * Returns the address where it stopped. Makes room by itself for a name of any length, and leaves room for {@link ROOM}
 * less 8 bytes.
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
