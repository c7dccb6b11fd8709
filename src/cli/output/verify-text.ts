import { basename } from "node:path";
import type { ChalkInstance } from "chalk";
import type { Finding } from "../../engine/verify/findings.ts";
import { explainChoice, type KernelChoice } from "../../engine/verify/kernel-choice.ts";
import { errnoName } from "../../engine/verify/rule.ts";
import type { Verdict } from "../../engine/verify/verify.ts";
import { count, numberText } from "../../report/number-text.ts";
import { objectCell } from "../../report/object-judgement.ts";
import { shortPaths } from "../../report/short-paths.ts";
import {
  type BaseJudgement,
  cellOf,
  hasErrors,
  isObjectOnKernels,
  type Judgement,
  type Summary,
} from "../../report/verify-summary.ts";
import type { Host } from "../host.ts";
import { inputErrorLines, relocationCure, relocationFailureLines } from "./error-text.ts";
import { type ObjectTextOptions, objectLines } from "./object-text.ts";
import { safe } from "./safe.ts";
import { styleFor } from "./style.ts";
import { drawTable } from "./table.ts";

/** Findings of one input beyond this many are counted; the JSON has more. */
const SHOWN_FINDINGS = 10;
/** Rows of the matrix beyond this many are left out where they say ok. */
const SHOWN_ROWS = 100;
const SHOWN_TYPES = 15;

/** Whether {@link printSummary} has a row for it. */
export function isInMatrix(judgement: Judgement, bases: readonly string[]): boolean {
  return bases.length > 1 && (judgement.form === "module" || isObjectOnKernels(judgement));
}

/** Prints the judgement on one input. */
export function printJudgement(
  judgement: Judgement,
  { quiet, verbose }: ObjectTextOptions,
  host: Host,
): void {
  const style = styleFor(host.stdout, host.env);
  if (judgement.form === "unreadable") {
    host.stderr.write(inputErrorLines(judgement.input, judgement.failure, styleFor(host.stderr, host.env)));
    return;
  }
  if (judgement.form !== "module") {
    host.stdout.write(aloneLines(judgement, quiet, style));
    host.stdout.write(objectLines(judgement.input, judgement.programs ?? [], { quiet, verbose }, style));
    return;
  }
  for (const on of judgement.bases) {
    host.stdout.write(moduleLines(judgement.input, judgement.name, on, quiet, style));
  }
}

/**
 * Prints the matrix of modules and bases if there are several bases, the totals, the types that break most, and by
 * whose rules all of it was judged; if `quiet` only the rows of the matrix that do not say ok.
 */
export async function printSummary(
  judgements: readonly Judgement[],
  summary: Summary,
  quiet: boolean,
  host: Host,
): Promise<void> {
  const style = styleFor(host.stdout, host.env);
  if (summary.bases.length > 1) await printMatrix(judgements, summary, quiet, style, host);
  if (quiet) return;
  if (summary.inputs > 1) host.stdout.write(`${totalsLine(judgements, summary)}\n`);
  if (summary.breaking.length > 0 && summary.inputs > 1) await printBreaking(summary, style, host);
  for (const line of rulesLines(judgements)) host.stdout.write(`${style.dim(safe(line))}\n`);
}

/**
 * Lines that say by which kernel's rules was judged, and why: one for each kernel, with its bases if there are several.
 */
function rulesLines(judgements: readonly Judgement[]): string[] {
  const basesOf = new Map<string, Set<string>>();
  for (const judgement of judgements) {
    if (judgement.form === "unreadable") continue;
    const judged = judgement.form === "module" ? judgement.bases : [{ base: "", kernel: judgement.kernel }];
    for (const { base, kernel } of judged) {
      const text = explainChoice(kernel);
      const bases = basesOf.get(text) ?? new Set();
      if (base !== "") bases.add(base);
      basesOf.set(text, bases);
    }
  }
  const isOne = basesOf.size === 1;
  return [...basesOf].map(([text, bases]) =>
    isOne || bases.size === 0 ? text : `${text}: ${[...bases].join(", ")}`,
  );
}

function aloneLines(
  judgement: Exclude<Judgement, { form: "module" | "unreadable" }>,
  quiet: boolean,
  style: ChalkInstance,
): string {
  const { input, kernel, notes } = judgement;
  const noteLines = notes.map((note) => `    ${style.dim(safe(note))}\n`).join("");
  if (!hasErrors(judgement)) {
    const warnings = findingsLines(judgement, style);
    return quiet
      ? ""
      : `${style.green("✓")} ${safe(input)}: Linux ${kernel.rules} accepts it\n${noteLines}${warnings}`;
  }
  const says =
    judgement.verdict === "reject"
      ? `Linux ${kernel.rules} refuses it: ${errnoText(judgement)}`
      : `Linux ${kernel.rules} accepts it, but it is wrong`;
  return `${style.red("✗")} ${safe(input)}: ${says}\n${findingsLines(judgement, style)}${noteLines}`;
}

function moduleLines(
  input: string,
  name: string,
  on: BaseJudgement,
  quiet: boolean,
  style: ChalkInstance,
): string {
  const where = `${safe(input)} on ${safe(on.base)}`;
  const { rules } = on.kernel;
  if (!hasErrors(on)) {
    const warnings = on.findings.length === 0 ? "" : findingsLines(on, style);
    return quiet ? "" : `${style.green("✓")} ${where}: Linux ${rules} accepts it\n${warnings}`;
  }
  const refusal = `failed to validate module [${safe(name)}] BTF: -${on.errno}`;
  if (on.cause !== null) return causeLines(where, on.cause.detail, refusal, on, style);
  const head =
    on.verdict === "reject"
      ? `${style.red("✗")} ${where}: ${refusal}\n`
      : `${style.red("✗")} ${where}: Linux ${rules} accepts it, but it is wrong\n`;
  if (on.unmapped.length === 0) return head + findingsLines(on, style);
  const others = { ...on, findings: on.findings.filter(({ phase }) => phase !== "relocate") };
  const count = Math.max(0, on.findingCount - on.unmapped.length);
  const kernels = `    ${style.dim("the kernel logs:")} ${safe(on.log ?? "nothing")}\n`;
  const base = safe(basename(on.base));
  const unmapped = on.unmapped.map((failure) => relocationFailureLines(failure, base, style));
  const cure = `    to make it fit: ${relocationCure(on.unmapped, base)}\n`;
  return head + kernels + unmapped.join("") + findingsLines({ ...others, findingCount: count }, style) + cure;
}

/** The cause first, then what the kernel would say; what follows from the cause is counted, not listed. */
function causeLines(
  where: string,
  cause: string,
  refusal: string,
  on: BaseJudgement,
  style: ChalkInstance,
): string {
  const lines = [`${style.red("✗")} ${where}: ${safe(cause)}`];
  if (on.verdict === "reject") {
    lines.push(`    ${style.dim("the kernel would say:")} ${refusal}`);
    if (on.log !== null) lines.push(`    ${style.dim("and log:")} ${style.bold(safe(on.log.trim()))}`);
  } else {
    lines.push(`    ${style.dim("the kernel would not notice: it would show the wrong types")}`);
  }
  const rest = on.findingCount - 1;
  if (rest > 0)
    lines.push(style.dim(`    ${count(rest, "finding")} ${rest === 1 ? "follows" : "follow"} from that`));
  const distill = on.wrongBase && on.kernel.readsDistilledBase;
  const others = distill ? ", or 'btfx distill' it with the vmlinux that it was built against" : "";
  lines.push(`    to make it fit: build it against ${safe(basename(on.base))}${others}`);
  return `${lines.join("\n")}\n`;
}

/** Findings that say the same of several types. */
interface Group {
  readonly first: Finding;
  readonly others: Finding[];
}

/** The kernel's line and the reason, then what else is wrong. Something that applies to many types is said once. */
function findingsLines(verdict: Verdict, style: ChalkInstance): string {
  const groups: Group[] = [];
  const alike = new Map<string, Group>();
  for (const finding of verdict.findings) {
    const key = `${finding.phase}|${finding.phrase ?? finding.detail}|${finding.kind}`;
    const group = alike.get(key);
    // A finding that is not about a type has a group of its own.
    if (group !== undefined && finding.typeId !== null) group.others.push(finding);
    else {
      const next = { first: finding, others: [] };
      groups.push(next);
      alike.set(key, next);
    }
  }
  const shown = groups.slice(0, SHOWN_FINDINGS);
  const lines = shown.flatMap((group) => groupLines(group, style));
  const decides = shown.findIndex(({ first }) => first.decides);
  if (decides === 0 && shown.length > 1) {
    lines.splice(groupLines(shown[0], style).length, 0, `    ${style.dim("further:")}`);
  }
  const told = shown.reduce((sum, { others }) => sum + 1 + others.length, 0);
  const more = verdict.findingCount - told;
  if (more > 0) lines.push(style.dim(`    and ${numberText(more)} more`));
  return lines.map((line) => `${line}\n`).join("");
}

/** Types of a group that are named. */
const NAMED_ALIKE = 8;
/** Names of Rust and C++, which no kernel takes for identifiers. */
const FOREIGN_NAME = /::|[<>&]/;

function groupLines({ first, others }: Group, style: ChalkInstance): string[] {
  const lines = [findingLine(first, style)];
  if (others.length > 0) {
    const named = others
      .slice(0, NAMED_ALIKE)
      .map(({ typeId, name }) => `[${typeId}]${name ? ` ${safe(name)}` : ""}`);
    const rest = others.length > NAMED_ALIKE ? ", …" : "";
    lines.push(
      `      ${style.dim(`${count(others.length, "other type")} likewise: ${named.join(", ")}${rest}`)}`,
    );
  }
  if (
    first.phrase === "Invalid name" &&
    [first, ...others].some(({ name }) => FOREIGN_NAME.test(name ?? ""))
  ) {
    lines.push(
      `      ${style.dim("names of Rust or C++: pahole leaves their types out with --lang_exclude=rust,c++11")}`,
    );
  }
  return lines;
}

function findingLine(finding: Finding, style: ChalkInstance): string {
  const { log, detail, severity, phase, typeId, kind, name } = finding;
  const mark = severity === "warning" ? `${style.yellow("warning:")} ` : "";
  if (phase === "relocate" || log === null) {
    const type = typeId === null ? "" : `${kind ?? "type"} ${safe(name || "(anon)")} [${typeId}]: `;
    return `    ${mark}${type}${safe(detail)}`;
  }
  return `    ${mark}${style.bold(safe(log.trim()))}\n      ${style.dim(safe(detail))}`;
}

function errnoText({ errno }: Verdict): string {
  return `${errnoName(errno)} (-${errno})`;
}

/**
 * Prints a matrix: a row for each module, a column for each base. In a long one, rows that say only ok are left out.
 */
async function printMatrix(
  judgements: readonly Judgement[],
  summary: Summary,
  quiet: boolean,
  style: ChalkInstance,
  host: Host,
): Promise<void> {
  await printObjectMatrix(judgements, summary, quiet, style, host);
  const modules = judgements.filter((it) => it.form === "module");
  if (modules.length === 0) return;
  const isShort = quiet || modules.length > SHOWN_ROWS;
  const rows = isShort ? modules.filter(({ bases }) => bases.some(hasErrors)) : modules;
  if (quiet && rows.length === 0) return;
  const paint = (cell: string) => (cell === "ok" ? style.green(cell) : style.red(cell));
  const totals = summary.bases.map(({ ok }) => `${ok} of ${modules.length} ok`);
  const text = await drawTable(
    ["module", ...shortPaths(summary.bases.map(({ base }) => base)).map(safe)],
    [
      ...rows.map(({ input, bases }) => [safe(input), ...bases.map((on) => paint(safe(cellOf(on))))]),
      ...(quiet ? [] : [["total", ...totals].map((cell) => style.bold(cell))]),
    ],
    host,
  );
  host.stdout.write(text);
  if (rows.length < modules.length && !quiet) {
    host.stdout.write(`${count(modules.length - rows.length, "module")} ok on all of them, not shown\n`);
  }
}

/**
 * Prints a matrix: a row for each BPF object, a column for each kernel. It says whether all programs will load there,
 * or the first thing that is missing.
 */
async function printObjectMatrix(
  judgements: readonly Judgement[],
  summary: Summary,
  quiet: boolean,
  style: ChalkInstance,
  host: Host,
): Promise<void> {
  const objects = judgements.filter(isObjectOnKernels);
  if (objects.length === 0) return;
  const paint = (fit: string, cell: string) => (fit === "broken" ? style.red(cell) : style.green(cell));
  const fitting = summary.bases.map(
    (_, i) => objects.filter(({ programs }) => programs[i].fit !== "broken").length,
  );
  const rows = quiet
    ? objects.filter(({ programs }) => programs.some(({ fit }) => fit === "broken"))
    : objects;
  if (quiet && rows.length === 0) return;
  const text = await drawTable(
    ["object", ...shortPaths(summary.bases.map(({ base }) => base)).map(safe)],
    [
      ...rows.map(({ input, programs }) => [
        safe(input),
        ...programs.map((each) => paint(each.fit, safe(objectCell(each)))),
      ]),
      ...(quiet
        ? []
        : [
            ["total", ...fitting.map((n) => `${n} of ${objects.length} fit`)].map((cell) => style.bold(cell)),
          ]),
    ],
    host,
  );
  host.stdout.write(text);
}

async function printBreaking(summary: Summary, style: ChalkInstance, host: Host): Promise<void> {
  const shown = summary.breaking.slice(0, SHOWN_TYPES);
  host.stdout.write("Types that break most modules:\n");
  const sizes = (list: readonly number[], none: string) => (list.length === 0 ? none : list.join(", "));
  const text = await drawTable(
    ["modules", "type", "reason", "needs", "has"],
    shown.map(({ modules, kind, name, reason, neededSizes, foundSizes }) => [
      numberText(modules),
      `${kind} ${style.bold(safe(name))}`,
      reason.replaceAll("-", " "),
      sizes(neededSizes, "-"),
      sizes(foundSizes, "none"),
    ]),
    host,
  );
  host.stdout.write(text);
  const more = summary.breaking.length - shown.length;
  if (more > 0) host.stdout.write(`and ${count(more, "type")} more\n`);
}

/** `4,230 of 4,230 fit 6.12.117; 1,897 fit 6.16.3`, or for one kernel how many it accepts. */
function totalsLine(judgements: readonly Judgement[], summary: Summary): string {
  const modules = judgements.filter(({ form }) => form === "module").length;
  if (summary.bases.length > 1 && modules > 0) {
    const fits = summary.bases.map(({ base, kernel, ok }, i) => {
      const of = i === 0 ? ` of ${numberText(modules)}` : "";
      return `${numberText(ok)}${of} fit ${safe(kernelOf(kernel) ?? base)}`;
    });
    return fits.join("; ");
  }
  const by = summary.kernels.length === 1 ? ` by Linux ${summary.kernels[0]}` : "";
  const parts = [
    `${numberText(summary.accepted)} of ${count(summary.inputs, "input")} accepted${by}`,
    ...(summary.rejected > 0 ? [`${numberText(summary.rejected)} refused`] : []),
    ...(summary.flawed > 0 ? [`${numberText(summary.flawed)} accepted but wrong`] : []),
    ...(summary.unreadable > 0 ? [`${numberText(summary.unreadable)} not readable`] : []),
  ];
  return parts.join(", ");
}

/** `6.12.117` of `6.12.117+deb13-amd64`. */
function kernelOf(kernel: KernelChoice | null): string | undefined {
  return kernel?.release?.match(/^v?(\d+\.\d+(?:\.\d+)?)/)?.[1];
}
