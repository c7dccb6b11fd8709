import { BtfxError } from "../../errors.ts";
import { readVmlinux } from "../../io/vmlinux.ts";
import type { Host } from "../host.ts";
import { RELOCATE } from "../jobs/jobs.ts";
import { type RewriteOptions, runRewrite } from "../rewrite.ts";

/** Options of `btfx relocate`, as commander gives them. */
export interface RelocateOptions extends RewriteOptions {
  readonly baseBtf: string;
  readonly distilledBase?: string;
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
  return runRewrite(paths, options, host, {
    name: "relocate",
    work: RELOCATE,
    settings: options,
    base: await readVmlinux(options.baseBtf),
    reads: [options.baseBtf, options.distilledBase],
  });
}
