import { readVmlinux } from "../../io/vmlinux.ts";
import type { Host } from "../host.ts";
import { DISTILL } from "../jobs/jobs.ts";
import { type RewriteOptions, runRewrite } from "../rewrite.ts";

/** `btfx distill`: returns the exit code. */
export async function runDistill(
  paths: readonly string[],
  options: RewriteOptions,
  host: Host,
): Promise<number> {
  const base = options.baseBtf === undefined ? undefined : await readVmlinux(options.baseBtf);
  return runRewrite(paths, options, host, {
    name: "distill",
    work: DISTILL,
    settings: { ...options, hasOutput: options.output !== undefined },
    base,
    reads: [options.baseBtf],
  });
}
