import type { InputFile } from "../../io/collect.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";
import type { Outcome } from "../../report/outcome.ts";
import type { ModuleSizes } from "../../report/size-statistics.ts";
import type { Judgement } from "../../report/verify-summary.ts";
import type { DistillSettings } from "./distill-job.ts";
import type { RelocateSettings } from "./relocate-job.ts";
import type { RewriteJob } from "./rewrite-job.ts";
import type { VerifySettings } from "./verify-job.ts";

/**
 * The work of a command on each of many inputs. Settings, jobs and results are plain data, so that any thread can do
 * the work.
 */
export interface Work<Settings, Job, Result> {
  /** The name by which a thread finds the work in {@link WORKS}. */
  readonly name: string;
  /** Loads the maker of the function that does one job. The function throws `BtfxError` if it cannot do the job. */
  readonly load: () => Promise<
    (settings: Settings, bases: readonly Vmlinux[]) => (job: Job) => Promise<Result>
  >;
}

/** Distills a module. */
export const DISTILL: Work<DistillSettings, RewriteJob, Outcome> = {
  name: "distill",
  load: async () => (await import("./distill-job.ts")).distillJob,
};

/** Relocates a module or a BPF object. */
export const RELOCATE: Work<RelocateSettings, RewriteJob, Outcome> = {
  name: "relocate",
  load: async () => (await import("./relocate-job.ts")).relocateJob,
};

/** Judges a file. */
export const VERIFY: Work<VerifySettings, InputFile, Judgement> = {
  name: "verify",
  load: async () => (await import("./verify-job.ts")).verifyJob,
};

/** Measures a module. */
export const STATS: Work<object, InputFile, ModuleSizes> = {
  name: "stats",
  load: async () => (await import("./stats-job.ts")).statsJob,
};

/** The work of each command by its name. */
export const WORKS: ReadonlyMap<string, Work<never, never, unknown>> = new Map(
  [DISTILL, RELOCATE, VERIFY, STATS].map((work) => [work.name, work]),
);
