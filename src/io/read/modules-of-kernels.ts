import type { Btf } from "../../btf/btf.ts";
import { parseBtf } from "../../btf/parse.ts";
import { Side } from "../../engine/core/side.ts";
import { wrongBase } from "../../engine/parse-split.ts";
import { Relocator } from "../../engine/relocate.ts";
import { BtfxError } from "../../errors.ts";
import { collectInputs } from "../collect.ts";
import { withBtfFile } from "./btf-file.ts";
import { parseOnDistilled } from "./distilled-btf.ts";
import type { KernelSides } from "./kernel-sides.ts";
import { type DistilledFile, isDistilled, type ModuleFile, moduleIn } from "./module.ts";
import { parseOnBase } from "./split-btf.ts";
import type { Vmlinux } from "./vmlinux.ts";

/**
 * Adds modules to the sides of the kernels to which they belong. `modules` are files, or directories of them. Split BTF
 * belongs to the kernel that it was built on, a distilled module to each kernel onto which it relocates. Throws
 * `wrong-base` for a named module that belongs to no kernel; modules in directories that belong to none, or have no
 * types, are left out.
 */
export async function withModules(
  sides: readonly KernelSides[],
  kernels: readonly Vmlinux[],
  modules: readonly string[],
): Promise<KernelSides[]> {
  const targets = sides.map((side) => [...side.targets]);
  for (const input of collectInputs(modules, "diff")) {
    if (input.problem !== undefined)
      throw new BtfxError(input.problem.code, input.problem.message, input.problem);
    const refusal = await addModule(input.path, kernels, targets);
    if (refusal !== undefined && !input.found) throw refusal;
  }
  return sides.map((side, i) => ({ ...side, targets: targets[i] }));
}

/** Adds a module to the targets of its kernels. Returns an error if it belongs to none. */
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

/** The types of a module as a kernel has them after loading it, or an error if the module is not for that kernel. */
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
    hint: "'btfx relocate -n' shows which",
  });
}
