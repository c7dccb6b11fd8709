import type { VNode } from "preact";
import { failureLines } from "../engine/explain-failure.ts";
import type { RelocationFailure } from "../engine/relocate.ts";
import type { BreakingType } from "./breaking-types.ts";
import { numberText } from "./number-text.ts";
import {
  andMore,
  badMeter,
  failedInput,
  h,
  kernelTotalsRow,
  matrixRow,
  matrixTable,
  section,
  table,
  tools,
} from "./page-parts.ts";
import { shortPaths } from "./short-paths.ts";

/** A module with what became of it, on each kernel if there are several. */
export interface ModuleRow {
  readonly input: string;
  readonly cells: readonly ModuleCell[];
}

/** The result of a module on one kernel. */
export interface ModuleCell {
  /** The kernel, as it was named; undefined where it is not known. */
  readonly kernel: string | undefined;
  /** `ok`, or in a word or two why not. */
  readonly text: string;
  readonly isOk: boolean;
  /** All that speaks against it, in the words of the commands. */
  readonly reasons: readonly string[];
}

/** Counts of all modules on one kernel. */
export interface KernelRow {
  readonly kernel: string;
  readonly ok: number;
  readonly counts: readonly number[];
}

/** Types that are listed; the totals count all. */
const MOST_TYPES = 100;
/** Reasons that are listed of one module on one kernel. */
const MOST_REASONS = 20;

/** How many of the modules each kernel takes. `heads` name the counts. */
export function kernelsSection(
  rows: readonly KernelRow[],
  heads: readonly string[],
  modules: number,
): VNode | null {
  if (rows.length === 0) return null;
  const cells = rows.map(({ kernel, ok, counts }) => kernelTotalsRow(kernel, ok, modules, [ok, ...counts]));
  return section("Kernels", table(["kernel", "", "ok", ...heads], cells, 1));
}

/**
 * The types that keep most modules from loading on a kernel: what is needed, what the kernel has, and what needs it.
 */
export function breakingSection(types: readonly BreakingType[]): VNode | null {
  if (types.length === 0) return null;
  const rows = types.slice(0, MOST_TYPES).map((type) => {
    const { kind, name, reason, neededSizes, foundSizes, modules, users, userCount } = type;
    const more = userCount - users.length;
    return h(
      "tr",
      null,
      h("td", null, h("bdi", null, `${kind} ${name}`)),
      h("td", null, reason.replaceAll("-", " ")),
      h("td", null, h("bdi", null, users.join(", ")), more > 0 ? ` and ${numberText(more)} more` : ""),
      h("td", { class: "n" }, neededSizes.map(numberText).join(", ")),
      h("td", { class: "n" }, foundSizes.map(numberText).join(", ") || "none"),
      h("td", { class: "n" }, badMeter(modules, types[0].modules), ` ${numberText(modules)}`),
    );
  });
  const heads = ["type", "reason", "needed by", "bytes needed", "bytes found", "modules"];
  return section(
    "Types that break most modules",
    table(heads, rows, 3),
    andMore("p", types.length - rows.length),
  );
}

/** Search, and a choice of the modules that fail or do not. */
export function moduleTools(): VNode {
  const states = [
    ["bad", "with failures"],
    ["ok", "without failures"],
  ] as const;
  return tools(states, "TR");
}

/** Kernels × modules; of the kernels' paths, that in which they differ. */
export function matrixSection(modules: readonly ModuleRow[], columns: readonly string[]): VNode | null {
  if (modules.length === 0) return null;
  const rows = modules.map(({ input, cells }) =>
    matrixRow(
      input,
      cells.map(({ text, isOk }) => ({ text, isGood: isOk })),
    ),
  );
  return section("Modules", matrixTable(["module", ...shortPaths(columns)], rows));
}

/** The reasons against each module that fails, on each kernel. */
export function failuresSection(modules: readonly ModuleRow[], others: readonly VNode[] = []): VNode | null {
  const failing = modules.filter(({ cells }) => !cells.every(({ isOk }) => isOk));
  if (failing.length + others.length === 0) return null;
  const details = failing.map(({ input, cells }) =>
    failedInput(input, ...cells.filter(isToldAnew).map(reasonsOf)),
  );
  return section("Why not", ...others, ...details);
}

/** A module that fails before a kernel matters fails on all kernels, and is listed once. */
function isToldAnew({ isOk, kernel }: ModuleCell, i: number, cells: readonly ModuleCell[]): boolean {
  return !isOk && !(kernel === undefined && i > 0 && cells[i - 1].kernel === undefined);
}

function reasonsOf({ kernel, reasons }: ModuleCell): (VNode | null)[] {
  return [
    kernel === undefined ? null : h("p", null, h("bdi", null, kernel)),
    h(
      "ul",
      null,
      ...reasons.slice(0, MOST_REASONS).map((reason) => h("li", null, reason)),
      andMore("li", reasons.length - MOST_REASONS),
    ),
  ];
}

/** The types that do not relocate, as `relocate` prints them. */
export function unmappedReason(failure: RelocationFailure): string {
  const { kind, name, what, users, note } = failureLines(failure, "it");
  const about = kind === "" ? what : `${kind} ${name} ${what}`;
  return [about, users, note].filter((text) => text !== undefined).join("; ");
}
