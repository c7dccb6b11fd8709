import { hasAt } from "./bytes.ts";
import { beginsBzip2, decompressBzip2 } from "./bzip2.ts";
import type { Codecs, Decompressed } from "./codecs.ts";
import { notRead } from "./damage.ts";
import { beginsGzip, decompressGzip } from "./gzip.ts";
import { beginsLz4, decompressLz4 } from "./lz4.ts";
import { beginsLzma, decompressLzma } from "./lzma.ts";
import { decompressXz } from "./xz.ts";
import { beginsXz } from "./xz-format.ts";
import { beginsZstd, decompressZstd } from "./zstd.ts";

/** A compression that files and the payloads of boot images come in. */
export interface Compression {
  readonly name: string;
  /** The first byte of its magic, to search for within an image. */
  readonly firstByte: number;
  /** Whether a stream begins at `at`. */
  readonly begins: (bytes: Uint8Array, at?: number) => boolean;
  /**
   * Decompresses the stream that `bytes` begin with, to at most `limit` bytes. Throws `truncated`, `bad-container`,
   * `too-large` or `unsupported`, with offsets from the first byte.
   */
  readonly decompress: (
    bytes: Uint8Array,
    limit: number,
    codecs: Codecs,
  ) => Decompressed | Promise<Decompressed>;
}

/**
 * All compressions that the kernel's build makes (`arch/x86/Kconfig`, HAVE_KERNEL_*), except LZO. Modules have no
 * others.
 */
export const COMPRESSIONS: readonly Compression[] = [
  { name: "gzip", firstByte: 0x1f, begins: beginsGzip, decompress: decompressGzip },
  { name: "xz", firstByte: 0xfd, begins: beginsXz, decompress: decompressXz },
  { name: "zstd", firstByte: 0x28, begins: beginsZstd, decompress: decompressZstd },
  { name: "lz4", firstByte: 0x02, begins: beginsLz4, decompress: decompressLz4 },
  { name: "bzip2", firstByte: 0x42, begins: beginsBzip2, decompress: decompressBzip2 },
  { name: "lzma", firstByte: 0x5d, begins: beginsLzma, decompress: decompressLzma },
];

/** {@link COMPRESSIONS}, and those that are only recognised, for a message that names them. */
export const RECOGNISED: readonly Compression[] = [
  ...COMPRESSIONS,
  // lzop, which the kernel's build calls.
  unread("LZO", "\x89LZO\0\r\n\x1a\n", "lzop -d FILE"),
  // The frames that lz4 writes without -l. No kernel decompresses them.
  unread("lz4 frame", "\x04\x22\x4d\x18", "lz4 -d FILE"),
];

function unread(name: string, magic: string, command: string): Compression {
  return {
    name,
    firstByte: magic.charCodeAt(0),
    begins: (bytes, at = 0) => hasAt(bytes, at, magic),
    decompress() {
      throw notRead("this compression", command, 0);
    },
  };
}

/** The compression of a file that begins with `bytes`. */
export function compressionAt(bytes: Uint8Array): Compression | undefined {
  return RECOGNISED.find(({ begins }) => begins(bytes));
}
