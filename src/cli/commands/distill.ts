import { BtfxError } from "../../errors.ts";
import { readVmlinux, type Vmlinux } from "../../io/read/vmlinux.ts";
import type { Host } from "../host.ts";
import { DISTILL } from "../jobs/jobs.ts";
import { nameMatcher } from "../words/type-filters.ts";
import { type RewriteOptions, runRewrite } from "./rewrite.ts";

/** Options of `btfx distill`, as commander gives them. */
export interface DistillOptions extends RewriteOptions {
  readonly prune?: boolean;
  readonly keep?: readonly string[];
  readonly sort?: boolean;
}

/** `btfx distill`: returns the exit code. */
export async function runDistill(
  paths: readonly string[],
  options: DistillOptions,
  host: Host,
): Promise<number> {
  const { baseBtf: given = [], prune, keep } = options;
  if (keep !== undefined && prune !== true) {
    throw new BtfxError("usage", "--keep only works with --prune", { hint: "add --prune" });
  }
  // Globs that are none are refused once, not for each module.
  if (keep !== undefined) nameMatcher(keep);
  const bases: Vmlinux[] = [];
  for (const path of given) bases.push(await readVmlinux(path));
  return runRewrite(paths, options, host, {
    name: "distill",
    work: DISTILL,
    settings: { ...options, hasOutput: options.output !== undefined },
    bases,
    reads: given,
  });
}
