import { release as runningRelease } from "node:os";
import { BtfxError } from "../../errors.ts";
import { isThere } from "../file-names.ts";
import type { ModuleFile } from "./module.ts";

/** The running kernel's own BTF. */
export const RUNNING_VMLINUX = "/sys/kernel/btf/vmlinux";

/**
 * Where libbpf (`btf__load_vmlinux_btf`) and distributions keep the vmlinux or vmlinuz of a kernel release, in the order tried.
 * The running kernel's is first if it is that release. `root` stands before all paths.
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
    // Types in a module of their own (CONFIG_DEBUG_INFO_BTF=m).
    ...["", ".zst", ".xz", ".gz"].map(
      (ending) => `/lib/modules/${release}/kernel/kernel/bpf/btf_vmlinux.ko${ending}`,
    ),
    // The kernel that is booted has the same BTF, within what is around it.
    `/boot/vmlinuz-${release}`,
    `/usr/lib/modules/${release}/vmlinuz`,
  ];
  return paths.map((path) => root + path);
}

/** The directories that {@link vmlinuxPaths} lie in. */
export function vmlinuxDirectories(release: string): string[] {
  return [`/lib/modules/${release}`, `/usr/lib/modules/${release}`, "/boot", "/usr/lib/debug"];
}

/** The first of {@link vmlinuxPaths} that exists. What is no release finds nothing. */
export function findVmlinux(release: string, root = ""): string | undefined {
  return isRelease(release) ? vmlinuxPaths(release, root).find((path) => isThere(path)) : undefined;
}

/** Whether a text may be the release of a kernel: it becomes a part of paths, and modules are anyone's. */
function isRelease(text: string): boolean {
  return /^[\w.+~-]+$/.test(text) && !text.startsWith(".");
}

/** Path of the vmlinux that a module's vermagic names. Throws `no-base` if it names none, or that one is not here. */
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
