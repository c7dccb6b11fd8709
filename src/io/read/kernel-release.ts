import { basename, dirname, resolve, sep } from "node:path";
import type { FoundRelease } from "../../engine/verify/kernel-choice.ts";
import { runningRelease } from "./running-release.ts";

/** The directory in which the running kernel shows its types and those of its modules. */
export const SYSFS_BTF = "/sys/kernel/btf/";

/** `6.12.117+deb13-amd64`: two or three numbers and what the distribution adds. */
const RELEASE = String.raw`\d{1,2}\.\d{1,3}(?:\.\d{1,3})?(?:[-+~][\w.+~-]*)?`;
const IS_RELEASE = new RegExp(`^${RELEASE}$`);
/**
 * Names of kernel files with a release: `vmlinux-6.12.0-amd64`, `vmlinux.6.18.15.btf`, `6.1.0-56-amd64.vmlinux.btf`.
 */
const KERNEL_FILE = new RegExp(
  `^(?:(?:vmlinu[xz]|linux|kernel|b?zImage|Image)[-._](${RELEASE})|(${RELEASE})\\.vmlinu[xz])`,
);
/** Endings that a name may have after its release. */
const ENDINGS = /(?:\.(?:btf|BTF|debug|dbg|gz|xz|zst|img))+$/;

/**
 * The release of the kernel to which a file belongs: from its banner; for files in `/sys/kernel/btf` that of the
 * running kernel; else from its path. Undefined if none of these tells.
 */
export function findRelease(path: string, banner: string | undefined): FoundRelease | undefined {
  if (banner !== undefined) return { release: banner, source: "banner" };
  if (resolve(path).startsWith(SYSFS_BTF)) return { release: runningRelease(), source: "running" };
  const release = releaseOfPath(path);
  return release === undefined ? undefined : { release, source: "path" };
}

/** The release in a path: `/lib/modules/V/…`, `vmlinux-V`, or a file in a directory that is named so. */
export function releaseOfPath(path: string): string | undefined {
  const directories = dirname(resolve(path)).split(sep);
  const modules = directories.lastIndexOf("modules");
  const underModules =
    modules > 0 && directories[modules - 1] === "lib" ? directories[modules + 1] : undefined;
  const match = KERNEL_FILE.exec(basename(path).replace(ENDINGS, ""));
  const candidates = [underModules, match?.[1] ?? match?.[2], directories.at(-1)];
  return candidates.find((name) => name !== undefined && IS_RELEASE.test(name));
}
