import { Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from "pako";
import type { Decompressed } from "../../../src/index.ts";

/** Window bits of zlib (`inflateInit2`): 15, negative for a stream without a header. */
export const ZLIB = 15;
export const RAW_DEFLATE = -15;
const LEAST_CHUNK = 64 << 10;
const MOST_CHUNK = 8 << 20;

/** Inflates a stream to its end and says how much of `bytes` it took. */
export function inflateStream(bytes: Uint8Array, windowBits: number, limit: number): Decompressed {
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
