import type { InputFile } from "../../io/collect.ts";
import { readVmlinux } from "../../io/read/vmlinux.ts";
import { failedOutcome, failureJson } from "../../report/outcome.ts";
import { type ModuleSizes, summarizeSizes } from "../../report/size-statistics.ts";
import { isRefused, type Refused } from "../batch/attempt-job.ts";
import { exitCodeOfSignal, tellInterrupted } from "../batch/interrupt.ts";
import { Progress } from "../batch/progress.ts";
import { ResultsWriter, resultsForm } from "../batch/results-writer.ts";
import { runBatch } from "../batch/run-batch.ts";
import { inputsOfRun, type RunOptions, threadsOf } from "../batch/run-inputs.ts";
import { EXIT, exitCodeOf } from "../exit.ts";
import type { Host } from "../host.ts";
import { STATS } from "../jobs/jobs.ts";
import type { RunJson, UnreadableJson } from "../output/json-output.ts";
import { pageFor } from "../output/page-file.ts";
import { RewriteText } from "../output/rewrite-text.ts";
import { printStatistics } from "../output/stats-text.ts";

/** Options of `btfx stats`, as commander gives them. */
export interface StatsOptions extends RunOptions {
  readonly baseBtf?: string;
}

/** `btfx stats`: measures all modules, and returns the exit code. */
export async function runStats(paths: readonly string[], options: StatsOptions, host: Host): Promise<number> {
  const threads = threadsOf(options);
  const base = options.baseBtf === undefined ? undefined : await readVmlinux(options.baseBtf);
  const { inputs, total } = inputsOfRun(paths, "stats", options);
  const page = pageFor(options.html, [
    ...(base === undefined ? [] : [base.path]),
    ...inputs.map(({ input }) => input.path),
  ]);
  const form = resultsForm(options);
  const run: RunJson = {
    command: "stats",
    inputs: total,
    ...(base && { base: base.path }),
    shard: options.shard,
  };
  const writer = form && new ResultsWriter(host.stdout, form, run);
  const progress = await Progress.begin(host, "stats", inputs.length, options.quiet === true);
  const text = new RewriteText(host, "stats", options);
  const sizes: ModuleSizes[] = [];
  let exitCode: number = EXIT.ok;

  const take = (result: ModuleSizes | Refused, i: number) => {
    progress.step();
    if (!isRefused(result)) {
      sizes.push(result);
      writer?.write(result, inputs[i].number);
      return;
    }
    const { input, refusal } = result;
    exitCode = Math.max(exitCode, exitCodeOf(refusal.code));
    const unreadable: UnreadableJson = { input, failure: failureJson(refusal) };
    writer?.write(unreadable, inputs[i].number);
    if (writer === undefined) text.outcome(failedOutcome(input, refusal));
  };
  const end = await runBatch({
    work: STATS,
    settings: {},
    bases: base === undefined ? [] : [base],
    jobs: inputs.map(({ input }) => input),
    threads,
    inputOf: (input: InputFile) => input,
    take,
  });
  progress.end();
  const statistics = summarizeSizes(sizes);
  const interrupted = end.signal === undefined ? {} : { interrupted: true };
  writer?.end({ ...statistics, failed: end.done - sizes.length, ...interrupted });
  if (writer === undefined) {
    await printStatistics(statistics, host);
    text.endErrors();
  }
  if (page !== undefined) {
    const { statsPage } = await import("../../report/stats-page.ts");
    const origin = page.origin(inputs.length - end.done);
    page.write(statsPage(statistics, end.done - sizes.length, origin), host);
  }
  if (end.signal === undefined) return exitCode;
  tellInterrupted(host, end.signal, end.done, inputs.length);
  return exitCodeOfSignal(end.signal);
}
