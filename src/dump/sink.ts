/**
 * Where dumps write: one large buffer that is handed on each time it is full. Text is written as bytes; names are copied
 * out of the string section without being decoded, since a string per name costs more than everything else together.
 */
export class ByteSink {
  private readonly flush: (chunk: Uint8Array) => void;
  /** What is not written yet is spaces: half of a layout's text is made by stepping over them. */
  private readonly bytes: Uint8Array;
  /** How full the buffer gets: chunks begin small, so that something is there soon and {@link room} has seen the end of one. */
  private end: number;
  private at = 0;
  private handedOn = 0;

  /** `flush` gets each full chunk and must be done with it when it returns: the buffer is used again. */
  constructor(flush: (chunk: Uint8Array) => void, capacity: number = 1 << 18) {
    this.flush = flush;
    this.bytes = new Uint8Array(capacity).fill(SPACE);
    this.end = Math.min(FIRST_CHUNK, capacity);
  }

  /** Number of bytes written so far. */
  get position(): number {
    return this.handedOn + this.at;
  }

  /** Hands on what is left. */
  finish(): void {
    this.handedOn += this.at;
    if (this.at > 0) this.flush(this.bytes.subarray(0, this.at));
    this.bytes.fill(SPACE, 0, this.at);
    this.at = 0;
    this.end = Math.min(this.end * 8, this.bytes.length);
  }

  /** Writes one byte. */
  byte(value: number): void {
    const at = this.room(1);
    this.bytes[at] = value;
    this.at = at + 1;
  }

  /** Writes all of `literal`, which is short of the buffer. */
  put(literal: Uint8Array): void {
    const length = literal.length;
    let at = this.room(length);
    const bytes = this.bytes;
    // A loop: `set` crosses into the runtime, which is worth it for long pieces only.
    for (let i = 0; i < length; i++) bytes[at++] = literal[i];
    this.at = at;
  }

  /** Writes `bytes[start..end)`, which is short of the buffer. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    let at = this.room(end - start);
    const to = this.bytes;
    for (let i = start; i < end; i++) to[at++] = bytes[i];
    this.at = at;
  }

  /** Writes so many spaces, fewer than the buffer holds. */
  spaces(count: number): void {
    this.at = this.room(count) + count;
  }

  /** Copies what was written since `position` to `to[at]` on, and returns its length: -1 if it is no longer at hand or does not fit. */
  copyOut(position: number, to: Uint8Array, at: number): number {
    const start = position - this.handedOn;
    const length = this.at - start;
    if (start < 0 || at + length > to.length) return -1;
    const bytes = this.bytes;
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
    const bytes = this.bytes;
    let from = off;
    for (;;) {
      let at = this.room(NAME_ROOM);
      const limit = Math.min(at + NAME_ROOM, bytes.length);
      let byte = strings[from];
      for (; byte !== 0 && special[byte] === 0 && at < limit; byte = strings[++from]) bytes[at++] = byte;
      this.at = at;
      if (at < limit) return from;
    }
  }

  /** Writes a number from 0 to 2^32 - 1 in decimal. */
  uint(value: number): void {
    this.padded(value, 1);
  }

  /** Writes a number from 0 to 2^32 - 1 in decimal, right-aligned in `width` places. */
  padded(value: number, width: number): void {
    const bytes = this.bytes;
    let at = this.room(width + MOST_DIGITS);
    let digits = 1;
    for (let bound = 10; value >= bound && digits < MOST_DIGITS; bound *= 10) digits++;
    if (digits < width) at += width - digits;
    this.at = at + digits;
    let rest = value;
    for (let place = at + digits - 1; place > at; place--) {
      const quotient = (rest / 10) >>> 0;
      bytes[place] = ZERO + rest - quotient * 10;
      rest = quotient;
    }
    bytes[at] = ZERO + rest;
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
    else if (high === 0xffffffff && low >>> 31 === 1) this.int(low);
    else this.text(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString());
  }

  /** Writes a string of ASCII; for what is rare. */
  text(ascii: string): void {
    for (let i = 0; i < ascii.length; i++) this.byte(ascii.charCodeAt(i));
  }

  /**
   * Makes room for so many bytes and returns where they go. Called also where there is room: a writer that V8 compiled
   * before its first full buffer would have to be compiled again.
   */
  private room(length: number): number {
    if (this.at + length > this.end) this.finish();
    return this.at;
  }
}

/** Bytes of the first chunk; each is eight times the one before, up to the buffer. */
const FIRST_CHUNK = 64;
/** Room for a name at once; longer ones take more turns. */
const NAME_ROOM = 512;
const MOST_DIGITS = 10;
const SPACE = 0x20;
const ZERO = 0x30;
const NOTHING_SPECIAL = new Uint8Array(256);
