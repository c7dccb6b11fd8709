import type { ChalkInstance } from "chalk";
import type { ErrorData } from "../../errors.ts";
import { count, numberText } from "../../report/number-text.ts";
import { errorsOf, type Outcome, unmappedTypes, unresolvedAccesses } from "../../report/outcome.ts";
import type { Host } from "../host.ts";
import { errorLines, inputErrorLines, relocationCure, relocationFailureLines } from "./error-text.ts";
import { unresolvedLines } from "./object-text.ts";
import { safe } from "./safe.ts";
import { bytesText, styleFor } from "./style.ts";

/** The commands that rewrite modules. */
export type Rewriting = "distill" | "relocate";
/** Commands whose failures are grouped. */
type Grouping = Rewriting | "stats";

/** Inputs of a group that are named; all with --verbose. */
const NAMED = 2;

/**
 * Prints the outcomes of distill or relocate: each as soon as it comes, and at the end warnings and failures, each once
 * with the inputs that it concerns.
 */
export class RewriteText {
  readonly #host: Host;
  readonly #command: Grouping;
  readonly #isQuiet: boolean;
  readonly #isVerbose: boolean;
  readonly #countsDone: boolean;
  readonly #warnings = new Map<string, string[]>();
  readonly #errors = new Map<string, { error: ErrorData; inputs: string[] }>();
  /** What to do about modules that do not relocate, with these modules. */
  readonly #cures = new Map<string, string[]>();
  #done = 0;
  #failed = 0;
  #skipped = 0;
  #objects = 0;

  /** With `countsDone`, modules that were done are only counted. */
  constructor(
    host: Host,
    command: Grouping,
    options: { quiet?: boolean; verbose?: boolean; countsDone?: boolean },
  ) {
    this.#host = host;
    this.#command = command;
    this.#isQuiet = options.quiet === true;
    this.#isVerbose = options.verbose === true;
    this.#countsDone = options.countsDone === true;
  }

  /** Prints an outcome; errors and warnings wait for {@link end}. */
  outcome(outcome: Outcome): void {
    if (outcome.ok) this.#done++;
    else this.#failed++;
    if (outcome.skipped) this.#skipped++;
    if (isOfObject(outcome)) this.#objects++;
    for (const warning of outcome.warnings) put(this.#warnings, warning, outcome.input);
    for (const error of errorsOf(outcome.failures)) this.#noteError(outcome.input, error);
    if (outcome.ok) this.#printDone(outcome);
    else {
      this.#printUnmapped(outcome);
      this.#printUnresolved(outcome);
    }
  }

  /** Prints warnings and errors in groups, and the totals. */
  end(): void {
    const { stdout, stderr, env } = this.#host;
    const style = styleFor(stderr, env);
    if (!this.#isQuiet) {
      for (const [warning, inputs] of this.#warnings) {
        stderr.write(`${style.yellow("warning:")} ${this.#named(inputs)}: ${safe(warning)}\n`);
      }
    }
    this.endErrors();
    this.#printCures();
    const total = this.#done + this.#failed;
    if (total < 2 || this.#isQuiet) return;
    const past = { distill: "distilled", relocate: "relocated", stats: "measured" }[this.#command];
    const skipped = this.#skipped === 0 ? "" : ` (${numberText(this.#skipped)} of them before)`;
    const failed = this.#failed === 0 ? "" : `, ${numberText(this.#failed)} failed`;
    const noun = this.#objects === 0 ? "module" : this.#objects === total ? "object" : "file";
    stdout.write(`${numberText(this.#done)} of ${count(total, noun)} ${past}${skipped}${failed}\n`);
  }

  /** Prints each error once, with the inputs that it concerns. */
  endErrors(): void {
    const { stderr, env } = this.#host;
    const style = styleFor(stderr, env);
    for (const { error, inputs } of this.#errors.values()) {
      const [input] = inputs;
      if (inputs.length === 1) stderr.write(inputErrorLines(input, error, style));
      else stderr.write(errorLines({ ...error, at: { file: this.#named(inputs) } }, style));
    }
  }

  /** Groups errors that say the same about several inputs. Names of inputs in them are not compared. */
  #noteError(input: string, error: ErrorData): void {
    const { code, message, hint, at } = error;
    const own = at.file === undefined || at.file === input ? {} : { file: at.file };
    const isOfOutput = code === "exists" && at.file !== undefined;
    const key = JSON.stringify([
      code,
      message,
      hint,
      at.section,
      at.typeId,
      at.offset,
      isOfOutput ? {} : own,
    ]);
    const group = this.#errors.get(key);
    if (group === undefined) this.#errors.set(key, { error, inputs: [input] });
    else group.inputs.push(input);
  }

  #printDone(outcome: Outcome): void {
    if (this.#isQuiet || this.#countsDone || outcome.skipped) return;
    const describe = this.#command === "relocate" ? describeRelocated : describeDistilled;
    this.#host.stdout.write(`${describe(outcome, styleFor(this.#host.stdout, this.#host.env))}\n`);
  }

  #printUnmapped({ input, base = "the base", stats, failures }: Outcome): void {
    const unmapped = unmappedTypes(failures);
    if (unmapped.length === 0) return;
    const { stdout, env } = this.#host;
    const style = styleFor(stdout, env);
    const of = stats?.baseTypes;
    const share =
      of === undefined ? count(unmapped.length, "type") : `${unmapped.length} of ${count(of, "base type")}`;
    const verb = unmapped.length === 1 ? "does" : "do";
    stdout.write(
      `${style.red("✗")} ${safe(input)} does not relocate onto ${safe(base)}: ${share} ${verb} not fit\n`,
    );
    const name = safe(base.slice(base.lastIndexOf("/") + 1));
    for (const failure of unmapped) stdout.write(relocationFailureLines(failure, name, style));
    put(this.#cures, relocationCure(unmapped, name), input);
  }

  /** Prints what to do about modules that do not relocate: one line for all with the same cure. */
  #printCures(): void {
    for (const [cure, inputs] of this.#cures) {
      const them = this.#done + this.#failed === 1 ? "" : ` ${this.#named(inputs)}`;
      this.#host.stdout.write(`  to make${them === "" ? " it" : them} fit: ${cure}\n`);
    }
  }

  #printUnresolved({ input, base = "the base", stats, failures }: Outcome): void {
    const unresolved = unresolvedAccesses(failures);
    if (unresolved.length === 0) return;
    const { stdout, env } = this.#host;
    const style = styleFor(stdout, env);
    const { relocations = 0, poisoned = 0 } = stats ?? {};
    const share =
      poisoned === 0 ? "" : `: ${poisoned} of ${count(relocations, "relocation")} without a target`;
    stdout.write(`${style.red("✗")} ${safe(input)} does not relocate onto ${safe(base)}${share}\n`);
    stdout.write(unresolvedLines(unresolved, style));
  }

  /** `a.ko`, or `4,230 modules (a.ko, b.ko, …)`. */
  #named(inputs: readonly string[]): string {
    if (inputs.length === 1) return safe(inputs[0]);
    const shown = this.#isVerbose ? inputs : inputs.slice(0, NAMED);
    const names = shown.map(safe).join(", ");
    return `${count(inputs.length, "module")} (${names}${shown.length < inputs.length ? ", …" : ""})`;
  }
}

function put(map: Map<string, string[]>, key: string, input: string): void {
  const inputs = map.get(key);
  if (inputs === undefined) map.set(key, [input]);
  else inputs.push(input);
}

function describeDistilled(outcome: Outcome, style: ChalkInstance): string {
  const { stats } = outcome;
  const head = `${style.green("✓")} ${safe(outcome.input)}${arrow(outcome)}`;
  if (stats === undefined) return `${head}: already distilled`;
  const types = `${count(stats.baseTypes, "base type")}, ${stats.ownTypes} own + ${stats.copiedTypes} copied`;
  const bytes = `.BTF ${bytesText(stats.oldBtfBytes)} → ${bytesText(stats.btfBytes)} + .BTF.base ${bytesText(stats.baseBytes)}`;
  const growth = stats.fileGrowthBytes === 0 ? "" : `, file ${signed(stats.fileGrowthBytes)}`;
  return `${head}: ${types}; ${bytes}${growth}`;
}

/** Whether an outcome is of a BPF object. */
function isOfObject({ stats }: Outcome): boolean {
  return stats?.relocations !== undefined;
}

function describeRelocatedObject(outcome: Outcome, style: ChalkInstance): string {
  const { relocations = 0, patched = 0, poisoned = 0 } = outcome.stats ?? {};
  const done =
    relocations === 0
      ? "no CO-RE relocations"
      : `${count(patched, "instruction")} patched for ${safe(outcome.base ?? "")}`;
  const others = poisoned === 0 ? "" : `, ${numberText(poisoned)} poisoned`;
  return `${style.green("✓")} ${safe(outcome.input)}${arrow(outcome)}: ${done}${others}`;
}

function describeRelocated(outcome: Outcome, style: ChalkInstance): string {
  if (isOfObject(outcome)) return describeRelocatedObject(outcome, style);
  const { baseTypes = 0, ownTypes = 0, btfBytes = 0 } = outcome.stats ?? {};
  const types = `${count(baseTypes, "base type")} found in ${safe(outcome.base ?? "")}`;
  return `${style.green("✓")} ${safe(outcome.input)}${arrow(outcome)}: ${types}, ${count(ownTypes, "own type")}, .BTF ${bytesText(btfBytes)}`;
}

function arrow({ outputs }: Outcome): string {
  return outputs.length === 0 ? "" : ` → ${outputs.map(safe).join(", ")}`;
}

function signed(bytes: number): string {
  return `${bytes < 0 ? "−" : "+"}${bytesText(Math.abs(bytes))}`;
}
