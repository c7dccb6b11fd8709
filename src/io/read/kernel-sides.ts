import { Side } from "../../engine/core/side.ts";
import { pointerSizeOf } from "../../types/pointer-size.ts";
import { RUNNING_VMLINUX } from "./find-vmlinux.ts";
import { runningRelease } from "./running-release.ts";
import type { Vmlinux } from "./vmlinux.ts";

/** A kernel as relocations of BPF objects see it: its own types, and those of some of its modules. */
export interface KernelSides {
  readonly path: string;
  readonly targets: readonly Side[];
  /** The values that libbpf fills into an object's `.kconfig`, as far as they are known. */
  readonly kconfig: ReadonlyMap<string, bigint>;
}

/**
 * Kernels, each with those of the modules that belong to it. Throws as `withModules` does, whose code is loaded only if
 * there are modules.
 */
export async function kernelsWithModules(
  kernels: readonly Vmlinux[],
  modules: readonly string[],
): Promise<KernelSides[]> {
  const sides = kernels.map(kernelSidesOf);
  if (modules.length === 0) return sides;
  const { withModules } = await import("./modules-of-kernels.ts");
  return await withModules(sides, kernels, modules);
}

/** A kernel without modules. */
function kernelSidesOf(vmlinux: Vmlinux): KernelSides {
  const targets = [new Side(vmlinux.btf, "vmlinux", pointerSizeOf(vmlinux.btf))];
  return { path: vmlinux.path, targets, kconfig: kconfigOf(vmlinux) };
}

/**
 * What a kernel's release tells: `LINUX_KERNEL_VERSION`, computed like `KERNEL_VERSION(a, b, c)` (linux/version.h), and
 * whether it has the cookies that came with 5.15.
 */
function kconfigOf(vmlinux: Vmlinux): ReadonlyMap<string, bigint> {
  const text = vmlinux.release ?? (vmlinux.path === RUNNING_VMLINUX ? runningRelease() : "");
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return new Map();
  const [major, minor, patch] = match.slice(1).map((part) => Number(part ?? 0));
  const version = (major << 16) | (minor << 8) | Math.min(255, patch);
  return new Map([
    ["LINUX_KERNEL_VERSION", BigInt(version)],
    ["LINUX_HAS_BPF_COOKIE", version >= 0x050f00 ? 1n : 0n],
  ]);
}
