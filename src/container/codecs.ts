/**
 * The decompressors that the host or a library brings, so that this folder needs neither: `src/io/codecs.ts` has them
 * for Node. Each gets the bytes of exactly one stream, whose extent and size were read from its own framing. Each throws
 * whatever it likes on damaged bytes.
 */
export interface Codecs {
  /** DEFLATE (RFC 1951). Stops at its end and says how many bytes it took; throws if the output exceeds `limit` bytes. */
  inflate(bytes: Uint8Array, limit: number): { readonly output: Uint8Array; readonly consumed: number };
  /** .xz streams whose only filter is LZMA2, with no check, CRC32 or CRC64; `size` is that of the output. */
  xz(stream: Uint8Array, size: number): Promise<Uint8Array>;
  /** One Zstandard frame (RFC 8878); the output has `size` bytes if `exact`, else at most so many. */
  zstd(frame: Uint8Array, size: number, exact: boolean): Promise<Uint8Array>;
  /** SHA-256, for the .xz files that have it as their check. */
  sha256(bytes: Uint8Array): Uint8Array;
}

/** A compressed stream undone. */
export interface Decompressed {
  readonly output: Uint8Array;
  /** How many bytes of the input the stream took; what follows is not its own. */
  readonly consumed: number;
}
