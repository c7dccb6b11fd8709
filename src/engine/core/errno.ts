// The errors of relo_core.c, with the numbers that Linux gives them everywhere except on MIPS and SPARC.

/** Argument list too long. */
export const E2BIG = 7;
/** Invalid argument. */
export const EINVAL = 22;
/** Result out of range. */
export const ERANGE = 34;
/** Operation not supported. */
export const EOPNOTSUPP = 95;

const NAMES: Readonly<Record<number, string>> = {
  [E2BIG]: "E2BIG",
  [EINVAL]: "EINVAL",
  [ERANGE]: "ERANGE",
  [EOPNOTSUPP]: "EOPNOTSUPP",
};

/**
 * An error that libbpf would return. It ends the relocation, and the loading of the object; never leaves `engine/core`.
 */
export class Errno extends Error {
  readonly errno: number;
  /** The message that libbpf prints where it fails, if any. */
  readonly detail: string | undefined;

  constructor(errno: number, detail?: string) {
    super(errnoName(errno));
    this.errno = errno;
    this.detail = detail;
  }
}

/** `EINVAL` for 22. */
export function errnoName(errno: number): string {
  return NAMES[errno] ?? `errno ${errno}`;
}
