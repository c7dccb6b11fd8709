import { CHANGE_CLASSES, type ChangeClass } from "../../engine/diff/change.ts";
import { type Difference, type DiffOptions, diffBtf } from "../../engine/diff/diff.ts";
import type { ModuleImpact } from "../../engine/diff/module-impact.ts";
import { BtfxError, type ErrorData } from "../../errors.ts";
import { collectInputs, type InputFile } from "../../io/collect.ts";
import { type Compared, readCompared, readSplitOn } from "../../io/read/compared.ts";
import { readVmlinux } from "../../io/read/vmlinux.ts";
import { differs, type FailOn, type ToldDifference, tellDifference } from "../../report/diff-summary.ts";
import { failureJson } from "../../report/outcome.ts";
import { Progress } from "../batch/progress.ts";
import { EXIT, exitCodeOf } from "../exit.ts";
import type { Host } from "../host.ts";
import { asksForJson, type JsonOptions, jsonText } from "../json.ts";
import { historyText } from "../output/diff-history-text.ts";
import { differenceText, statText } from "../output/diff-text.ts";
import { inputErrorLines } from "../output/error-text.ts";
import type { DifferenceJson } from "../output/json-output.ts";
import { pageFor } from "../output/page-file.ts";
import { safe } from "../output/safe.ts";
import { styleFor } from "../output/style.ts";
import { noSuchType } from "../words/query-words.ts";
import { kindsNamed, nameMatcher } from "../words/type-filters.ts";

/** Options of `btfx diff`, as commander gives them. */
export interface DiffCommandOptions extends JsonOptions {
  readonly baseBtf?: readonly string[];
  readonly module?: readonly string[];
  readonly name?: readonly string[];
  readonly kind?: readonly string[];
  readonly class?: readonly string[];
  readonly reach?: boolean;
  readonly stat?: boolean;
  readonly failOn: FailOn;
  readonly html?: string;
}

/** A module with the effect of the difference on it, or the error if that is not known. */
interface ReadModule {
  readonly module: string;
  readonly impact?: ModuleImpact;
  readonly failure?: ErrorData;
}

/** `btfx diff`: compares each file with the one before, reports, and returns the exit code. */
export async function runDiff(
  paths: readonly string[],
  options: DiffCommandOptions,
  host: Host,
): Promise<number> {
  const bases = basesFor(paths, options.baseBtf ?? []);
  const classes = options.class === undefined ? undefined : classesNamed(options.class);
  const modules = options.module === undefined ? undefined : modulesIn(options.module, paths, options);
  const page = pageFor(options.html, [
    ...paths,
    ...(options.baseBtf ?? []),
    ...(modules ?? []).map(({ path }) => path),
  ]);
  const chosen: DiffOptions = {
    ...(options.name === undefined ? {} : { name: nameMatcher(options.name) }),
    ...(options.kind === undefined ? {} : { kinds: kindsNamed(options.kind) }),
    reach: options.reach === true || modules !== undefined,
  };
  const readBase = onlyOnce(async (path: string) => (await readVmlinux(path)).btf);
  const told: ToldDifference[] = [];
  let exitCode: number = EXIT.ok;
  let old = await readCompared(paths[0], bases[0], readBase);
  for (const [i, path] of paths.slice(1).entries()) {
    const next = await readCompared(path, bases[i + 1], readBase);
    const difference = diffBtf(old.btf, next.btf, chosen);
    const read =
      modules === undefined ? undefined : await impacts(modules, old, next, difference, options, host);
    const step = tellDifference({ old: old.path, new: next.path }, difference, read, {
      ...(classes === undefined ? {} : { classes }),
      reach: options.reach === true,
    });
    told.push(step);
    if (differs(step, options.failOn)) exitCode = Math.max(exitCode, EXIT.no);
    for (const { failure } of read ?? []) {
      if (failure !== undefined) exitCode = Math.max(exitCode, exitCodeOf(failure.code));
    }
    old = next;
  }
  if (options.name !== undefined && told.every(isEmpty)) throw noSuchType(old.btf, options.name);
  await print(told, options, host);
  if (page !== undefined) {
    const { diffPage } = await import("../../report/diff-page.ts");
    page.write(diffPage(told, page.origin(0)), host);
  }
  return exitCode;
}

/** Whether no type was compared at all. */
function isEmpty({ summary }: ToldDifference): boolean {
  return Object.values(summary).every(
    ({ same, changed, added, removed }) => same + changed + added + removed === 0,
  );
}

async function print(
  steps: readonly ToldDifference[],
  options: DiffCommandOptions,
  host: Host,
): Promise<void> {
  if (asksForJson(options)) {
    const all = steps.map(differenceJson);
    const value = all.length === 1 ? all[0] : { steps: all };
    host.stdout.write(jsonText(value, options.pretty));
    return;
  }
  const style = styleFor(host.stdout, host.env);
  const errors = styleFor(host.stderr, host.env);
  for (const step of steps) {
    if (steps.length > 1) host.stdout.write(`${style.bold(`${safe(step.old)} -> ${safe(step.new)}`)}\n`);
    host.stdout.write(options.stat === true ? await statText(step) : differenceText(step, style));
    if (steps.length > 1) host.stdout.write("\n");
    for (const { module, failure } of step.modules ?? []) {
      if (failure === undefined) continue;
      host.stderr.write(inputErrorLines(module, failure, errors));
    }
  }
  if (steps.length > 1 && options.stat !== true) host.stdout.write(await historyText(steps, style));
}

/** A step in JSON. Errors of modules have their place beside code and message, as in other commands. */
function differenceJson({ modules: told, ...step }: ToldDifference): DifferenceJson {
  if (told === undefined) return step;
  const modules = told.map((module) =>
    module.failure === undefined ? module : { ...module, failure: failureJson(module.failure) },
  );
  return { ...step, modules };
}

/** The base of each file: none, one for all, or one for each. */
function basesFor(paths: readonly string[], given: readonly string[]): (string | undefined)[] {
  if (given.length > 1 && given.length !== paths.length) {
    throw new BtfxError("usage", `${given.length} bases for ${paths.length} files`, {
      hint: "give -B once for all files, or once for each in their order",
    });
  }
  return paths.map((_, i) => (given.length > 1 ? given[i] : given[0]));
}

function classesNamed(words: readonly string[]): ReadonlySet<ChangeClass> {
  return new Set(
    words
      .flatMap((word) => word.split(","))
      .map((word) => {
        const known = CHANGE_CLASSES.find((each) => each === word);
        if (known !== undefined) return known;
        const hint = `classes are ${CHANGE_CLASSES.join(", ")}`;
        throw new BtfxError("usage", `there is no class of changes '${word}'`, { hint });
      }),
  );
}

function modulesIn(
  given: readonly string[],
  paths: readonly string[],
  options: DiffCommandOptions,
): InputFile[] {
  if (paths.length > 2) {
    throw new BtfxError("usage", "--module is for two kernels, not for a history");
  }
  if (options.baseBtf !== undefined) {
    throw new BtfxError("usage", "--module is for two kernels, which have no base", {
      hint: "to compare two modules, give them as OLD and NEW with their kernels as -B",
    });
  }
  return collectInputs(given, "diff");
}

/** Reads each module on the old kernel and finds out how the difference affects it. */
async function impacts(
  modules: readonly InputFile[],
  old: Compared,
  next: Compared,
  difference: Difference,
  options: DiffCommandOptions,
  host: Host,
): Promise<ReadModule[]> {
  const { ModuleImpacts } = await import("../../engine/diff/module-impact.ts");
  const known = new ModuleImpacts(old.btf, next.btf, difference);
  const progress = await Progress.begin(host, "diff", modules.length, asksForJson(options));
  const read: ReadModule[] = [];
  for (const { path, problem } of modules) {
    try {
      if (problem !== undefined) throw problem;
      read.push({ module: path, impact: known.of(await readSplitOn(path, old.btf)) });
    } catch (error) {
      if (!(error instanceof BtfxError)) throw error;
      read.push({ module: path, failure: error.toData() });
    }
    progress.step();
  }
  progress.end();
  return read;
}

/** Reads each file once, however often it is needed. */
function onlyOnce<T>(read: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (path) => {
    const value = known.get(path) ?? read(path);
    known.set(path, value);
    return value;
  };
}
