import { kernelName, NEWEST_RULES, parseRelease } from "../../engine/verify/kernel.ts";
import type { InputFile } from "../../io/collect.ts";
import { readVmlinux, type Vmlinux } from "../../io/read/vmlinux.ts";
import {
  hasErrors,
  isObjectOnKernels,
  type Judgement,
  judgementJson,
  summarize,
  withoutSteps,
} from "../../report/verify-summary.ts";
import { isRefused, type Refused } from "../batch/attempt-job.ts";
import { exitCodeOfSignal, tellInterrupted } from "../batch/interrupt.ts";
import { Progress } from "../batch/progress.ts";
import { ResultsWriter, resultsForm } from "../batch/results-writer.ts";
import { runBatch } from "../batch/run-batch.ts";
import { inputsOfRun, type RunOptions, threadsOf } from "../batch/run-inputs.ts";
import { EXIT, exitCodeOf } from "../exit.ts";
import type { Host } from "../host.ts";
import { VERIFY } from "../jobs/jobs.ts";
import { FoundBases } from "../output/found-bases.ts";
import type { RunJson } from "../output/json-output.ts";
import { isInMatrix, printJudgement, printSummary } from "../output/verify-text.ts";
import { refuseOtherModules } from "./kernel-modules.ts";

/** Options of `btfx verify`, as commander gives them. */
export interface VerifyCommandOptions extends RunOptions {
  readonly baseBtf?: readonly string[];
  readonly kernel?: string;
  readonly byteOrder?: "little" | "big";
  readonly asIs?: boolean;
  readonly modules?: readonly string[];
  readonly explain?: boolean;
  readonly html?: string;
}

/** `btfx verify`: judges all inputs, modules on each base, reports, and returns the exit code. */
export async function runVerify(
  paths: readonly string[],
  options: VerifyCommandOptions,
  host: Host,
): Promise<number> {
  if (options.kernel !== undefined) insistOnKnown(options.kernel, options.quiet === true, host);
  const threads = threadsOf(options);
  const given: Vmlinux[] = [];
  for (const path of options.baseBtf ?? []) given.push(await readVmlinux(path));
  await refuseOtherModules(given, options.modules);
  const bases = given.map(({ path }) => path);
  const { inputs, total } = inputsOfRun(paths, "verify", options);
  // A file that is judged by itself is done before V8 has compiled anything.
  if (inputs.length > 1 || given.length > 0) host.expectShortRun?.();
  const page =
    options.html === undefined
      ? undefined
      : (await import("../output/page-file.ts")).pageFor(options.html, [
          ...bases,
          ...inputs.map(({ input }) => input.path),
        ]);
  const form = resultsForm(options);
  const run: RunJson = { command: "verify", inputs: total, bases, shard: options.shard };
  const writer = form && new ResultsWriter(host.stdout, form, run);
  const progress = await Progress.begin(host, "verify", inputs.length, options.quiet === true);
  const judgements: Judgement[] = [];
  const found = bases.length > 0 || options.quiet === true ? undefined : new FoundBases(host);
  let exitCode: number = EXIT.ok;

  const take = (judgement: Judgement, i: number) => {
    judgements.push(withoutSteps(judgement));
    exitCode = Math.max(exitCode, exitCodeOfJudgement(judgement));
    writer?.write(judgementJson(judgement), inputs[i].number);
    if (writer === undefined) {
      progress.clear();
      if (judgement.form === "module") for (const { base } of judgement.bases) found?.tell(base);
      const told = { quiet: options.quiet === true, verbose: options.verbose === true };
      if (options.explain === true || !isInMatrix(judgement, bases)) printJudgement(judgement, told, host);
    }
    progress.step();
  };
  const end = await runBatch({
    work: VERIFY,
    settings: options,
    bases: given,
    jobs: inputs.map(({ input }) => input),
    threads,
    inputOf: (input: InputFile) => input,
    take: (result, i) => take(isRefused(result) ? unreadable(result) : result, i),
  });
  progress.end();
  const summary = summarize(judgements, bases);
  writer?.end(end.signal === undefined ? summary : { ...summary, interrupted: true });
  if (writer === undefined) await printSummary(judgements, summary, options.quiet === true, host);
  if (page !== undefined) {
    const { verifyPage } = await import("../../report/verify-page.ts");
    page.write(verifyPage(judgements, summary, page.origin(inputs.length - judgements.length)), host);
  }
  if (end.signal === undefined) return exitCode;
  tellInterrupted(host, end.signal, end.done, inputs.length);
  return exitCodeOfSignal(end.signal);
}

/** Throws `usage` for what is no kernel release, and tells that one is newer than the rules known here. */
function insistOnKnown(text: string, quiet: boolean, host: Host): void {
  const asked = parseRelease(text);
  if (quiet || asked <= NEWEST_RULES) return;
  const newest = kernelName(NEWEST_RULES);
  host.stderr.write(
    `note: the rules of ${kernelName(asked)} are not known here, those of ${newest} are taken\n`,
  );
}

function unreadable({ input, refusal }: Refused): Judgement {
  return { input, form: "unreadable", verdict: null, failure: refusal };
}

/** The exit code of a run for one of its judgements. */
export function exitCodeOfJudgement(judgement: Judgement): number {
  if (judgement.form === "unreadable") return exitCodeOf(judgement.failure.code);
  const all = judgement.form === "module" ? judgement.bases : [judgement];
  const isBroken = isObjectOnKernels(judgement) && judgement.programs.some(({ fit }) => fit === "broken");
  return isBroken || all.some(hasErrors) ? EXIT.no : EXIT.ok;
}
