import { createHash } from "node:crypto";
import zlib from "node:zlib";
import type { Codecs } from "../../container/codecs.ts";
import { crc32 } from "../../container/crc.ts";
import { bzip2, decompressFrame } from "./portable-codecs.ts";

/**
 * The decompressors for `container` on Node: Node's own zlib, its Zstandard if it has that (from 22.15 on), and WebAssembly for the rest. The
 * libraries are loaded when a file needs them.
 */
export const NODE_CODECS: Codecs = {
  inflate(bytes, limit) {
    // @types/node does not know that `info` changes the type of the result.
    const options = { info: true, maxOutputLength: Math.max(1, limit) };
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
      return plain(NATIVE_ZSTD(frame, { maxOutputLength: Math.max(1, size) }));
    }
    return decompressFrame(await zstdWasm(), frame, size);
  },

  sha256: (bytes) => plain(createHash("sha256").update(bytes).digest()),

  // From 20.15 and 22.2 on.
  crc32: (zlib as { crc32?: (bytes: Uint8Array) => number }).crc32 ?? crc32,
};

type ZstdDecompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
const NATIVE_ZSTD = (zlib as { zstdDecompressSync?: ZstdDecompress }).zstdDecompressSync;

type ZstdWasm = typeof import("@bokuweb/zstd-wasm");
let zstdStarted: Promise<ZstdWasm> | undefined;

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

/** The same bytes, not as a Buffer, whose `slice` and `toString` differ. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
