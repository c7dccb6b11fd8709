import { release } from "node:os";
import { Side } from "../engine/core/side.ts";
import { wrongBase } from "../engine/parse-split.ts";
import { pointerSizeOf } from "../types/pointer-size.ts";
import { withBtfFile } from "./btf-file.ts";
import { RUNNING_VMLINUX } from "./find-vmlinux.ts";
import { moduleIn } from "./module.ts";
import { parseOnBase } from "./split-btf.ts";
import { readVmlinux, type Vmlinux } from "./vmlinux.ts";

/** A kernel as relocations of BPF objects see it: its own types, and those of some of its modules. */
export interface KernelSides {
  readonly path: string;
  readonly targets: readonly Side[];
  /** The values that libbpf fills into an object's `.kconfig`, as far as they are known. */
  readonly kconfig: ReadonlyMap<string, bigint>;
}

/** Reads a vmlinux and the split BTF of modules of that very kernel. Throws `wrong-base` for modules of another one. */
export async function readKernelSides(path: string, modules: readonly string[]): Promise<KernelSides> {
  const vmlinux = await readVmlinux(path);
  const kernel = kernelSidesOf(vmlinux);
  const { pointerSize } = kernel.targets[0];
  const targets = [...kernel.targets];
  for (const each of modules) {
    const side = await withBtfFile(each, async (file) => {
      const module = await moduleIn(file);
      const { split, evidence } = parseOnBase(module, vmlinux.btf);
      if (evidence.wrong) throw wrongBase(evidence, module.release);
      return new Side(split, module.stem.replaceAll("-", "_"), pointerSize);
    });
    targets.push(side);
  }
  return { ...kernel, targets };
}

/** A kernel without modules. */
export function kernelSidesOf(vmlinux: Vmlinux): KernelSides {
  const targets = [new Side(vmlinux.btf, "vmlinux", pointerSizeOf(vmlinux.btf))];
  return { path: vmlinux.path, targets, kconfig: kconfigOf(vmlinux) };
}

/** `LINUX_KERNEL_VERSION` as `KERNEL_VERSION(a, b, c)` has it (linux/version.h). */
function kconfigOf(vmlinux: Vmlinux): ReadonlyMap<string, bigint> {
  const text = vmlinux.release ?? (vmlinux.path === RUNNING_VMLINUX ? release() : "");
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return new Map();
  const [major, minor, patch] = match.slice(1).map((part) => Number(part ?? 0));
  return new Map([["LINUX_KERNEL_VERSION", BigInt((major << 16) | (minor << 8) | Math.min(255, patch))]]);
}
