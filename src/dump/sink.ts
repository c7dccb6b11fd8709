/**
 * Where dumps write: one large buffer that is handed on each time it is full. Text is written as bytes; names are copied
 * out of the string section without being decoded, since a string per name costs more than everything else together.
 */
export class ByteSink {
  readonly #flush: (chunk: Uint8Array) => void;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = 0;
  #handedOn = 0;

  /** `flush` gets each full chunk and must be done with it when it returns: the buffer is used again. */
  constructor(flush: (chunk: Uint8Array) => void, capacity: number = 1 << 18) {
    this.#flush = flush;
    this.#bytes = new Uint8Array(capacity);
    this.#end = capacity;
  }

  /** Number of bytes written so far. */
  get position(): number {
    return this.#handedOn + this.#at;
  }

  /** Hands on what is left. */
  finish(): void {
    this.#handedOn += this.#at;
    if (this.#at > 0) this.#flush(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
  }

  /** Writes one byte. */
  byte(value: number): void {
    if (this.#at === this.#end) this.finish();
    this.#bytes[this.#at++] = value;
  }

  /** Writes all of `literal`, which is short of the buffer. */
  put(literal: Uint8Array): void {
    const length = literal.length;
    if (this.#at + length > this.#end) this.finish();
    const bytes = this.#bytes;
    let at = this.#at;
    // A loop: `set` crosses into the runtime, which is worth it for long pieces only.
    for (let i = 0; i < length; i++) bytes[at++] = literal[i];
    this.#at = at;
  }

  /** Writes `bytes[start..end)`, which is short of the buffer. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    if (this.#at + end - start > this.#end) this.finish();
    const to = this.#bytes;
    let at = this.#at;
    for (let i = start; i < end; i++) to[at++] = bytes[i];
    this.#at = at;
  }

  /** Copies what was written since `position` to `to[at]` on, and returns its length: -1 if it is no longer at hand or does not fit. */
  copyOut(position: number, to: Uint8Array, at: number): number {
    const start = position - this.#handedOn;
    const length = this.#at - start;
    if (start < 0 || at + length > to.length) return -1;
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) to[at + i] = bytes[start + i];
    return length;
  }

  /** Writes the name that begins at `strings[off]`, to its NUL, as it is. */
  name(strings: Uint8Array, off: number): void {
    this.plainName(strings, off, NOTHING_SPECIAL);
  }

  /**
   * Writes the name that begins at `strings[off]` up to its NUL or its first byte of a class in `special`.
   * Returns where it stopped.
   */
  plainName(strings: Uint8Array, off: number, special: Uint8Array): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    let from = off;
    for (let byte = strings[from]; byte !== 0 && special[byte] === 0; byte = strings[++from]) {
      if (at === end) {
        this.#at = at;
        this.finish();
        at = 0;
      }
      bytes[at++] = byte;
    }
    this.#at = at;
    return from;
  }

  /** Writes a number from 0 to 2^32 - 1 in decimal. */
  uint(value: number): void {
    if (this.#at + 10 > this.#end) this.finish();
    if (value < 10) this.#bytes[this.#at++] = 0x30 + value;
    else this.#digits(value, digitsOf(value));
  }

  /** Writes a number from 0 to 2^32 - 1 in decimal, right-aligned in `width` places. */
  padded(value: number, width: number): void {
    if (this.#at + width + 10 > this.#end) this.finish();
    const digits = digitsOf(value);
    for (let spaces = width - digits; spaces > 0; spaces--) this.#bytes[this.#at++] = SPACE;
    this.#digits(value, digits);
  }

  #digits(value: number, count: number): void {
    const bytes = this.#bytes;
    let at = this.#at + count;
    this.#at = at;
    let rest = value;
    for (let digits = count; digits > 0; digits--) {
      const quotient = (rest / 10) >>> 0;
      bytes[--at] = 0x30 + rest - quotient * 10;
      rest = quotient;
    }
  }

  /** Writes the word `value` as a signed number in decimal. */
  int(value: number): void {
    const signed = value | 0;
    if (signed < 0) {
      this.byte(0x2d);
      this.uint(-signed);
    } else this.uint(signed);
  }

  /** Writes the 64-bit number of two words in decimal. */
  uint64(high: number, low: number): void {
    if (high === 0) this.uint(low);
    else this.text(((BigInt(high) << 32n) | BigInt(low)).toString());
  }

  /** Writes the 64-bit number of two words as a signed one in decimal. */
  int64(high: number, low: number): void {
    if (high === 0) this.uint(low);
    else this.text(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString());
  }

  /** Writes a string of ASCII; for what is rare. */
  text(ascii: string): void {
    for (let i = 0; i < ascii.length; i++) this.byte(ascii.charCodeAt(i));
  }
}

/** The bytes of a string of ASCII: literals are made once. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Decimal digits of a number from 0 to 2^32 - 1. */
function digitsOf(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound && digits < 10; bound *= 10) digits++;
  return digits;
}

const SPACE = 0x20;
const NOTHING_SPECIAL = new Uint8Array(256);
