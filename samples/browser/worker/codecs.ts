import ZSTD_WASM from "bytes:zstd.wasm";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Codecs, Inflate } from "../../../src/index.ts";
import { bzip2, decompressFrame } from "../../../src/io/codecs/portable-codecs.ts";
import { bytesOf } from "../shared/base64.ts";
import { inflateStream, RAW_DEFLATE, ZLIB } from "./inflate.ts";

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
