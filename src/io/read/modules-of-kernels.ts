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
 * `sides`, those of `kernels`, with those of the modules that are theirs: files, or directories of them, each split BTF on one of the
 * kernels, or distilled and so of each that it relocates onto. Throws `wrong-base` for a module that was named and is of none of them;
 * what is found in a directory and is of none, or has no types, is left out.
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
    hint: "'btfx relocate -n' shows which",
  });
}
