import type { VNode } from "preact";
import { findBreaking } from "./breaking-types.ts";
import {
  breakingSection,
  failuresSection,
  kernelsSection,
  type ModuleCell,
  type ModuleRow,
  matrixSection,
  moduleTools,
  unmappedReason,
} from "./module-sections.ts";
import { count } from "./number-text.ts";
import { errorsOf, type Failure, type Outcome, unmappedCell, unmappedTypes } from "./outcome.ts";
import { type PageOrigin, pageText } from "./page.ts";
import { andMore, h, section, totalsList } from "./page-parts.ts";
import type { SizeStatistics } from "./size-statistics.ts";
import { sizesSection } from "./sizes-section.ts";

/** The heads of the pages of the commands that rewrite modules. */
const HEADINGS = {
  distill: "Distilled modules",
  relocate: "Which modules relocate onto which kernel",
} as const;

/** Inputs that are named of a warning. */
const NAMED = 20;

/** The results of distill or relocate as a page. Outcomes of one input, on several kernels, follow each other. */
export function rewritePage(
  command: keyof typeof HEADINGS,
  outcomes: readonly Outcome[],
  statistics: SizeStatistics | undefined,
  origin: PageOrigin,
): string {
  const groups = groupByInput(outcomes);
  const rows = groups.map(rowOf);
  const isDone = (group: readonly Outcome[]) => group.every(({ ok }) => ok);
  const skipped = groups.filter((group) => group.every((outcome) => outcome.skipped === true)).length;
  const done = groups.filter(isDone).length;
  const names = { distill: "distilled", relocate: "relocated" } as const;
  const counts = Object.entries({
    modules: rows.length,
    [names[command]]: done - skipped,
    "done before": skipped,
    failed: rows.length - done,
  });
  const kernels = command === "relocate" ? columnsOf(rows) : [];
  return pageText(
    { title: `btfx ${command}: ${count(rows.length, "module")}`, heading: HEADINGS[command] },
    origin,
    totalsList(counts.filter(([name, count]) => count > 0 || name === names[command])),
    kernelsSection(
      kernels.map((kernel, i) => kernelRow(kernel, i, rows)),
      ["failed"],
      rows.length,
    ),
    breakingSection(
      findBreaking(groups.map((group) => group.flatMap(({ failures }) => unmappedTypes(failures)))),
    ),
    warnings(outcomes),
    sizesSection(statistics),
    moduleTools(),
    matrixSection(rows, command === "relocate" ? kernels : ["result"]),
    failuresSection(rows),
  );
}

function groupByInput(outcomes: readonly Outcome[]): Outcome[][] {
  const groups: Outcome[][] = [];
  for (const outcome of outcomes) {
    const last = groups.at(-1);
    if (last?.[0].input === outcome.input) last.push(outcome);
    else groups.push([outcome]);
  }
  return groups;
}

function rowOf(group: readonly Outcome[]): ModuleRow {
  return { input: group[0].input, cells: group.map(cellOf) };
}

function cellOf({ ok, skipped, base, failures }: Outcome): ModuleCell {
  const text = ok ? (skipped ? "done before" : "ok") : shortReason(failures);
  return { kernel: base, text, isOk: ok, reasons: failures.map(reason) };
}

/** In a word or two why not. */
function shortReason(failures: readonly Failure[]): string {
  const [error] = errorsOf(failures);
  if (error !== undefined) return error.code.replaceAll("-", " ");
  const [unmapped] = unmappedTypes(failures);
  return unmapped === undefined ? "does not fit" : unmappedCell(unmapped);
}

function reason(failure: Failure): string {
  switch (failure.code) {
    case "unmapped":
      return unmappedReason(failure as never);
    case "unresolved": {
      const { issue } = failure as Extract<Failure, { code: "unresolved" }>;
      return `${issue.wants}: ${issue.message}`;
    }
    default: {
      const { message, hint } = failure as Exclude<Failure, { code: "unmapped" | "unresolved" }>;
      return hint === undefined ? message : `${message} (${hint})`;
    }
  }
}

/** The kernels, in the order in which each module was tried on them. */
function columnsOf(rows: readonly ModuleRow[]): string[] {
  const length = rows.reduce((most, { cells }) => Math.max(most, cells.length), 0);
  return Array.from({ length }, (_, i) => {
    const { kernel } = rows.find(({ cells }) => cells[i]?.kernel !== undefined)?.cells[i] ?? {};
    return kernel ?? "kernel";
  });
}

function kernelRow(kernel: string, column: number, rows: readonly ModuleRow[]) {
  const cells = rows.flatMap((row) => row.cells[column] ?? []);
  const ok = cells.filter(({ isOk }) => isOk).length;
  return { kernel, ok, counts: [cells.length - ok] };
}

/** The warnings, each once with the modules that it concerns. */
function warnings(outcomes: readonly Outcome[]): VNode | null {
  const inputs = new Map<string, string[]>();
  for (const { input, warnings } of outcomes) {
    for (const warning of warnings) {
      const those = inputs.get(warning);
      if (those === undefined) inputs.set(warning, [input]);
      else those.push(input);
    }
  }
  if (inputs.size === 0) return null;
  const details = [...inputs].map(([warning, those]) => {
    return h(
      "details",
      null,
      h("summary", null, `${count(those.length, "module")}: ${warning}`),
      h(
        "ul",
        null,
        ...those.slice(0, NAMED).map((input) => h("li", null, h("bdi", null, input))),
        andMore("li", those.length - NAMED),
      ),
    );
  });
  return section("Warnings", ...details);
}
