import { needCompressor } from "../../io/codecs/compress.ts";
import { type FoundLink, foundLinks } from "../../io/found-links.ts";
import type { Vmlinux } from "../../io/read/vmlinux.ts";
import { compressionsOf, type OutputOptions, type OutputPlan, planOutputs } from "../../io/write/outputs.ts";
import { isWritten, type WriteOptions } from "../../io/write/written-module.ts";
import { type Failure, failedOutcome, isAnswer, type Outcome, outcomeJson } from "../../report/outcome.ts";
import type { ModuleSizes, SizeStatistics } from "../../report/size-statistics.ts";
import { isRefused } from "../batch/attempt-job.ts";
import { exitCodeOfSignal, tellInterrupted } from "../batch/interrupt.ts";
import { Progress } from "../batch/progress.ts";
import { ResultsWriter, resultsForm } from "../batch/results-writer.ts";
import { runBatch } from "../batch/run-batch.ts";
import { inputsOfRun, type NumberedInput, type RunOptions, threadsOf } from "../batch/run-inputs.ts";
import { EXIT, exitCodeOf } from "../exit.ts";
import type { Host } from "../host.ts";
import type { Work } from "../jobs/jobs.ts";
import type { RewriteJob } from "../jobs/rewrite-job.ts";
import { FoundBases } from "../output/found-bases.ts";
import type { RunJson } from "../output/json-output.ts";
import { type PageFile, pageFor } from "../output/page-file.ts";
import { RewriteText, type Rewriting } from "../output/rewrite-text.ts";

/** Options that distill and relocate share, as commander gives them. */
export interface RewriteOptions extends RunOptions, OutputOptions, WriteOptions {
  readonly baseBtf?: readonly string[];
  /** Whether to print statistics of sizes at the end. */
  readonly stats?: boolean;
}

/** A command that rewrites modules. */
export interface RewriteCommand<Settings> {
  readonly name: Rewriting;
  readonly work: Work<Settings, RewriteJob, Outcome>;
  readonly settings: Settings;
  /** The bases that were given with -B. */
  readonly bases: readonly Vmlinux[];
  /** Whether each input is tried on each of the bases. */
  readonly isOnEach?: boolean;
  /** Other files that the command reads, which must not be overwritten. */
  readonly reads: readonly (string | undefined)[];
}

/** Rewrites all inputs; a failure does not stop the others. Reports, and returns the exit code. */
export async function runRewrite<Settings>(
  paths: readonly string[],
  options: RewriteOptions,
  host: Host,
  { name, work, settings, bases, isOnEach, reads }: RewriteCommand<Settings>,
): Promise<number> {
  const threads = threadsOf(options);
  const { inputs, total } = inputsOfRun(paths, name, options);
  const { plans, links, page } = planRun(inputs, options, name, reads);
  /** How many times each input is done. */
  const turns = isOnEach === true ? bases.length : 1;
  const form = resultsForm(options);
  const run: RunJson = {
    command: name,
    inputs: total * turns,
    ...(bases.length === 1 && { base: bases[0].path }),
    ...(bases.length > 1 && { bases: bases.map(({ path }) => path) }),
    ...(options.stats === true && { stats: true }),
    shard: options.shard,
  };
  const writer = form && new ResultsWriter(host.stdout, form, run);
  const text = new RewriteText(host, name, options);
  const found = bases.length > 0 || options.quiet === true ? undefined : new FoundBases(host);
  const progress = await Progress.begin(host, name, inputs.length * turns, options.quiet === true);
  let exitCode: number = EXIT.ok;
  let ok = 0;
  /** All outcomes, for a page. */
  const outcomes: Outcome[] = [];
  const sizes: ModuleSizes[] = [];

  const take = (outcome: Outcome, i: number) => {
    if (outcome.ok) ok++;
    if (page !== undefined) outcomes.push(outcome);
    if (options.stats === true) sizes.push(...sizesOfOutcome(outcome));
    exitCode = Math.max(exitCode, exitCodeOfOutcome(outcome));
    if (writer !== undefined)
      writer.write(outcomeJson(outcome), inputs[Math.floor(i / turns)].number * turns + (i % turns));
    else {
      progress.clear();
      if (outcome.base !== undefined) found?.tell(outcome.base);
      text.outcome(outcome);
    }
    progress.step();
  };
  const jobs = inputs.flatMap(({ input }, i) =>
    Array.from({ length: turns }, (_, base): RewriteJob => ({ input, plan: plans[i], base })),
  );
  const end = await runBatch({
    work,
    settings,
    bases,
    jobs,
    threads,
    inputOf: (job: RewriteJob) => job.input,
    isDone: (job: RewriteJob) => outcomeWithoutWork(job, links, options),
    take: (result, i) => take(isRefused(result) ? failedOutcome(result.input, result.refusal) : result, i),
  });
  progress.end();
  const interrupted = end.signal === undefined ? {} : { interrupted: true };
  const statistics = options.stats === true ? await statisticsOf(sizes) : undefined;
  writer?.end({
    inputs: end.done,
    ok,
    failed: end.done - ok,
    ...(statistics && { statistics }),
    ...interrupted,
  });
  if (writer === undefined) {
    text.end();
    if (statistics !== undefined)
      await (await import("../output/stats-text.ts")).printStatistics(statistics, host);
  }
  if (page !== undefined) await writeRewritePage(page, name, outcomes, jobs.length - end.done, host);
  if (end.signal === undefined) return exitCode;
  tellInterrupted(host, end.signal, end.done, jobs.length, "--resume");
  return exitCodeOfSignal(end.signal);
}

/** What is decided before any work begins: all outputs, the links that are not followed, and the page. */
interface RunPlan {
  readonly plans: readonly OutputPlan[];
  /** By path. */
  readonly links: ReadonlyMap<string, FoundLink>;
  readonly page: PageFile | undefined;
}

/** Plans a run. Throws if an output must not be written, or if a program for it is missing. */
function planRun(
  numbered: readonly NumberedInput[],
  options: RewriteOptions,
  name: Rewriting,
  reads: readonly (string | undefined)[],
): RunPlan {
  const inputs = numbered.map(({ input }) => input);
  const infix = { distill: "distilled", relocate: "relocated" }[name];
  const named = reads.filter((path) => path !== undefined);
  const plans = planOutputs(inputs, options, infix, named);
  const links = options.inPlace === true ? foundLinks(inputs) : new Map<string, FoundLink>();
  const page = pageFor(
    options.html,
    [...named, ...inputs.map(({ path }) => path)],
    plans.flatMap(({ ko, object }) => [ko, object]),
  );
  if (options.dryRun !== true) compressionsOf(plans, options).forEach(needCompressor);
  return { plans, links, page };
}

/** The outcome of an input that needs no work: a link, or with --resume one that was done before. */
function outcomeWithoutWork(
  { input, plan }: RewriteJob,
  links: RunPlan["links"],
  options: RewriteOptions,
): Outcome | undefined {
  const link = links.get(input.path);
  if (link !== undefined) return outcomeOfLink(input.path, link);
  return options.resume === true && input.problem === undefined && isWritten(input, plan, options)
    ? { input: input.path, ok: true, skipped: true, outputs: [], failures: [], warnings: [] }
    : undefined;
}

/** Writes the page of a run, or of several that were joined; `missing` outcomes are not there. */
export async function writeRewritePage(
  page: PageFile,
  command: Rewriting,
  outcomes: readonly Outcome[],
  missing: number,
  host: Host,
): Promise<void> {
  const { rewritePage } = await import("../../report/rewrite-page.ts");
  // A module that was tried on several kernels counts once.
  const byInput = new Map(outcomes.flatMap(sizesOfOutcome).map((sizes) => [sizes.input, sizes]));
  const statistics = await statisticsOf([...byInput.values()]);
  page.write(rewritePage(command, outcomes, statistics, page.origin(missing)), host);
}

/** Loads the code for statistics if they were asked for. */
async function statisticsOf(sizes: readonly ModuleSizes[]): Promise<SizeStatistics> {
  const { summarizeSizes } = await import("../../report/size-statistics.ts");
  return summarizeSizes(sizes);
}

/** The outcome for a link that was found in a directory with --in-place: it is not followed. */
function outcomeOfLink(input: string, { to, isInput }: FoundLink): Outcome {
  if (isInput) {
    const warnings = ["it is a link to another input, which is done itself"];
    return { input, ok: true, skipped: true, outputs: [], failures: [], warnings };
  }
  return failedOutcome(input, {
    code: "exists",
    message: `it is a link to ${to}, which is not among the inputs and is not replaced`,
    at: { file: input },
    hint: "name the link itself to replace what it leads to",
  });
}

/** The sizes of a module that was rewritten. */
export function sizesOfOutcome({ input, stats = {} }: Outcome): ModuleSizes[] {
  const { btfBytes, oldBtfBytes, baseBytes } = stats;
  if (btfBytes === undefined) return [];
  return [{ input, btfBytes, ...(oldBtfBytes !== undefined && { oldBtfBytes, baseBytes }) }];
}

/** Exit code for one outcome. */
export function exitCodeOfOutcome({ ok, failures }: Outcome): number {
  return ok ? EXIT.ok : exitCodeOfFailures(failures);
}

/** Exit code for all of these failures: the highest of theirs. */
export function exitCodeOfFailures(failures: readonly Failure[]): number {
  const codes = failures.map((failure) => (isAnswer(failure) ? EXIT.no : exitCodeOf(failure.code)));
  return codes.reduce((highest, code) => Math.max(highest, code), EXIT.ok as number);
}
