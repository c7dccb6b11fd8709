import { existsSync } from "node:fs";
import { release as runningRelease } from "node:os";
import { BtfxError } from "../errors.ts";
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

/** The first of {@link vmlinuxPaths} that exists. A release with a slash or `..` is not a real one, and finds nothing. */
export function findVmlinux(release: string, root = ""): string | undefined {
  if (!/^[\w.+~-]+$/.test(release) || release.startsWith(".")) return undefined;
  return vmlinuxPaths(release, root).find((path) => existsSync(path));
}

/** Path of the vmlinux that a module's vermagic names. Throws `no-base` if it names no kernel, or that kernel's vmlinux is not here. */
export function vmlinuxOf(module: ModuleFile): string {
  const { release } = module;
  if (release === undefined) {
    const what = module.ko === undefined ? "raw BTF does not say" : "the module has no vermagic that says";
    throw new BtfxError("no-base", `${what} which kernel it was built for`, {
      hint: "give that kernel's vmlinux with -B",
    });
  }
  const path = findVmlinux(release);
  if (path === undefined) {
    const tried = vmlinuxPaths(release).join(", ");
    const hint = `give it with -B; looked for ${tried}`;
    throw new BtfxError("no-base", `the vmlinux of ${release}, which the module was built for, is not here`, {
      hint,
    });
  }
  return path;
}
