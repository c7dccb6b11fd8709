import { BtfxError } from "../../errors.ts";
import { readVmlinux, type Vmlinux } from "../../io/read/vmlinux.ts";
import type { Host } from "../host.ts";
import { RELOCATE } from "../jobs/jobs.ts";
import { refuseOtherModules } from "./kernel-modules.ts";
import { type RewriteOptions, runRewrite } from "./rewrite.ts";

/** Options of `btfx relocate`, as commander gives them. */
export interface RelocateOptions extends RewriteOptions {
  readonly baseBtf: readonly string[];
  readonly distilledBase?: string;
  readonly modules?: readonly string[];
  readonly poison?: boolean;
}

/** `btfx relocate`: returns the exit code. */
export async function runRelocate(
  paths: readonly string[],
  options: RelocateOptions,
  host: Host,
): Promise<number> {
  if (options.distilledBase !== undefined && paths.length > 1) {
    throw new BtfxError("usage", "--distilled-base goes with one raw BTF input", {
      hint: "others find NAME.BTF.base beside NAME.BTF",
    });
  }
  if (options.baseBtf.length > 1 && options.dryRun !== true) {
    throw new BtfxError("usage", "a module is written for one kernel, but -B was given several times", {
      hint: "add -n to try each of them, or give one -B",
    });
  }
  const bases: Vmlinux[] = [];
  for (const path of options.baseBtf) bases.push(await readVmlinux(path));
  await refuseOtherModules(bases, options.modules);
  return runRewrite(paths, options, host, {
    name: "relocate",
    work: RELOCATE,
    settings: options,
    bases,
    isOnEach: true,
    reads: [...options.baseBtf, options.distilledBase, ...(options.modules ?? [])],
  });
}
