/**
 * Default limit for the bytes of a pipe or of decompressed data: more than any kernel has, less than a decompression
 * bomb.
 */
export const DEFAULT_MAX_BYTES: number = 1 << 30;

/** Limits of {@link openBtfFile}. */
export interface OpenLimits {
  readonly maxBytes?: number;
}

let current = DEFAULT_MAX_BYTES;

/** The limit of a call, or that of this process (in a worker: this thread). */
export function maxBytesOf({ maxBytes }: OpenLimits): number {
  return maxBytes ?? current;
}

/** Sets the limit of this process, for `--max-size`. */
export function setMaxBytes(bytes: number): void {
  current = bytes;
}
