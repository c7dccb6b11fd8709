import { createHash } from "node:crypto";
import zlib from "node:zlib";
import type { Codecs } from "../../container/codecs.ts";
import { crc32 } from "../../container/crc.ts";
import { bzip2 } from "./portable-codecs.ts";

/**
 * The decompressors for `container` on Node: Node's own zlib, its Zstandard if it has that (from 22.15 on), and
 * WebAssembly for the rest. The libraries are loaded when a file needs them.
 */
export const NODE_CODECS: Codecs = {
  inflate(bytes, limit, expected = 0) {
    // @types/node does not know that `info` changes the type of the result.
    const options = {
      info: true,
      maxOutputLength: Math.max(1, limit),
      chunkSize: pieceFor(expected),
    };
    const { buffer, engine } = zlib.inflateRawSync(bytes, options) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    return { output: plain(buffer), consumed: engine.bytesWritten };
  },

  bzip2,

  async zstd(frame, size) {
    if (NATIVE_ZSTD !== undefined) {
      // Node takes no limit of 0.
      const maxOutputLength = Math.max(1, size);
      const options = { maxOutputLength, chunkSize: pieceFor(size), params: ZSTD_PARAMETERS };
      return plain(NATIVE_ZSTD(frame, options));
    }
    return await (await import("./zstd-wasm.ts")).decompressZstdFrame(frame, size);
  },

  sha256: (bytes) => plain(createHash("sha256").update(bytes).digest()),

  // From 20.15 and 22.2 on.
  crc32: (zlib as { crc32?: (bytes: Uint8Array) => number }).crc32 ?? crc32,
};

const SMALLEST_PIECE = 16 << 10;
const LARGEST_PIECE = 128 << 20;

/**
 * Size of the pieces in which zlib makes an output of about `size` bytes. If one is enough, zlib does not copy its pieces
 * together, which takes as long as decompressing and as much memory again. Memory that no output fills is not used.
 */
function pieceFor(size: number): number {
  return Math.min(Math.max(size + 1, SMALLEST_PIECE), LARGEST_PIECE);
}

/** `ZSTD_d_windowLogMax`: all windows that `container/zstd` lets through, not only those below 128 MiB. */
const ZSTD_PARAMETERS: Readonly<Record<number, number>> = { 100: 30 };

type ZstdDecompress = (
  bytes: Uint8Array,
  options: { maxOutputLength: number; chunkSize: number; params: typeof ZSTD_PARAMETERS },
) => Uint8Array;
const NATIVE_ZSTD = (zlib as { zstdDecompressSync?: ZstdDecompress }).zstdDecompressSync;

/** The same bytes, not as a Buffer, whose `slice` and `toString` differ. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
