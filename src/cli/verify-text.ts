import type { ChalkInstance } from "chalk";
import type { Finding } from "../engine/verify/findings.ts";
import { errnoName } from "../engine/verify/rule.ts";
import type { Verdict } from "../engine/verify/verify.ts";
import {
  type BaseJudgement,
  cellOf,
  hasErrors,
  type Judgement,
  type Summary,
} from "../report/verify-summary.ts";
import { inputErrorLines, relocationFailureLines } from "./error-text.ts";
import type { Host } from "./host.ts";
import { safe } from "./safe.ts";
import { count, styleFor } from "./style.ts";

/** Findings of one input beyond this many are counted; the JSON has more. */
const SHOWN_FINDINGS = 10;
/** Rows of the matrix beyond this many are left out where they say ok. */
const SHOWN_ROWS = 100;
const SHOWN_TYPES = 15;

/** Prints what became of one input. */
export function printJudgement(judgement: Judgement, kernel: string, quiet: boolean, host: Host): void {
  const style = styleFor(host.stdout, host.env);
  if (judgement.form === "unreadable") {
    host.stderr.write(inputErrorLines(judgement.input, judgement.failure, styleFor(host.stderr, host.env)));
    return;
  }
  if (judgement.form === "standalone") {
    host.stdout.write(standaloneLines(judgement.input, judgement, kernel, quiet, style));
    return;
  }
  for (const on of judgement.bases) {
    host.stdout.write(moduleLines(judgement.input, judgement.name, on, kernel, quiet, style));
  }
}

/** Prints the matrix of modules and bases if there are several bases, the totals, and the types that break most. */
export async function printSummary(
  judgements: readonly Judgement[],
  summary: Summary,
  host: Host,
): Promise<void> {
  const style = styleFor(host.stdout, host.env);
  if (summary.bases.length > 1) await printMatrix(judgements, summary, style, host);
  if (summary.inputs > 1) host.stdout.write(`${totalsLine(summary)}\n`);
  if (summary.breaking.length > 0 && summary.inputs > 1) await printBreaking(summary, style, host);
}

function standaloneLines(
  input: string,
  verdict: Verdict,
  kernel: string,
  quiet: boolean,
  style: ChalkInstance,
): string {
  if (!hasErrors(verdict)) {
    return quiet ? "" : `${style.green("✓")} ${safe(input)}: Linux ${kernel} accepts it\n`;
  }
  const head = `${style.red("✗")} ${safe(input)}: Linux ${kernel} refuses it: ${errnoText(verdict)}\n`;
  return head + findingsLines(verdict, style);
}

function moduleLines(
  input: string,
  name: string,
  on: BaseJudgement,
  kernel: string,
  quiet: boolean,
  style: ChalkInstance,
): string {
  const where = `${safe(input)} on ${safe(on.base)}`;
  if (!hasErrors(on)) {
    const warnings = on.findings.length === 0 ? "" : findingsLines(on, style);
    return quiet ? "" : `${style.green("✓")} ${where}: Linux ${kernel} accepts it\n${warnings}`;
  }
  const head =
    on.verdict === "reject"
      ? `${style.red("✗")} ${where}: failed to validate module [${safe(name)}] BTF: -${on.errno}\n`
      : `${style.red("✗")} ${where}: Linux ${kernel} accepts it, but it is wrong\n`;
  if (on.unmapped.length === 0) return head + findingsLines(on, style);
  const others = { ...on, findings: on.findings.filter(({ phase }) => phase !== "relocate") };
  const count = Math.max(0, on.findingCount - on.unmapped.length);
  const kernels = `    ${style.dim("the kernel logs:")} ${safe(on.log ?? "nothing")}\n`;
  const unmapped = on.unmapped.map((failure) => relocationFailureLines(failure, safe(on.base), style));
  return head + kernels + unmapped.join("") + findingsLines({ ...others, findingCount: count }, style);
}

/** The kernel's line and why, then what else is wrong. */
function findingsLines(verdict: Verdict, style: ChalkInstance): string {
  const shown = verdict.findings.slice(0, SHOWN_FINDINGS);
  const lines = shown.map((finding) => findingLine(finding, style));
  const first = shown.findIndex(({ decides }) => !decides);
  if (first > 0) lines.splice(first, 0, `    ${style.dim("further:")}`);
  const more = verdict.findingCount - shown.length;
  if (more > 0) lines.push(style.dim(`    and ${more.toLocaleString("en-US")} more`));
  return lines.map((line) => `${line}\n`).join("");
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

/** Rows modules, columns bases. Rows that say ok everywhere are left out of long ones. */
async function printMatrix(
  judgements: readonly Judgement[],
  summary: Summary,
  style: ChalkInstance,
  host: Host,
): Promise<void> {
  const modules = judgements.filter((it) => it.form === "module");
  if (modules.length === 0) return;
  const isLong = modules.length > SHOWN_ROWS;
  const rows = isLong ? modules.filter(({ bases }) => bases.some(hasErrors)) : modules;
  const paint = (cell: string) => (cell === "ok" ? style.green(cell) : style.red(cell));
  const totals = summary.bases.map(({ ok }) => `${ok} of ${modules.length} ok`);
  const text = await table(
    ["module", ...summary.bases.map(({ base }) => safe(base))],
    [
      ...rows.map(({ input, bases }) => [safe(input), ...bases.map((on) => paint(safe(cellOf(on))))]),
      [style.bold("total"), ...totals.map((total) => style.bold(total))],
    ],
  );
  host.stdout.write(text);
  if (rows.length < modules.length) {
    host.stdout.write(`${count(modules.length - rows.length, "module")} ok on all of them, not shown\n`);
  }
}

async function printBreaking(summary: Summary, style: ChalkInstance, host: Host): Promise<void> {
  const shown = summary.breaking.slice(0, SHOWN_TYPES);
  host.stdout.write("Types that break most modules:\n");
  const sizes = (list: readonly number[], none: string) => (list.length === 0 ? none : list.join(", "));
  const text = await table(
    ["modules", "type", "reason", "size needed", "size found"],
    shown.map(({ modules, kind, name, reason, neededSizes, foundSizes }) => [
      modules.toLocaleString("en-US"),
      `${kind} ${style.bold(safe(name))}`,
      reason.replaceAll("-", " "),
      sizes(neededSizes, "-"),
      sizes(foundSizes, "none"),
    ]),
  );
  host.stdout.write(text);
  const more = summary.breaking.length - shown.length;
  if (more > 0) host.stdout.write(`and ${count(more, "type")} more\n`);
}

async function table(head: string[], rows: string[][]): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const drawn = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const row of rows) drawn.push(row);
  return `${drawn.toString()}\n`;
}

function totalsLine(summary: Summary): string {
  const parts = [
    `${summary.accepted.toLocaleString("en-US")} of ${count(summary.inputs, "input")} accepted by Linux ${summary.kernel}`,
    ...(summary.rejected > 0 ? [`${summary.rejected.toLocaleString("en-US")} refused`] : []),
    ...(summary.flawed > 0 ? [`${summary.flawed.toLocaleString("en-US")} accepted but wrong`] : []),
    ...(summary.unreadable > 0 ? [`${summary.unreadable.toLocaleString("en-US")} not readable`] : []),
  ];
  return parts.join(", ");
}
