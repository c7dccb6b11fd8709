import type { Decompressed } from "../../container/codecs.ts";
import { importSeekBzip } from "../packages/import-seek-bzip.ts";

/**
 * Decompressors that need nothing of Node, for browsers too. Each library is loaded when a file needs it.
 */

/**
 * The first bzip2 stream: {@link Codecs.bzip2}, by seek-bzip, which needs `Buffer` (a `Uint8Array` that writes itself
 * as hex will do).
 */
export async function bzip2(bytes: Uint8Array, limit: number): Promise<Decompressed> {
  const { decode } = (await importSeekBzip()).default;
  const input = new ByteReader(bytes);
  const output = new Sink(limit);
  decode(input, output);
  return { output: output.bytes(), consumed: input.pos };
}

/** `ZSTD_error_dstSize_tooSmall`, as zstd-wasm reports it. */
const DST_TOO_SMALL = "code -70";

/** `decompress` of zstd-wasm, or what does the same elsewhere. */
type Decompress = (
  frame: Uint8Array,
  options: { defaultHeapSize: number },
) => Uint8Array | Promise<Uint8Array>;

/** One Zstandard frame of at most `size` bytes: {@link Codecs.zstd}, by zstd-wasm, which the host starts. */
export async function decompressFrame(
  { decompress }: { decompress: Decompress },
  frame: Uint8Array,
  size: number,
): Promise<Uint8Array> {
  try {
    return await decompress(frame, { defaultHeapSize: size });
  } catch (error) {
    throw String(error).includes(DST_TOO_SMALL) ? new RangeError("more data than allowed") : error;
  }
}

/** The input of seek-bzip. Its own reader reports nothing if a stream ends between two blocks. */
class ByteReader {
  pos = 0;
  private readonly source: Uint8Array;

  constructor(source: Uint8Array) {
    this.source = source;
  }

  readByte(): number {
    if (this.pos >= this.source.length) throw new Error("unexpected end");
    return this.source[this.pos++];
  }

  read(into: Uint8Array, at: number, count: number): number {
    for (let i = 0; i < count; i++) into[at + i] = this.readByte();
    return count;
  }
}

/** The output of seek-bzip. */
class Sink {
  private data = new Uint8Array(1 << 16);
  private length = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  writeByte(byte: number): void {
    if (this.length === this.limit) throw new RangeError("more data than allowed");
    if (this.length === this.data.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = byte;
  }

  bytes(): Uint8Array {
    return this.data.slice(0, this.length);
  }
}
