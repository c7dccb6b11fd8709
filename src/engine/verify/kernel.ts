import { BtfxError } from "../../errors.ts";

/** A kernel release as one number that compares: `6.12` is 6012. An alias costs nothing. */
export type Kernel = number;

/** The releases whose verdicts were measured. Others between them follow the rules' own `since` and `until`. */
export const KERNELS: readonly string[] = ["6.1", "6.12", "6.18", "7.1", "7.3"];

/** The number of release `major.minor`. */
export function release(major: number, minor: number): Kernel {
  return major * 1000 + minor;
}

const OLDEST = release(6, 1);

/** What is taken for "now" where no kernel is named. */
export const NEWEST_KERNEL: Kernel = release(7, 3);

/**
 * The kernel by whose rules one that `text` names is judged: `6.12`, or a whole release string such as `6.12.117-amd64`. One
 * newer than {@link NEWEST_KERNEL} is judged as that; one older than 6.1 is refused (`usage`), since what it checks was not
 * measured.
 */
export function parseKernel(text: string): Kernel {
  return Math.min(parseRelease(text), NEWEST_KERNEL);
}

/** The kernel that `text` names, however new. Throws as {@link parseKernel} does. */
export function parseRelease(text: string): Kernel {
  const match = /^v?(\d{1,3})\.(\d{1,3})(?:[.-].*)?$/s.exec(text);
  if (match === null) {
    throw new BtfxError("usage", `not a kernel release: ${JSON.stringify(text)}`, {
      hint: "say for example --kernel 6.12",
    });
  }
  const kernel = release(Number(match[1]), Number(match[2]));
  if (kernel < OLDEST) {
    throw new BtfxError("usage", `kernel ${text} is older than 6.1, whose rules are the oldest known here`, {
      hint: `known are ${KERNELS.join(", ")} and all between`,
    });
  }
  return kernel;
}

/** `6012` as `6.12`. */
export function kernelName(kernel: Kernel): string {
  return `${Math.floor(kernel / 1000)}.${kernel % 1000}`;
}
