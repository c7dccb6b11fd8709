import { BtfxError } from "../../errors.ts";

/** A kernel release as one number that compares: `6.12` is 6012. An alias costs nothing. */
export type Kernel = number;

/** The releases whose verdicts were measured. Releases between them follow the `since` and `until` of the rules. */
export const KERNELS: readonly string[] = ["6.1", "6.12", "6.18", "7.1", "7.3"];

/** The number of release `major.minor`. */
export function release(major: number, minor: number): Kernel {
  return major * 1000 + minor;
}

/** Rules of kernels before this one follow their source; no verdict of theirs was measured. */
export const OLDEST_MEASURED: Kernel = release(6, 1);

/** The oldest kernel whose rules are known: the first with all that programs need of BTF. */
export const OLDEST_KERNEL: Kernel = release(5, 4);

/** The newest kernel that is out, which judges where no kernel is named. */
export const NEWEST_KERNEL: Kernel = release(7, 3);

/** The newest kernel whose rules are known. They follow its source as it stood before its release. */
export const NEWEST_RULES: Kernel = release(7, 4);

/** First release that reads the `.BTF.base` of a module. */
export const DISTILLED_SINCE: Kernel = release(6, 11);

/**
 * The kernel that `text` names: `6.12`, or a whole release string such as `6.12.117-amd64`. One newer than {@link
 * NEWEST_RULES} is judged as that. Throws `usage` for what is no release, or one older than {@link OLDEST_KERNEL}.
 */
export function parseKernel(text: string): Kernel {
  return Math.min(parseRelease(text), NEWEST_RULES);
}

/** The kernel that `text` names, however new. Throws as {@link parseKernel} does. */
export function parseRelease(text: string): Kernel {
  const kernel = releaseOf(text);
  if (kernel === undefined) {
    throw new BtfxError("usage", `'${text}' is not a kernel release`, {
      hint: "say for example --kernel 6.12",
    });
  }
  if (kernel < OLDEST_KERNEL) {
    const oldest = kernelName(OLDEST_KERNEL);
    throw new BtfxError(
      "usage",
      `kernel ${text} is older than ${oldest}, the oldest whose rules are known here`,
      {
        hint: `give --kernel ${oldest} or later; measured are ${KERNELS.join(", ")}`,
      },
    );
  }
  return kernel;
}

/** The kernel version at the start of a release string, `6.12.117-amd64` as 6012; undefined for other strings. */
export function releaseOf(text: string): Kernel | undefined {
  const match = /^v?(\d{1,3})\.(\d{1,3})(?:[.+~-].*)?$/s.exec(text);
  return match === null ? undefined : release(Number(match[1]), Number(match[2]));
}

/** `6012` as `6.12`. */
export function kernelName(kernel: Kernel): string {
  return `${Math.floor(kernel / 1000)}.${kernel % 1000}`;
}
