/**
 * The decompressors that the host or a library brings, so that this folder needs neither: `src/io/codecs/node-codecs.ts` has them
 * for Node. Each throws whatever it likes on damaged bytes, and a `RangeError` if the output would exceed its limit.
 */
export interface Codecs {
  /** DEFLATE (RFC 1951). Stops at its end and says how many bytes it took. The output will probably have `expected` bytes. */
  inflate(bytes: Uint8Array, limit: number, expected?: number): Decompressed;
  /** The first bzip2 stream; stops at its end as `inflate` does. */
  bzip2(bytes: Uint8Array, limit: number): Promise<Decompressed>;
  /** One Zstandard frame (RFC 8878); the output has `size` bytes if `exact`, otherwise at most that. */
  zstd(frame: Uint8Array, size: number, exact: boolean): Promise<Uint8Array>;
  /** SHA-256, for the .xz files that have it as their check. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** CRC-32 as gzip and .xz have it, where the host has one that is faster than `container/crc`. */
  crc32?(bytes: Uint8Array): number;
}

/** A compressed stream undone. */
export interface Decompressed {
  readonly output: Uint8Array;
  /** How many bytes of the input the stream took; what follows is not its own. */
  readonly consumed: number;
}
