import { isBpfObject } from "../../elf/magic.ts";
import { Relocator } from "../../engine/relocate.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { type BtfFile, withInput } from "../../io/read/btf-file.ts";
import { parseOnDistilled } from "../../io/read/distilled-btf.ts";
import type { KernelSides } from "../../io/read/kernel-sides.ts";
import { isDistilled, moduleIn } from "../../io/read/module.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";
import { idsUsedBy, newIdsOf } from "../../io/write/ids-of-module.ts";
import { writeModule } from "../../io/write/written-module.ts";
import type { Outcome } from "../../report/outcome.ts";
import type { ObjectSettings } from "./relocate-object.ts";
import type { RewriteJob } from "./rewrite-job.ts";

/** Settings of relocate for all inputs of a run. Plain data. */
export interface RelocateSettings extends ObjectSettings {
  /** File with the distilled base of the one input, where it is raw BTF. */
  readonly distilledBase?: string;
}

/** Makes the function that relocates one module or BPF object onto one of the bases. */
export function relocateJob(
  settings: RelocateSettings,
  bases: readonly Vmlinux[],
): (job: RewriteJob) => Promise<Outcome> {
  const relocators: Relocator[] = [];
  let kernels: Promise<readonly KernelSides[]> | undefined;
  return (job) =>
    withInput(job.input, async (file) => {
      const base = bases[job.base];
      if (file.elf !== undefined && isBpfObject(file.elf)) {
        // Loads the code for BPF objects when the first one comes.
        const { relocateBpfObject } = await import("./relocate-object.ts");
        kernels ??= import("../../io/read/kernel-sides.ts").then(({ kernelsWithModules }) =>
          kernelsWithModules(bases, settings.modules ?? []),
        );
        return await relocateBpfObject(file, job, (await kernels)[job.base], settings);
      }
      relocators[job.base] ??= withContext({ file: base.path }, () => new Relocator(base.btf));
      return await relocateOne(file, job, base, relocators[job.base], settings);
    });
}

async function relocateOne(
  file: BtfFile,
  { input, plan }: RewriteJob,
  base: Vmlinux,
  relocator: Relocator,
  settings: RelocateSettings,
): Promise<Outcome> {
  const module = await moduleIn(file, settings.distilledBase);
  if (module.ko !== undefined && settings.distilledBase !== undefined) {
    throw new BtfxError("usage", "--distilled-base goes with raw BTF: a module has its own, in .BTF.base", {
      hint: "leave it out",
    });
  }
  if (!isDistilled(module)) throw notDistilled(module.ko === undefined);
  const { distilled, split } = parseOnDistilled(module);
  const roots = await idsUsedBy(module);
  const relocation = withContext({ section: ".BTF" }, () => relocator.relocate(split, roots));
  const baseTypes = distilled.typeCount - 1;
  const ownTypes = split.typeCount - split.firstId;
  if (!relocation.ok) {
    const failures = relocation.failures.map((failure) => ({ code: "unmapped" as const, ...failure }));
    const stats = { baseTypes, ownTypes };
    return { input: input.path, ok: false, base: base.path, outputs: [], stats, failures, warnings: [] };
  }
  const ids = await newIdsOf(module, split, relocation.mapId, false);
  const sections = { btf: relocation.bytes, distilledBase: undefined, btfIds: ids.bytes };
  const written = await writeModule(module, sections, plan, settings, undefined);
  return {
    input: input.path,
    ok: true,
    base: base.path,
    outputs: written.outputs,
    stats: { baseTypes, ownTypes, btfBytes: relocation.bytes.length, fileGrowthBytes: written.growth },
    failures: [],
    warnings: [...ids.warnings, ...written.warnings],
  };
}

function notDistilled(isRaw: boolean): BtfxError {
  return isRaw
    ? new BtfxError("not-distilled", "there is no distilled base beside it", {
        hint: "give it with --distilled-base FILE",
      })
    : new BtfxError("not-distilled", "there is no distilled base (.BTF.base) in it, from which to relocate", {
        hint: "give a module that 'btfx distill' wrote",
      });
}
