/**
 * The decompressors that the caller provides, so that this folder depends on no host and no library;
 * `src/io/codecs/node-codecs.ts` has them for Node. On damaged bytes each throws any error, and a `RangeError` if the
 * output would exceed its limit.
 */
export interface Codecs {
  /**
   * DEFLATE (RFC 1951). Stops at its end and says how many bytes it took. The output will probably have `expected`
   * bytes.
   */
  inflate(bytes: Uint8Array, limit: number, expected?: number): Decompressed;
  /** The first bzip2 stream; stops at its end as `inflate` does. */
  bzip2(bytes: Uint8Array, limit: number): Promise<Decompressed>;
  /** One Zstandard frame (RFC 8878); the output has `size` bytes if `exact`, otherwise at most that. */
  zstd(frame: Uint8Array, size: number, exact: boolean): Promise<Uint8Array>;
  /** SHA-256, for the .xz files that have it as their check. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** CRC-32 of gzip and .xz, if the host has a function that is faster than `container/crc`. */
  crc32?(bytes: Uint8Array): number;
}

/** The result of decompressing a stream. */
export interface Decompressed {
  readonly output: Uint8Array;
  /** Bytes of the input that belong to the stream. */
  readonly consumed: number;
  /**
   * Gives the memory of the output to the next decompression; who calls this must not use the output any more. Absent
   * if the memory is not used again.
   */
  readonly release?: () => void;
}
