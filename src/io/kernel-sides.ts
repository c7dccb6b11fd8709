import { release } from "node:os";
import type { Btf } from "../btf/btf.ts";
import { parseBtf } from "../btf/parse.ts";
import { Side } from "../engine/core/side.ts";
import { wrongBase } from "../engine/parse-split.ts";
import { Relocator } from "../engine/relocate.ts";
import { BtfxError } from "../errors.ts";
import { pointerSizeOf } from "../types/pointer-size.ts";
import { withBtfFile } from "./btf-file.ts";
import { collectInputs } from "./collect.ts";
import { RUNNING_VMLINUX } from "./find-vmlinux.ts";
import { type DistilledFile, isDistilled, type ModuleFile, moduleIn } from "./module.ts";
import { parseOnBase, parseOnDistilled } from "./split-btf.ts";
import type { Vmlinux } from "./vmlinux.ts";

/** A kernel as relocations of BPF objects see it: its own types, and those of some of its modules. */
export interface KernelSides {
  readonly path: string;
  readonly targets: readonly Side[];
  /** The values that libbpf fills into an object's `.kconfig`, as far as they are known. */
  readonly kconfig: ReadonlyMap<string, bigint>;
}

/**
 * Kernels with those of the modules that are theirs: files, or directories of them, each split BTF on one of the kernels,
 * or distilled and so of each that it relocates onto. Throws `wrong-base` for a module that was named and is of none of them;
 * what is found in a directory and is of none, or has no types, is left out.
 */
export async function kernelsWithModules(
  kernels: readonly Vmlinux[],
  modules: readonly string[],
): Promise<KernelSides[]> {
  const sides = kernels.map(kernelSidesOf);
  const targets = sides.map((side) => [...side.targets]);
  for (const input of collectInputs(modules, "diff")) {
    if (input.problem !== undefined)
      throw new BtfxError(input.problem.code, input.problem.message, input.problem);
    const refusal = await addModule(input.path, kernels, targets);
    if (refusal !== undefined && !input.found) throw refusal;
  }
  return sides.map((side, i) => ({ ...side, targets: targets[i] }));
}

/** Adds a module to the targets of its kernels; returns why it is of none. */
async function addModule(
  path: string,
  kernels: readonly Vmlinux[],
  targets: readonly Side[][],
): Promise<BtfxError | undefined> {
  try {
    return await withBtfFile(path, async (file) => {
      const module = await moduleIn(file);
      const name = module.ko?.name ?? module.stem.replaceAll("-", "_");
      let refusal: BtfxError | undefined;
      let isOfOne = false;
      for (const [i, { btf }] of kernels.entries()) {
        const split = splitOn(btf, module);
        if (split instanceof BtfxError) refusal ??= split.within({ file: path });
        else {
          targets[i].push(new Side(split, name, targets[i][0].pointerSize));
          isOfOne = true;
        }
      }
      return isOfOne ? undefined : refusal;
    });
  } catch (error) {
    if (error instanceof BtfxError && error.code === "no-btf") return error;
    throw error;
  }
}

/** The types of a module as that kernel has them once it is loaded, or why they are not its own. */
function splitOn(vmlinux: Btf, module: ModuleFile): Btf | BtfxError {
  try {
    if (isDistilled(module)) return relocated(vmlinux, module);
    const { split, evidence } = parseOnBase(module, vmlinux);
    return evidence.wrong ? wrongBase(evidence, module.release) : split;
  } catch (error) {
    if (error instanceof BtfxError && error.code === "wrong-base") return error;
    throw error;
  }
}

function relocated(vmlinux: Btf, module: DistilledFile): Btf | BtfxError {
  const relocation = new Relocator(vmlinux).relocate(parseOnDistilled(module).split);
  if (relocation.ok) return parseBtf(relocation.bytes, vmlinux);
  const { length } = relocation.failures;
  return new BtfxError("wrong-base", `${length} of its types do not relocate onto this kernel`, {
    hint: "'btfx relocate -n' tells which",
  });
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
