import type { VNode } from "preact";
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
import { objectFailures, objectParts } from "./object-page.ts";
import { type PageOrigin, pageText } from "./page.ts";
import { h, section, table, totalsList } from "./page-parts.ts";
import { summarizeSizes } from "./size-statistics.ts";
import { sizesSection } from "./sizes-section.ts";
import {
  type BaseJudgement,
  cellOf,
  hasErrors,
  isObjectOnKernels,
  type Judgement,
  type Summary,
} from "./verify-summary.ts";

type Module = Extract<Judgement, { form: "module" }>;

/**
 * The results of verify as a page: totals, kernels × modules and BPF objects, the types that break most modules, and
 * the reasons in the words of `relocate`.
 */
export function verifyPage(judgements: readonly Judgement[], summary: Summary, origin: PageOrigin): string {
  const modules = judgements.filter((it): it is Module => it.form === "module");
  const objects = judgements.filter(isObjectOnKernels);
  const others = judgements
    .filter((it): it is Exclude<Judgement, Module> => it.form !== "module")
    .filter((it) => !isObjectOnKernels(it) || hasErrors(it));
  const { inputs, accepted, rejected, flawed, unreadable, bases } = summary;
  const rows = modules.map(rowOf);
  const kernels = bases.map(({ base }) => base);
  const kernelRows = bases.map(({ base, ok, rejected, flawed, wrongBase }) => ({
    kernel: base,
    ok,
    counts: [rejected, flawed, wrongBase],
  }));
  const title = `btfx verify: ${count(inputs, "input")} on ${count(kernels.length || 1, "kernel")}`;
  const counts = Object.entries({ inputs, accepted, rejected, flawed, unreadable });
  return pageText(
    { title, heading: headingOf(modules.length, objects.length) },
    origin,
    totalsList(counts.filter(([name, count]) => count > 0 || name === "accepted")),
    modules.length > 0 || objects.length === 0
      ? kernelsSection(kernelRows, ["rejected", "flawed", "wrong base"], modules.length)
      : null,
    breakingSection(summary.breaking),
    sizesSection(summarizeSizes(modules)),
    modules.length + objects.length > 0 ? moduleTools() : null,
    matrixSection(rows, kernels.length > 0 ? kernels : ["its own kernel"]),
    ...objectParts(objects, kernels),
    failuresSection(rows, objectFailures(objects)),
    rest(others),
  );
}

function headingOf(modules: number, objects: number): string {
  if (objects === 0) return "Which modules fit which kernel";
  return modules === 0
    ? "Which BPF programs fit which kernel"
    : "Which modules and BPF programs fit which kernel";
}

function rowOf({ input, bases }: Module): ModuleRow {
  return { input, cells: bases.map(cell) };
}

function cell(base: BaseJudgement): ModuleCell {
  const errors = base.findings.filter(({ severity }) => severity === "error");
  const reasons =
    base.unmapped.length > 0 ? base.unmapped.map(unmappedReason) : errors.map(({ detail }) => detail);
  return { kernel: base.base, text: cellOf(base), isOk: !hasErrors(base), reasons };
}

/** Inputs that are not modules: standalone BTF, and files that cannot be read. */
function rest(others: readonly Exclude<Judgement, Module>[]): VNode | null {
  if (others.length === 0) return null;
  const rows = others.map((it) => {
    const isBad = it.form === "unreadable" || hasErrors(it);
    const why =
      it.form === "unreadable"
        ? it.failure.message
        : (it.findings.find(({ severity }) => severity === "error")?.detail ?? "");
    return h(
      "tr",
      { "data-name": it.input.toLowerCase(), "data-state": isBad ? "bad" : "ok" },
      h("td", null, h("bdi", null, it.input)),
      h("td", { class: isBad ? "bad" : "ok" }, it.verdict ?? "not readable"),
      h("td", null, why),
    );
  });
  return section("Other files", table(["file", "verdict", "why"], rows));
}
