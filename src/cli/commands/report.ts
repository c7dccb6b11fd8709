import schemas from "../../../docs/schemas/report.json" with { type: "json" };
import { BtfxError, type ErrorData } from "../../errors.ts";
import { readRaw } from "../../io/read/btf-file.ts";
import { misfit, type Schema } from "../../report/misfit.ts";
import { count, numberText } from "../../report/number-text.ts";
import { type Failure, failureOfJson, type Outcome } from "../../report/outcome.ts";
import { type ModuleSizes, summarizeSizes } from "../../report/size-statistics.ts";
import { type Judgement, summarize } from "../../report/verify-summary.ts";
import { ResultsWriter, resultsForm } from "../batch/results-writer.ts";
import type { RunOptions } from "../batch/run-inputs.ts";
import { EXIT, exitCodeOf } from "../exit.ts";
import type { Host } from "../host.ts";
import { errorLines } from "../output/error-text.ts";
import type { RunJson, StatsJson } from "../output/json-output.ts";
import { type PageFile, pageFor } from "../output/page-file.ts";
import { RewriteText, type Rewriting } from "../output/rewrite-text.ts";
import { printStatistics } from "../output/stats-text.ts";
import { styleFor } from "../output/style.ts";
import { isInMatrix, printJudgement, printSummary } from "../output/verify-text.ts";
import { exitCodeOfFailures, exitCodeOfOutcome, sizesOfOutcome, writeRewritePage } from "./rewrite.ts";
import { exitCodeOfJudgement } from "./verify.ts";

const DEFINITIONS = schemas.definitions as Readonly<Record<string, Schema>>;
/** The results of each command, as docs/schemas describes them. */
const RESULTS = {
  verify: { $ref: "#/definitions/JudgementJson" },
  distill: { $ref: "#/definitions/OutcomeJson" },
  relocate: { $ref: "#/definitions/OutcomeJson" },
  stats: { anyOf: [{ $ref: "#/definitions/ModuleSizes" }, { $ref: "#/definitions/UnreadableJson" }] },
} satisfies Record<RunJson["command"], Schema>;
const TEXT: Schema = { type: "string" };
const RUN: Schema = {
  type: "object",
  properties: {
    command: { enum: Object.keys(RESULTS) },
    inputs: { type: "number" },
    base: TEXT,
    bases: { type: "array", items: TEXT },
    shard: TEXT,
    stats: { type: "boolean" },
  },
  required: ["command", "inputs"],
  additionalProperties: false,
};

/** Missing shards that are named. */
const NAMED = 4;

/** A result, and where it was read. */
interface Line {
  readonly result: object;
  readonly path: string;
  readonly line: number;
}

/** Results of a run or of several shards of one, in the order of their inputs. */
interface Joined {
  readonly run: RunJson;
  readonly results: readonly object[];
  /** The error that results are missing; undefined if all are there. */
  readonly gap: ErrorData | undefined;
}

/** Where a report is written to, and how. */
interface Destination {
  readonly options: RunOptions;
  readonly host: Host;
  /** Writes JSON; undefined if text is printed. */
  readonly writer: ResultsWriter | undefined;
  readonly page: PageFile | undefined;
  /** How many results are missing. */
  readonly missing: number;
}

/**
 * `btfx report`: prints what a single run would have printed, from the JSON lines of its shards. Returns that run's
 * exit code. If results are missing, it prints the others, and then that this is not all.
 */
export async function runReport(paths: readonly string[], options: RunOptions, host: Host): Promise<number> {
  const page = pageFor(options.html, paths);
  const { run, results, gap } = await join(paths);
  const form = resultsForm(options);
  const writer = form && new ResultsWriter(host.stdout, form, run);
  for (const [i, result] of results.entries()) writer?.write(result, i);
  const missing = run.inputs - results.length;
  const exitCode = await reportOf(run, results, { options, host, writer, page, missing });
  if (gap === undefined) return exitCode;
  host.stderr.write(errorLines(gap, styleFor(host.stderr, host.env)));
  return Math.max(exitCode, exitCodeOf(gap.code));
}

async function reportOf(run: RunJson, results: readonly object[], to: Destination): Promise<number> {
  switch (run.command) {
    case "verify":
      return await reportVerify(run, results, to);
    case "stats":
      return await reportStats(results, to);
    default:
      return await reportRewrite(run, results, to);
  }
}

async function reportVerify(
  { bases = [] }: RunJson,
  results: readonly object[],
  { options, host, writer, page, missing }: Destination,
): Promise<number> {
  const judgements = results.map((result): Judgement => {
    const judgement = result as Judgement;
    return judgement.form === "unreadable"
      ? ({ ...judgement, failure: failureOfJson(judgement.failure) } as Judgement)
      : judgement;
  });
  const summary = summarize(judgements, bases);
  writer?.end({ ...summary, ...gapJson(missing) });
  if (writer === undefined) {
    for (const judgement of judgements) {
      if (isInMatrix(judgement, bases)) continue;
      printJudgement(judgement, { quiet: true, verbose: options.verbose === true }, host);
    }
    await printSummary(judgements, summary, options.quiet === true, host);
  }
  if (page !== undefined) {
    const { verifyPage } = await import("../../report/verify-page.ts");
    page.write(verifyPage(judgements, summary, page.origin(missing)), host);
  }
  return judgements.reduce((most, each) => Math.max(most, exitCodeOfJudgement(each)), EXIT.ok as number);
}

async function reportRewrite(
  run: RunJson,
  results: readonly object[],
  { options, host, writer, page, missing }: Destination,
): Promise<number> {
  const command = run.command as Rewriting;
  const outcomes = results.map((result): Outcome => {
    const outcome = result as Outcome;
    return { ...outcome, failures: outcome.failures.map(failureOfJson) };
  });
  const ok = outcomes.filter((outcome) => outcome.ok).length;
  const statistics = run.stats === true ? summarizeSizes(outcomes.flatMap(sizesOfOutcome)) : undefined;
  writer?.end({
    inputs: outcomes.length,
    ok,
    failed: outcomes.length - ok,
    ...(statistics && { statistics }),
    ...gapJson(missing),
  });
  if (writer === undefined) {
    const text = new RewriteText(host, command, { ...options, countsDone: true });
    for (const outcome of outcomes) text.outcome(outcome);
    text.end();
    if (statistics !== undefined) await printStatistics(statistics, host);
  }
  if (page !== undefined) await writeRewritePage(page, command, outcomes, missing, host);
  return outcomes.reduce((most, each) => Math.max(most, exitCodeOfOutcome(each)), EXIT.ok as number);
}

async function reportStats(
  results: readonly object[],
  { options, host, writer, page, missing }: Destination,
): Promise<number> {
  const text = new RewriteText(host, "stats", options);
  const sizes: ModuleSizes[] = [];
  const failures: Failure[] = [];
  for (const result of results as readonly StatsJson["results"][number][]) {
    if ("failure" in result) {
      const failure = failureOfJson(result.failure);
      failures.push(failure);
      text.outcome({ input: result.input, ok: false, outputs: [], failures: [failure], warnings: [] });
    } else sizes.push(result);
  }
  const statistics = summarizeSizes(sizes);
  writer?.end({ ...statistics, failed: failures.length, ...gapJson(missing) });
  if (writer === undefined) {
    await printStatistics(statistics, host);
    text.endErrors();
  }
  if (page !== undefined) {
    const { statsPage } = await import("../../report/stats-page.ts");
    page.write(statsPage(statistics, failures.length, page.origin(missing)), host);
  }
  return exitCodeOfFailures(failures);
}

/** What the summary says of results that are missing: the same as that of a run which was stopped. */
function gapJson(missing: number): { readonly interrupted?: true } {
  return missing > 0 ? { interrupted: true } : {};
}

/** Reads JSON lines. Throws `bad-results` for anything else, and for files of different runs. */
async function join(paths: readonly string[]): Promise<Joined> {
  let run: RunJson | undefined;
  const shards = new Set<string | undefined>();
  const byNumber = new Map<number, Line>();
  for (const path of paths) {
    const lines = Buffer.from(await readRaw(path))
      .toString()
      .split("\n");
    for (const [i, text] of lines.entries()) {
      if (text === "") continue;
      const line = i + 1;
      const value = parseLine(path, line, text);
      if ("run" in value) {
        check(value.run, RUN, path, line);
        const here = value.run as RunJson;
        if (run !== undefined && key(run) !== key(here)) {
          throw new BtfxError("bad-results", `it comes from another run than ${paths[0]}`, {
            at: { file: path },
            hint: "join results of one command, on the same bases and inputs",
          });
        }
        run = here;
        shards.add(here.shard);
      } else {
        // If a shard was run again, the later results replace the earlier ones.
        const { number, ...result } = value;
        check(number, { type: "number" }, path, line);
        byNumber.set(number as number, { result, path, line });
      }
    }
  }
  if (run === undefined) {
    throw new BtfxError("bad-results", "it does not begin with what was run", {
      at: { file: paths[0] },
      hint: "report reads what 'btfx verify --jsonl' and other commands with --jsonl print",
    });
  }
  for (const [number, { result, path, line }] of byNumber) {
    if (number < 0 || number >= run.inputs) throw misplaced(number, run, path, line);
    check(result, RESULTS[run.command], path, line);
  }
  const results = [...byNumber].sort(([a], [b]) => a - b).map(([, { result }]) => result);
  return { run, results, gap: gapOf(run.inputs, results.length, shards) };
}

/** See {@link Joined.gap}; `shards` are those whose results were read. */
function gapOf(
  inputs: number,
  results: number,
  shards: ReadonlySet<string | undefined>,
): ErrorData | undefined {
  if (results >= inputs) return undefined;
  const others = otherShards(shards);
  const named = others.slice(0, NAMED).join(", ") + (others.length > NAMED ? ", …" : "");
  return {
    code: "bad-results",
    message: `${numberText(inputs - results)} of ${count(inputs, "result")} are in none of these files`,
    at: {},
    hint:
      others.length === 0
        ? "run again what was stopped before its end"
        : `add the results of --shard ${named}`,
  };
}

/** The other shards of the split that these are of; none if they are not of one split. */
function otherShards(shards: ReadonlySet<string | undefined>): string[] {
  const [first] = shards;
  const parts = Number(/^\d+\/(\d{1,4})$/.exec(first ?? "")?.[1] ?? 0);
  const others = Array.from({ length: parts }, (_, i) => `${i + 1}/${parts}`).filter(
    (each) => !shards.has(each),
  );
  return others.length + shards.size === parts ? others : [];
}

/** The error for a result that the run cannot have. */
function misplaced(number: number, run: RunJson, path: string, line: number): BtfxError {
  const message = `line ${line} has result ${number} of a run of ${count(run.inputs, "result")}`;
  return new BtfxError("bad-results", message, {
    at: { file: path },
    hint: "give the lines as the run printed them: results are numbered from 0",
  });
}

/** Throws `bad-results` if a value is not as the schema has it. */
function check(value: unknown, schema: Schema, path: string, line: number): void {
  const place = misfit(value, schema, DEFINITIONS);
  if (place === undefined) return;
  const what = place === "" ? "" : `'${place}' of `;
  throw new BtfxError("bad-results", `${what}line ${line} is not what this version of btfx prints`, {
    at: { file: path },
    hint: "run that shard again with this version",
  });
}

function parseLine(path: string, line: number, text: string): { run: unknown } | { number: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && ("run" in value || "number" in value)) return value;
  } catch {
    // What follows says it.
  }
  throw new BtfxError("bad-results", `line ${line} is no result: it may be cut off`, {
    at: { file: path },
    hint: "it takes what commands print with --jsonl; remove the line, or run that shard again",
  });
}

function key({ command, inputs, base, bases, stats }: RunJson): string {
  return JSON.stringify([command, inputs, base, bases, stats]);
}
