/** Most bytes of a pipe or of decompressed data by default: more than any kernel has, less than a bomb. */
export const DEFAULT_MAX_BYTES: number = 1 << 30;

/** Limits of {@link openBtfFile}. */
export interface OpenLimits {
  readonly maxBytes?: number;
}

let current = DEFAULT_MAX_BYTES;

/** The limit of this process (of this thread, in a worker), where a call sets no other. */
export function maxBytesOf({ maxBytes }: OpenLimits): number {
  return maxBytes ?? current;
}

/** Sets the limit of this process: `--max-size` of the command line. */
export function setMaxBytes(bytes: number): void {
  current = bytes;
}
