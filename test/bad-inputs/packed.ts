import { gzipSync } from "node:zlib";
import { bzImage } from "../support/images.ts";
import { module, OK, type Row, unpacked } from "./make.ts";

/** The beginnings of streams with nothing behind them, and what is said of them. */
const MAGICS: readonly (readonly [name: string, says: string, magic: readonly number[]])[] = [
  ["gzip", "truncated: within the header", [0x1f, 0x8b, 8, 0]],
  ["xz", "truncated: within the stream header", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ["zstd", "truncated: within the header", [0x28, 0xb5, 0x2f, 0xfd]],
  [
    "bzip2",
    "bad-container: cut short or damaged",
    [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
  ],
];

export const PACKED: readonly Row[] = [
  [
    "a gzip file cut short",
    "bad-container: cut short or damaged",
    unpacked(gzipSync(module).subarray(0, 60)),
  ],
  [
    "a gzip file with a bit changed",
    "bad-container: cut short or damaged",
    unpacked(Uint8Array.from(gzipSync(module), (byte, i) => (i === 40 ? byte ^ 4 : byte))),
  ],
  ["a bomb", "too-large: decompresses to more", unpacked(gzipSync(new Uint8Array(1 << 26)))],
  ["bytes behind the end", OK, unpacked(Buffer.concat([gzipSync(module), new Uint8Array(16)]))],
  ...MAGICS.map(
    ([name, says, magic]): Row => [`the beginning of ${name} alone`, says, unpacked(Uint8Array.from(magic))],
  ),
  [
    "a bzImage whose kernel is cut short",
    "bad-container: ",
    unpacked(bzImage(gzipSync(module).subarray(0, 60))),
  ],
  [
    "a bomb in a bomb",
    "too-large: decompresses to more",
    unpacked(gzipSync(gzipSync(new Uint8Array(1 << 28))), 1 << 16),
  ],
];
