/// <reference path="./seek-bzip.d.ts" />
import { createHash } from "node:crypto";
import zlib from "node:zlib";
import type { Codecs } from "../container/codecs.ts";

/**
 * What decompresses for `container` on Node: its own zlib, its Zstandard where it has it (from 22.15 on), WebAssembly
 * for the rest. The libraries are loaded when a file needs them.
 */
export const NODE_CODECS: Codecs = {
  inflate(bytes, limit) {
    // @types/node does not know what `info` makes of the result.
    const options = { info: true, maxOutputLength: Math.max(1, limit) };
    const { buffer, engine } = zlib.inflateRawSync(bytes, options) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    return { output: plain(buffer), consumed: engine.bytesWritten };
  },

  async bzip2(bytes, limit) {
    const { decode } = (await import("seek-bzip")).default;
    const input = new ByteReader(bytes);
    const output = new Sink(limit);
    decode(input, output);
    return { output: output.bytes(), consumed: input.pos };
  },

  async xz(stream, size) {
    const { XzReadableStream } = (await import("xz-decompress")).default;
    const input = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(stream);
        controller.close();
      },
    });
    const output = new Uint8Array(size);
    let at = 0;
    for await (const chunk of new XzReadableStream(input)) {
      if (at + chunk.length > size) throw new Error("more data than announced");
      output.set(chunk, at);
      at += chunk.length;
    }
    return output.subarray(0, at);
  },

  async zstd(frame, size) {
    if (NATIVE_ZSTD !== undefined) {
      // Node takes no limit of 0.
      return plain(NATIVE_ZSTD(frame, { maxOutputLength: Math.max(1, size) }));
    }
    const { decompress } = await zstdWasm();
    try {
      return decompress(frame, { defaultHeapSize: size });
    } catch (error) {
      throw String(error).includes(DST_TOO_SMALL) ? new RangeError("more data than allowed") : error;
    }
  },

  sha256: (bytes) => plain(createHash("sha256").update(bytes).digest()),
};

type ZstdDecompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
const NATIVE_ZSTD = (zlib as { zstdDecompressSync?: ZstdDecompress }).zstdDecompressSync;

type ZstdWasm = typeof import("@bokuweb/zstd-wasm");
let zstdStarted: Promise<ZstdWasm> | undefined;
/** `ZSTD_error_dstSize_tooSmall`, as the library tells it. */
const DST_TOO_SMALL = "code -70";

/** The Zstandard library, started. */
export function zstdWasm(): Promise<ZstdWasm> {
  zstdStarted ??= (async () => {
    // It finds its .wasm beside itself, so it is not bundled.
    const library = (await import("@bokuweb/zstd-wasm")).default;
    await library.init();
    return library;
  })();
  return zstdStarted;
}

/** What seek-bzip reads from. Its own stops without a word where a stream is cut between two blocks. */
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

/** What seek-bzip writes to. */
class Sink {
  private data = new Uint8Array(1 << 20);
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
    return this.data.subarray(0, this.length);
  }
}

/** The same bytes, not as a Buffer, whose `slice` and `toString` differ. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
