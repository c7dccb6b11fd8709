import { BtfxError } from "../../errors.ts";
import { isThere } from "../file-names.ts";
import type { ModuleFile } from "./module.ts";
import { runningRelease } from "./running-release.ts";

/** The running kernel's own BTF. */
export const RUNNING_VMLINUX = "/sys/kernel/btf/vmlinux";

/** The running kernel's own BTF, for a command that was given no file. Throws `io` if this system does not have it. */
export function runningVmlinux(path: string = RUNNING_VMLINUX): string {
  if (isThere(path)) return path;
  throw new BtfxError("io", `no file is given, and the running kernel has no BTF: ${path} does not exist`, {
    hint: "give a vmlinux, a vmlinuz or raw BTF; kernel packages have a vmlinuz",
  });
}

/**
 * The paths where libbpf (`btf__load_vmlinux_btf`) and distributions keep the vmlinux or vmlinuz of a kernel release,
 * in the order tried. If it is the running kernel's release, the running kernel's BTF is first. `root` is a prefix of
 * all paths.
 */
export function vmlinuxPaths(release: string, root = "", running: string = runningRelease()): string[] {
  const paths = [
    ...(release === running ? [RUNNING_VMLINUX] : []),
    `/lib/modules/${release}/vmlinux`,
    `/lib/modules/${release}/build/vmlinux`,
    `/lib/modules/${release}/vmlinux-${release}`,
    `/boot/vmlinux-${release}`,
    `/usr/lib/modules/${release}/kernel/vmlinux`,
    `/usr/lib/modules/${release}/vmlinux`,
    `/usr/lib/debug/boot/vmlinux-${release}`,
    `/usr/lib/debug/boot/vmlinux-${release}.debug`,
    `/usr/lib/debug/lib/modules/${release}/vmlinux`,
    `/usr/lib/debug/lib/modules/${release}/vmlinux.debug`,
    `/usr/lib/debug/vmlinux-${release}`,
    // Kernels may have their types in a module (CONFIG_DEBUG_INFO_BTF=m).
    ...["", ".zst", ".xz", ".gz"].map(
      (ending) => `/lib/modules/${release}/kernel/kernel/bpf/btf_vmlinux.ko${ending}`,
    ),
    // The bootable image contains the same BTF.
    `/boot/vmlinuz-${release}`,
    `/usr/lib/modules/${release}/vmlinuz`,
  ];
  return paths.map((path) => root + path);
}

/** The directories of {@link vmlinuxPaths}. */
export function vmlinuxDirectories(release: string): string[] {
  return [`/lib/modules/${release}`, `/usr/lib/modules/${release}`, "/boot", "/usr/lib/debug"];
}

/** The first of {@link vmlinuxPaths} that exists; undefined for a text that is not a release. */
export function findVmlinux(release: string, root = ""): string | undefined {
  return isRelease(release) ? vmlinuxPaths(release, root).find((path) => isThere(path)) : undefined;
}

/** Whether a text can be a kernel release. It becomes part of paths, and comes from modules of any origin. */
function isRelease(text: string): boolean {
  return /^[\w.+~-]+$/.test(text) && !text.startsWith(".");
}

/**
 * Path of the vmlinux that a module's vermagic names. Throws `no-base` if it names none, or if that vmlinux does not
 * exist here.
 */
export function vmlinuxOf({ release, ko }: ModuleFile): string {
  if (release === undefined) {
    const what = ko === undefined ? "raw BTF does not say" : "the module has no vermagic that says";
    throw noBase(`${what} which kernel it was built for`, "give that kernel's vmlinux with -B");
  }
  if (!isRelease(release)) {
    const message = `the module says that it was built for ${JSON.stringify(release)}, which is not a kernel release`;
    throw noBase(message, "give the vmlinux that it was built against with -B");
  }
  const path = findVmlinux(release);
  if (path !== undefined) return path;
  const places = vmlinuxDirectories(release).join(", ");
  throw noBase(
    `the vmlinux of ${release}, which the module was built for, is not here`,
    `give it with -B, a vmlinux or vmlinuz; it is not in ${places}`,
  );
}

function noBase(message: string, hint: string): BtfxError {
  return new BtfxError("no-base", message, { hint });
}
