/**
 * Longer names are cut in texts. No kernel accepts them (`KSYM_NAME_LEN`), and a message must not be as long as the
 * file. In bytes.
 */
const MOST_SHOWN_BYTES = 512;

/**
 * A string section for reading: NUL-terminated names at byte offsets. Offsets below `firstOff` belong to the base. A
 * name may begin anywhere, even inside another one.
 */
export class StringTable {
  /** The section's bytes. */
  readonly bytes: Uint8Array;
  /** Strings of the BTF that this one is split on. */
  readonly base: StringTable | null;
  /** Offset of the first own byte: the length of all strings below. */
  readonly firstOff: number;
  /** Offsets below this are valid. */
  readonly end: number;
  private longEnds: number[] | undefined;

  constructor(bytes: Uint8Array, base: StringTable | null = null) {
    this.bytes = bytes;
    this.base = base;
    this.firstOff = base === null ? 0 : base.end;
    this.end = this.firstOff + bytes.length;
  }

  /** The table of the chain that holds the byte at `off`; the offset in its `bytes` is `off - firstOff`. */
  holder(off: number): StringTable {
    let table: StringTable = this;
    while (off < table.firstOff && table.base !== null) table = table.base;
    return table;
  }

  /** Whether the name at `off` has no bytes. */
  isEmpty(off: number): boolean {
    const table = this.holder(off);
    return table.bytes[off - table.firstOff] === 0;
  }

  /**
   * Whether `off` lies inside a string and not at its start. Normal producers never refer to such a place; with a wrong
   * base it happens.
   */
  isInsideString(off: number): boolean {
    const table = this.holder(off);
    const at = off - table.firstOff;
    return at > 0 && table.bytes[at - 1] !== 0;
  }

  /** The bytes of the name at `off`, without the NUL; a view. */
  slice(off: number): Uint8Array {
    const table = this.holder(off);
    const start = off - table.firstOff;
    return table.bytes.subarray(start, table.endAt(start));
  }

  /** The end of the string at `bytes[start]`. A file may name a long one a million times, so their ends are looked up. */
  private endAt(start: number): number {
    const { bytes } = this;
    this.longEnds ??= this.endsLongerThan(MOST_NAME_BYTES);
    const near = this.longEnds.length === 0 ? bytes.length : start + MOST_NAME_BYTES + 1;
    const nul =
      near >= bytes.length ? bytes.indexOf(0, start) : bytes.subarray(start, near).indexOf(0) + start;
    if (nul >= start) return nul;
    let low = 0;
    let high = this.longEnds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.longEnds[middle] < start) low = middle + 1;
      else high = middle;
    }
    return this.longEnds[low] ?? bytes.length;
  }

  /** The ends of the own strings of more than `most` bytes. */
  private endsLongerThan(most: number): number[] {
    const ends: number[] = [];
    for (let from = 0; ; from = ends[ends.length - 1] + 1) {
      const long = this.findLongerThan(most, from);
      if (long === undefined) return ends;
      const nul = this.bytes.indexOf(0, long - this.firstOff);
      ends.push(nul < 0 ? this.bytes.length : nul);
    }
  }

  /**
   * Offset of the first own string of more than `most` bytes that begins at `bytes[from]` or later, undefined if there is
   * none. Looks only at every `most`-th byte.
   */
  findLongerThan(most: number, from: number = 0): number | undefined {
    const { bytes } = this;
    for (let start = from; start + most < bytes.length; ) {
      const nul = bytes.lastIndexOf(0, start + most);
      if (nul < start) return this.firstOff + start;
      start = nul + 1;
    }
    return undefined;
  }

  /**
   * The name at `off` for people to read: safe for a terminal, JSON or a log, and cut if it has no end. See {@link
   * printable}.
   */
  text(off: number): string {
    const name = this.slice(off);
    if (name.length <= MOST_SHOWN_BYTES) return printable(name);
    return `${printable(name.subarray(0, MOST_SHOWN_BYTES))}... (${name.length} bytes)`;
  }
}

/**
 * The bytes of a name, with a NUL, from its text as {@link printable} makes it: `\xNN` is one byte, other characters
 * are UTF-8.
 */
export function nameBytes(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const escaped = /^\\x([0-9a-f]{2})/i.exec(text.slice(at, at + 4));
    const code = escaped === null ? (text.codePointAt(at) ?? 0) : Number.parseInt(escaped[1], 16);
    at += escaped !== null ? 4 : code > 0xffff ? 2 : 1;
    if (escaped !== null || code < 0x80) bytes.push(code);
    else {
      const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      bytes.push(((0xff00 >> (more + 1)) & 0xff) | (code >> (6 * more)));
      for (let left = more - 1; left >= 0; left--) bytes.push(0x80 | ((code >> (6 * left)) & 0x3f));
    }
  }
  bytes.push(0);
  return Uint8Array.from(bytes);
}

/** The bytes of a string of ASCII. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Longest string treated as a name: eight times the kernel's limit (`KSYM_NAME_LEN`). Anything longer is an attack on
 * run time.
 */
export const MOST_NAME_BYTES = 4096;

/**
 * Bytes as printable ASCII, since names in BTF can be any bytes. Backslashes and bytes that are not printable become
 * `\xNN`.
 */
export function printable(bytes: Uint8Array): string {
  let out = "";
  for (let start = 0; start < bytes.length; start += PIECE) out += printablePiece(bytes, start);
  return out;
}

/** Bytes for one call of `fromCharCode`. A string that grows by single characters takes 32 bytes for each of them. */
const PIECE = 4096;

function printablePiece(bytes: Uint8Array, start: number): string {
  const end = Math.min(bytes.length, start + PIECE);
  const codes: number[] = [];
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x5c) codes.push(byte);
    else codes.push(0x5c, 0x78, HEX.charCodeAt(byte >> 4), HEX.charCodeAt(byte & 15));
  }
  return String.fromCharCode(...codes);
}

const HEX = "0123456789abcdef";

/** An unpredictable number. Not fit for cryptography, which is not needed here. */
function drawn(): number {
  return Math.floor(Math.random() * 2 ** 32) | 0;
}

/** An odd factor that spreads a byte over all bits: about half of its bits are set, at both ends too. */
function drawnFactor(): number {
  for (;;) {
    const factor = drawn() | 1;
    const [bits, lowBits] = [bitsIn(factor), bitsIn(factor & 0xff)];
    if (bits > 11 && bits < 21 && lowBits > 2 && lowBits < 6) return factor;
  }
}

function bitsIn(word: number): number {
  let count = 0;
  for (let left = word >>> 0; left !== 0; left &= left - 1) count++;
  return count;
}

/**
 * The value with which hashing starts. It and the factor are drawn for each run, so that no file can contain names that
 * collide. No output may depend on a hash: tables are asked by name, and are never walked in the order of hashes.
 */
export const HASH_START: number = drawn();
/** See {@link HASH_START}. */
export const HASH_FACTOR: number = drawnFactor();

/**
 * Hash of the bytes up to the first NUL, like FNV-1a, with the start and factor of this run. It is a signed word, since
 * V8 makes objects of larger numbers in code that it has not optimised.
 */
export function hashName(bytes: Uint8Array, start: number): number {
  return hashUpTo(bytes, start, start + SHORT_NAME_BYTES) ?? longHash(bytes, start);
}

/** Longer names are rare, but a hostile file may use one a million times, so each is hashed only once. */
const SHORT_NAME_BYTES = 64;
/** Hashes of long names, by string section and position. */
const longHashes = new WeakMap<Uint8Array, Map<number, number>>();
const MOST_LONG_HASHES = 1 << 16;

function longHash(bytes: Uint8Array, start: number): number {
  const known = longHashes.get(bytes) ?? new Map<number, number>();
  const hash = known.get(start) ?? hashUpTo(bytes, start, bytes.length + 1) ?? 0;
  if (known.size === 0) longHashes.set(bytes, known);
  if (known.size < MOST_LONG_HASHES) known.set(start, hash);
  return hash;
}

/** Hash of a name that ends before `end`; undefined for a longer one. */
function hashUpTo(bytes: Uint8Array, start: number, end: number): number | undefined {
  let hash = HASH_START;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    // Tables use the low bits of a hash, to which the high bits of a product add nothing.
    if (byte === 0 || byte === undefined) return hash ^ (hash >>> 15);
    hash = Math.imul(hash ^ byte, HASH_FACTOR);
  }
  return undefined;
}

/** Mixes a word into a hash byte by byte, so that no two words cancel each other out, whatever the factor is. */
export function hashWord(hash: number, word: number): number {
  let next = Math.imul(hash ^ (word & 0xff), HASH_FACTOR);
  next = Math.imul(next ^ ((word >>> 8) & 0xff), HASH_FACTOR);
  next = Math.imul(next ^ ((word >>> 16) & 0xff), HASH_FACTOR);
  next = Math.imul(next ^ (word >>> 24), HASH_FACTOR);
  return next ^ (next >>> 15);
}

/** Whether the names at `a[atA]` and `b[atB]` are equal. */
export function sameName(a: Uint8Array, atA: number, b: Uint8Array, atB: number): boolean {
  if (a === b && atA === atB) return true;
  for (let i = 0; ; i++) {
    const byte = a[atA + i];
    if (byte !== b[atB + i]) return false;
    if (byte === 0 || byte === undefined) return true;
  }
}

/** The strings of a base, which a section on top of it need not contain. */
export interface KnownStrings {
  /** Offset after the last string, where a table split on this one begins. */
  readonly end: number;
  /**
   * Offset of the name that begins at `bytes[start]` and ends at a NUL, undefined if it is not known. `hash` is its
   * {@link hashName}.
   */
  find(bytes: Uint8Array, start: number, hash: number): number | undefined;
}

/**
 * A string section for writing: each string once, in the order of first use, without sharing of tails (`strset.c` of
 * libbpf). A string that the base contains gets the offset that it has there. A section without a base begins with "".
 */
export class StringTableBuilder implements KnownStrings {
  readonly #base: KnownStrings | null;
  readonly #firstOff: number;
  #bytes: Uint8Array;
  #length = 0;
  /** Open addressing, a power of two: 1 + offset of the string in `#bytes`, 0 for a free place. */
  #places: Int32Array;
  #count = 0;

  constructor(base: KnownStrings | null = null, sizeHint = 1024) {
    this.#base = base;
    this.#firstOff = base === null ? 0 : base.end;
    this.#bytes = new Uint8Array(sizeHint);
    let places = 64;
    while (places * 8 < sizeHint) places *= 2;
    this.#places = new Int32Array(places);
    if (base === null) this.add(new Uint8Array(1), 0);
  }

  get end(): number {
    return this.#firstOff + this.#length;
  }

  /** Offset of the name that begins at `bytes[start]` and ends at a NUL, added if it is new. */
  add(bytes: Uint8Array, start: number): number {
    const hash = hashName(bytes, start);
    return (
      this.#base?.find(bytes, start, hash) ??
      this.find(bytes, start, hash) ??
      this.#append(bytes, start, hash)
    );
  }

  find(bytes: Uint8Array, start: number, hash: number): number | undefined {
    const mask = this.#places.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const entry = this.#places[place];
      if (entry === 0) return undefined;
      if (sameName(this.#bytes, entry - 1, bytes, start)) return this.#firstOff + entry - 1;
    }
  }

  /** The section's bytes so far; a view. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #append(bytes: Uint8Array, start: number, hash: number): number {
    let end = start;
    while (bytes[end] !== 0 && end < bytes.length) end++;
    const size = end - start + 1;
    if (this.#length + size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    const at = this.#length;
    for (let i = 0; i < size - 1; i++) this.#bytes[at + i] = bytes[start + i];
    this.#length += size;
    this.#count++;
    if (this.#count * 2 > this.#places.length) this.#rehash();
    this.#insert(hash, at);
    return this.#firstOff + at;
  }

  #insert(hash: number, at: number): void {
    const mask = this.#places.length - 1;
    let place = hash & mask;
    while (this.#places[place] !== 0) place = (place + 1) & mask;
    this.#places[place] = at + 1;
  }

  #rehash(): void {
    const old = this.#places;
    this.#places = new Int32Array(old.length * 2);
    for (const entry of old) if (entry !== 0) this.#insert(hashName(this.#bytes, entry - 1), entry - 1);
  }
}
