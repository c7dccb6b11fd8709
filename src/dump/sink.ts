/**
 * The output of dumps: one large buffer that is passed to a callback each time it is full. Text is written as bytes;
 * names are copied from the string section undecoded, since a string per name would cost more than everything else
 * together.
 */
export class ByteSink {
  private readonly flush: (chunk: Uint8Array) => void;
  /** The unwritten part is filled with spaces: half of a layout's text is written by skipping over them. */
  private readonly bytes: Uint8Array;
  /**
   * End of the current chunk. The first chunk is small, so output starts early and the flush path in {@link room} runs
   * before V8 optimises it.
   */
  private end: number;
  private at = 0;
  private handedOn = 0;

  /** `flush` is called with each full chunk, which is valid until it returns: the buffer is reused. */
  constructor(flush: (chunk: Uint8Array) => void, capacity: number = 1 << 16) {
    this.flush = flush;
    this.bytes = new Uint8Array(capacity).fill(SPACE);
    this.end = Math.min(FIRST_CHUNK, capacity);
  }

  /** Number of bytes written so far. */
  get position(): number {
    return this.handedOn + this.at;
  }

  /** Flushes the rest. */
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

  /** Writes all of `literal`, which must be shorter than the buffer. */
  put(literal: Uint8Array): void {
    const length = literal.length;
    let at = this.room(length);
    const bytes = this.bytes;
    // A loop: `set` calls into the runtime, which pays off only for long pieces.
    for (let i = 0; i < length; i++) bytes[at++] = literal[i];
    this.at = at;
  }

  /** Writes `bytes[start..end)`, which must be shorter than the buffer. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    let at = this.room(end - start);
    const to = this.bytes;
    for (let i = start; i < end; i++) to[at++] = bytes[i];
    this.at = at;
  }

  /** Writes bytes of any number: few are copied, others are handed on as they are, valid as long as the flush runs. */
  handOn(bytes: Uint8Array): void {
    if (bytes.length < Math.min(MOST_COPIED, this.bytes.length)) {
      this.copy(bytes, 0, bytes.length);
      return;
    }
    this.finish();
    this.handedOn += bytes.length;
    this.flush(bytes);
  }

  /** Writes `count` spaces, fewer than the buffer holds. */
  spaces(count: number): void {
    this.at = this.room(count) + count;
  }

  /** Writes the name that begins at `strings[off]`, verbatim. */
  name(strings: Uint8Array, off: number): void {
    this.plainName(strings, off, NOTHING_SPECIAL);
  }

  /**
   * Writes the name that begins at `strings[off]` up to its NUL or its first byte that `special` marks.
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

  /** Writes a string of ASCII; for rare text. */
  text(ascii: string): void {
    for (let i = 0; i < ascii.length; i++) this.byte(ascii.charCodeAt(i));
  }

  /**
   * Makes room for `length` bytes and returns their position. Called on every write: code that V8 optimised before the
   * first flush would have to be compiled again.
   */
  private room(length: number): number {
    if (this.at + length > this.end) this.finish();
    return this.at;
  }
}

/** Bytes of the first chunk; each next one is eight times as long, up to the whole buffer. */
const FIRST_CHUNK = 64;
/** Below this it costs less to copy bytes than to hand them on by themselves. */
const MOST_COPIED = 1 << 12;
/** Bytes of a name that are copied at a time. */
const NAME_ROOM = 512;
const MOST_DIGITS = 10;
const SPACE = 0x20;
const ZERO = 0x30;
const NOTHING_SPECIAL = new Uint8Array(256);
