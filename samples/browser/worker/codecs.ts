import ZSTD_WASM from "bytes:zstd.wasm";
import { sha256 } from "@noble/hashes/sha2.js";
import { Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from "pako";
import type { Codecs, Decompressed, Inflate } from "../../../src/index.ts";
import { bzip2, decompressFrame } from "../../../src/io/portable-codecs.ts";
import { bytesOf } from "../shared/base64.ts";

/** What decompresses in a browser: JavaScript, and WebAssembly that lies in this script. */
export const BROWSER_CODECS: Codecs = {
  inflate: (bytes, limit) => inflateStream(bytes, RAW_DEFLATE, limit),
  bzip2,
  async zstd(frame, size) {
    return decompressFrame(await startZstd(), frame, size);
  },
  sha256,
};

/** Decompresses ELF sections. Those that are compressed with zstd are rare, and Zstandard starts too late for them. */
export const inflateSection: Inflate = (bytes, method, size) =>
  method === "zlib" ? inflateStream(bytes, ZLIB, size).output : undefined;

/** Window bits of zlib (`inflateInit2`): 15, negative for a stream without a header. */
const ZLIB = 15;
const RAW_DEFLATE = -15;
const LEAST_CHUNK = 64 << 10;
const MOST_CHUNK = 8 << 20;

/** Inflates a stream to its end and says how much of `bytes` it took. */
function inflateStream(bytes: Uint8Array, windowBits: number, limit: number): Decompressed {
  const stream = new ZStream();
  zlibInflateInit2(stream, windowBits);
  stream.input = bytes;
  stream.avail_in = bytes.length;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let code: number = Z_OK;
  while (code === Z_OK) {
    const size = Math.min(MOST_CHUNK, Math.max(LEAST_CHUNK, bytes.length * 4));
    stream.output = new Uint8Array(size);
    stream.next_out = 0;
    stream.avail_out = size;
    code = zlibInflate(stream, Z_NO_FLUSH);
    length += stream.next_out;
    if (length > limit) throw new RangeError("more data than allowed");
    chunks.push(stream.output.subarray(0, stream.next_out));
  }
  if (code !== Z_STREAM_END) throw new Error(stream.msg || "unexpected end of the data");
  const output = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    output.set(chunk, at);
    at += chunk.length;
  }
  return { output, consumed: stream.next_in };
}

type Zstd = typeof import("@bokuweb/zstd-wasm");
let zstd: Promise<Zstd> | undefined;

function startZstd(): Promise<Zstd> {
  zstd ??= (async () => {
    const library = await import("@bokuweb/zstd-wasm");
    // It takes the bytes as well as an address.
    await library.init(bytesOf(ZSTD_WASM) as unknown as string);
    return library;
  })();
  return zstd;
}
