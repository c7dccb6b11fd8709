import { type Issue, type ObjectVerdict, relocateObject } from "../../engine/core/judge.ts";
import { bpfObjectIn } from "../../io/read/bpf-object.ts";
import type { BtfFile } from "../../io/read/btf-file.ts";
import type { KernelSides } from "../../io/read/kernel-sides.ts";
import type { WriteOptions } from "../../io/write/written-module.ts";
import { writeObject } from "../../io/write/written-object.ts";
import type { Outcome, UnresolvedAccess } from "../../report/outcome.ts";
import type { RewriteJob } from "./rewrite-job.ts";

/** How BPF objects are relocated. */
export interface ObjectSettings extends WriteOptions {
  /** Write an object also if its programs come to something that the kernel does not have. */
  readonly poison?: boolean;
  /** Modules of the kernels, whose types may be meant too. */
  readonly modules?: readonly string[];
}

/** Applies the relocations of the BPF object in an open file for one kernel, and writes it. */
export async function relocateBpfObject(
  file: BtfFile,
  { input, plan }: RewriteJob,
  kernel: KernelSides,
  settings: ObjectSettings,
): Promise<Outcome> {
  const { object, local } = bpfObjectIn(file);
  const { verdict, relocations, code } = relocateObject(object, local, kernel.targets, {
    kconfig: kernel.kconfig,
  });
  const count = (outcome: string) => relocations.filter((each) => each.outcome === outcome).length;
  const stats = {
    relocations: relocations.length,
    patched: count("patched"),
    poisoned: count("poisoned"),
  };
  const common = { input: input.path, base: kernel.path, stats };
  const failures = [...refused(verdict), ...(settings.poison === true ? [] : reached(verdict))];
  if (failures.length > 0) return { ...common, ok: false, outputs: [], failures, warnings: [] };
  const outputs = await writeObject(file, code, plan, settings, kernel.path);
  return { ...common, ok: true, outputs, failures: [], warnings: reached(verdict).map(warningOf) };
}

/** Relocations for which libbpf would not load the object, whatever its programs do. */
function refused(verdict: ObjectVerdict): UnresolvedAccess[] {
  return verdict.issues.filter(isOfRelocation).map((issue) => ({ code: "unresolved", program: null, issue }));
}

/** Poisoned instructions that a program comes to. */
function reached(verdict: ObjectVerdict): UnresolvedAccess[] {
  return verdict.programs
    .filter(({ isLoaded }) => isLoaded)
    .flatMap(({ name, issues }) =>
      issues
        .filter((issue) => isOfRelocation(issue) && issue.guard === "reached")
        .map((issue) => ({ code: "unresolved" as const, program: name, issue })),
    );
}

/** Attach targets and externs matter only to the loader of the object: relocating does not change them. */
function isOfRelocation({ kind }: Issue): boolean {
  return kind !== undefined;
}

function warningOf({ program, issue }: UnresolvedAccess): string {
  return `${program} comes to a poisoned instruction, and will not load: ${issue.wants}: ${issue.message}`;
}
