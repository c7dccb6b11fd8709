import { crc32 } from "./crc.ts";
import { corrupt, cutShort, notRead } from "./damage.ts";
import { FILTERS, LZMA2, OTHER_FILTERS } from "./filters.ts";
import { readChunk } from "./lzma2.ts";

/** One .xz stream as it lies in the file (the .xz file format 1.2, tukaani.org). Positions are in bytes of the file. */
export interface XzStream {
  readonly start: number;
  readonly end: number;
  readonly check: "none" | "crc32" | "crc64" | "sha256";
  readonly blocks: readonly XzBlock[];
}

/** A block of a stream. Positions are in bytes from the start of the input. */
export interface XzBlock {
  /** In the order in which the encoder applied them; the last is LZMA2. */
  readonly filters: readonly XzFilter[];
  readonly headerBytes: number;
  /** Where the LZMA2 chunks lie, their end marker included. */
  readonly dataAt: number;
  readonly dataBytes: number;
  readonly checkAt: number;
  readonly checkBytes: number;
  /** Size of the output. */
  readonly size: number;
}

/** A filter of a block, by its id in the .xz file format. */
export interface XzFilter {
  readonly id: number;
  readonly properties: Uint8Array;
}

/** The command that unpacks files that this code does not support. */
const UNPACK = "xz -dk FILE";
const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
const STREAM_HEADER_BYTES = 12;
const FOOTER_BYTES = 12;
const CHECKS: ReadonlyMap<number, { readonly name: XzStream["check"]; readonly bytes: number }> = new Map([
  [0, { name: "none", bytes: 0 }],
  [1, { name: "crc32", bytes: 4 }],
  [4, { name: "crc64", bytes: 8 }],
  [10, { name: "sha256", bytes: 32 }],
]);

/** Whether a .xz stream begins at `at`. */
export function beginsXz(bytes: Uint8Array, at = 0): boolean {
  return MAGIC.every((byte, i) => bytes[at + i] === byte);
}

/** Reads the framing of all streams from the first byte on; what follows them is left alone. Decompresses nothing. */
export function readXz(bytes: Uint8Array): { readonly streams: readonly XzStream[]; readonly end: number } {
  const streams: XzStream[] = [];
  let end = 0;
  for (let at = 0; ; ) {
    const stream = readStream(bytes, at);
    streams.push(stream);
    end = stream.end;
    // Streams may be padded to words with zeros, and another may follow.
    at = end;
    while (at + 4 <= bytes.length && wordAt(bytes, at) === 0) at += 4;
    if (!beginsXz(bytes, at)) return { streams, end };
  }
}

function readStream(bytes: Uint8Array, start: number): XzStream {
  const file = new Reader(bytes, start);
  file.need(STREAM_HEADER_BYTES, "the stream header");
  const flags = bytes[start + 7];
  const check = CHECKS.get(flags);
  file.crc(start + 6, start + 8, "the stream header");
  if (bytes[start + 6] !== 0 || check === undefined) {
    throw notRead(`the check of type ${flags}`, UNPACK, start + 6);
  }
  file.at = start + STREAM_HEADER_BYTES;
  const blocks: XzBlock[] = [];
  for (;;) {
    file.need(1, "a block header");
    if (bytes[file.at] === 0) break;
    blocks.push(readBlock(file, check.bytes));
  }
  readIndex(file, blocks);
  const footer = file.at;
  file.need(FOOTER_BYTES, "the stream footer");
  if (bytes[footer + 10] !== 0x59 || bytes[footer + 11] !== 0x5a || bytes[footer + 9] !== flags) {
    throw corrupt("the stream footer is not that of the stream header", footer);
  }
  file.at = footer + FOOTER_BYTES;
  return { start, end: file.at, check: check.name, blocks };
}

function readBlock(file: Reader, checkBytes: number): XzBlock {
  const { bytes } = file;
  const start = file.at;
  const headerEnd = start + (bytes[start] + 1) * 4;
  file.need(headerEnd - start, "a block header");
  file.crc(start, headerEnd - 4, "a block header");
  const flags = bytes[start + 1];
  file.at = start + 2;
  if ((flags & 0x40) !== 0) file.number();
  if ((flags & 0x80) !== 0) file.number();
  const filters: XzFilter[] = [];
  for (let i = 0; i <= (flags & 3); i++) {
    const id = file.number();
    const length = file.number();
    filters.push({ id, properties: bytes.subarray(file.at, file.at + length) });
    file.at += length;
  }
  if (file.at > headerEnd - 4) throw corrupt("the filters run past their block header", start);
  refuseUnknown(filters, start);
  file.at = headerEnd;
  const size = skipChunks(file);
  const dataBytes = file.at - headerEnd;
  file.at = headerEnd + padded(dataBytes);
  file.need(checkBytes, "a block's check");
  file.at += checkBytes;
  return {
    filters,
    headerBytes: headerEnd - start,
    dataAt: headerEnd,
    dataBytes,
    checkAt: file.at - checkBytes,
    checkBytes,
    size,
  };
}

function refuseUnknown(filters: readonly XzFilter[], at: number): void {
  for (const [i, { id }] of filters.entries()) {
    const isLast = i === filters.length - 1;
    if (isLast ? id === LZMA2 : FILTERS.has(id)) continue;
    throw notRead(`the filter ${OTHER_FILTERS.get(id) ?? `with id 0x${id.toString(16)}`}`, UNPACK, at);
  }
}

/** The size of the output, found without decompressing from the lengths of the LZMA2 chunks. */
function skipChunks(file: Reader): number {
  let size = 0;
  for (let isLast = false; !isLast; ) {
    const chunk = readChunk(file.bytes, file.at);
    file.at = chunk.dataAt + chunk.dataBytes;
    size += chunk.size;
    isLast = chunk.control === 0;
  }
  return size;
}

/** The index repeats the blocks' sizes. */
function readIndex(file: Reader, blocks: readonly XzBlock[]): void {
  const start = file.at;
  file.at++;
  const count = file.number();
  const matches =
    count === blocks.length &&
    blocks.every(
      ({ headerBytes, dataBytes, checkBytes, size }) =>
        file.number() === headerBytes + dataBytes + checkBytes && file.number() === size,
    );
  if (!matches) throw corrupt("the index does not list the blocks that are there", start);
  file.at = start + padded(file.at - start);
  file.need(4, "the index");
  file.crc(start, file.at, "the index");
  file.at += 4;
}

/** Reads bytes one after the other. Throws `truncated` at the end. */
class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  need(count: number, what: string): void {
    if (this.at + count > this.bytes.length) throw cutShort(what, this.bytes.length);
  }

  /**
   * A number with 7 bits in each byte, the lowest first. Sizes are below 2^53 here; larger ones are wrong in any file.
   */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      this.need(1, "a number");
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw corrupt("a number does not end", this.at);
  }

  /** Checks the CRC32 at `to` of the bytes from `from` on. */
  crc(from: number, to: number, what: string): void {
    if (crc32(this.bytes.subarray(from, to)) !== wordAt(this.bytes, to)) {
      throw corrupt(`the check of ${what} does not match`, to);
    }
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** Rounded up to a multiple of 4. */
function padded(count: number): number {
  return Math.ceil(count / 4) * 4;
}
