import type { ChalkInstance } from "chalk";
import { BtfxError } from "../errors.ts";
import { collectInputs, type InputFile } from "../io/collect.ts";
import { type ModuleCompression, needCompressor, packModule } from "../io/compress.ts";
import type { ModuleFile } from "../io/module.ts";
import { isStream } from "../io/open-source.ts";
import { type NewSections, OutputNames } from "../io/outputs.ts";
import { patchModule } from "../io/patch-module.ts";
import { type OutputFile, writeOutputs } from "../io/write.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import type { Host } from "./host.ts";
import { endBetweenTurns } from "./interrupt.ts";
import { Progress } from "./progress.ts";
import { failedOutcome, failureLines, type Outcome, relocationFailureLines } from "./report.ts";
import { safe } from "./safe.ts";
import { count, styleFor } from "./style.ts";

/** Options that distill and relocate share, as commander gives them. */
export interface RewriteOptions {
  readonly baseBtf?: string;
  readonly output?: string;
  readonly inPlace?: boolean;
  readonly detached?: boolean;
  readonly stripSignature?: boolean;
  readonly force?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly pretty?: boolean;
  readonly dryRun?: boolean;
  readonly compress?: ModuleCompression | "none";
}

/** What a command does with one input; throws {@link BtfxError} where it cannot. */
export type Work = (input: InputFile, names: OutputNames) => Promise<Outcome>;

/** A command that rewrites modules: its name, the infix of its outputs, and how it tells one success. */
export interface RewriteCommand {
  readonly name: "distill" | "relocate";
  readonly infix: "distilled" | "relocated";
  /** Files that the command line names to be read besides the inputs, where it does: nothing is written over them. */
  readonly reads: readonly (string | undefined)[];
  readonly work: Work;
  readonly describe: (outcome: Outcome, style: ChalkInstance) => string;
}

/** Does all inputs, one after the other; one failure does not stop the others. Reports, and returns the exit code. */
export async function runRewrite(
  paths: readonly string[],
  options: RewriteOptions,
  host: Host,
  command: RewriteCommand,
): Promise<number> {
  const inputs = collectInputs(paths, command.name);
  const names = new OutputNames(options, command.infix, inputs);
  for (const path of command.reads) if (path !== undefined) names.keep(path);
  if (options.dryRun !== true) names.compressions(inputs).forEach(needCompressor);
  const asJson = options.json === true || options.pretty === true;
  const outcomes: Outcome[] = [];
  const progress = await Progress.begin(host, command.name, inputs.length, asJson || options.quiet === true);
  const stopWaiting = endBetweenTurns();
  let yielded = performance.now();
  for (const input of inputs) {
    if (performance.now() - yielded > 100) {
      await new Promise((resolve) => setImmediate(resolve));
      yielded = performance.now();
    }
    const outcome = await attemptWork(input, names, command.work);
    outcomes.push(outcome);
    progress.step();
    if (!asJson) printOutcome(outcome, command, options, host);
  }
  stopWaiting();
  progress.end();
  if (!asJson) printWarnings(outcomes, host);
  const done = outcomes.filter((outcome) => outcome.ok).length;
  if (asJson) {
    const summary = { inputs: outcomes.length, ok: done, failed: outcomes.length - done };
    const indent = options.pretty ? 2 : undefined;
    host.stdout.write(`${JSON.stringify({ results: outcomes, summary }, null, indent)}\n`);
  } else if (outcomes.length > 1) {
    const past = { distill: "distilled", relocate: "relocated" }[command.name];
    const failed = outcomes.length - done;
    const tail = failed === 0 ? "" : `, ${failed.toLocaleString("en-US")} failed`;
    host.stdout.write(
      `${done.toLocaleString("en-US")} of ${count(outcomes.length, "module")} ${past}${tail}\n`,
    );
  }
  return outcomes.reduce(
    (highest, outcome) => Math.max(highest, exitCodeOfOutcome(outcome)),
    EXIT.ok as number,
  );
}

async function attemptWork(input: InputFile, names: OutputNames, work: Work): Promise<Outcome> {
  try {
    if (input.problem !== undefined) throw input.problem;
    return await work(input, names);
  } catch (error) {
    if (error instanceof BtfxError) return failedOutcome(input.path, error);
    throw error;
  }
}

function exitCodeOfOutcome(outcome: Outcome): number {
  if (outcome.ok) return EXIT.ok;
  return Math.max(
    ...outcome.failures.map((failure) => (failure.code === "unmapped" ? EXIT.no : exitCodeOf(failure.code))),
  );
}

function printOutcome(outcome: Outcome, command: RewriteCommand, options: RewriteOptions, host: Host): void {
  const out = styleFor(host.stdout, host.env);
  if (outcome.ok) {
    if (options.quiet !== true) host.stdout.write(`${command.describe(outcome, out)}\n`);
    return;
  }
  const unmapped = outcome.failures.filter((failure) => failure.code === "unmapped");
  if (unmapped.length > 0) {
    const base = safe(outcome.base ?? "the base");
    const of = outcome.stats?.baseTypes;
    const share =
      of === undefined ? count(unmapped.length, "type") : `${unmapped.length} of ${count(of, "base type")}`;
    host.stdout.write(
      `${out.red("✗")} ${safe(outcome.input)} does not relocate onto ${base}: ${share} ${unmapped.length === 1 ? "does" : "do"} not fit\n`,
    );
    for (const failure of unmapped) host.stdout.write(relocationFailureLines(failure, base, out));
  }
  const err = styleFor(host.stderr, host.env);
  for (const failure of outcome.failures) host.stderr.write(failureLines(outcome, failure, err));
}

/** Warnings at the end, each once with the inputs that it is about: a tree of signed modules gives one line. */
function printWarnings(outcomes: readonly Outcome[], host: Host): void {
  const inputsOf = new Map<string, string[]>();
  for (const { input, warnings } of outcomes) {
    for (const warning of warnings) {
      const inputs = inputsOf.get(warning);
      if (inputs === undefined) inputsOf.set(warning, [input]);
      else inputs.push(input);
    }
  }
  const style = styleFor(host.stderr, host.env);
  for (const [warning, inputs] of inputsOf) {
    const where = inputs.length === 1 ? inputs[0] : `${count(inputs.length, "module")} (${inputs[0]}, …)`;
    host.stderr.write(`${style.yellow("warning:")} ${safe(where)}: ${safe(warning)}\n`);
  }
}

/** What a rewritten module becomes on disk, and what was warned of on the way. */
export interface Written {
  readonly outputs: string[];
  readonly warnings: string[];
  /** Size of the new .ko less that of the old; 0 for detached sections. */
  readonly growth: number;
}

/**
 * Writes the new sections of a module: a .ko with them in place of the old ones, or files of their own. Throws `signed`
 * for a signed module that would be replaced without leave.
 */
export async function writeModule(
  input: InputFile,
  module: ModuleFile,
  sections: NewSections,
  names: OutputNames,
  options: RewriteOptions,
): Promise<Written> {
  if (options.inPlace && isStream(input.path)) {
    throw new BtfxError("usage", "--in-place is for files: nothing can be written back into a pipe", {
      at: { file: input.path },
      hint: "give an -o",
    });
  }
  const warnings: string[] = [];
  let files: OutputFile[];
  let growth = 0;
  if (module.ko === undefined || options.detached === true) {
    if (options.inPlace) {
      throw new BtfxError("usage", "--in-place is for modules: raw BTF becomes several files", {
        at: { file: input.path },
      });
    }
    files = names.detached(input, module, sections);
  } else {
    if (options.inPlace && module.ko.signature !== undefined && options.stripSignature !== true) {
      throw new BtfxError("signed", "the module is signed, and a rewritten one loses its signature", {
        at: { file: input.path },
        hint: "--strip-signature lets it go; sign the module again afterwards",
      });
    }
    if (module.ko.signature !== undefined)
      warnings.push("the appended signature was dropped: sign the module again");
    const bytes = patchModule(module.ko, sections);
    growth = bytes.length - module.ko.elf.source.size;
    const path = names.module(input);
    files = [{ path, bytes: await packModule(bytes, names.compression(path, module.ko)) }];
  }
  if (options.dryRun !== true) writeOutputs(files, options.force === true || options.inPlace === true);
  return { outputs: options.dryRun === true ? [] : files.map((file) => file.path), warnings, growth };
}
