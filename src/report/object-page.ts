import type { VNode } from "preact";
import type { Issue } from "../engine/core/judge.ts";
import { numberText } from "./number-text.ts";
import { breakingIssues, groupIssues, type ObjectOnKernel, objectCell } from "./object-judgement.ts";
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
} from "./page-parts.ts";
import { shortPaths } from "./short-paths.ts";
import type { ObjectJudgement } from "./verify-summary.ts";

/** Missing things that are listed; the matrix has all objects. */
const MOST_MISSING = 100;

/** The parts of the page about BPF objects: kernels, what is missing most, objects × kernels. */
export function objectParts(
  objects: readonly ObjectJudgement[],
  kernels: readonly string[],
): (VNode | null)[] {
  if (objects.length === 0) return [];
  return [kernelTotals(objects, kernels), mostMissing(objects), matrix(objects, kernels)];
}

function kernelTotals(objects: readonly ObjectJudgement[], kernels: readonly string[]): VNode {
  const rows = kernels.map((kernel, i) => {
    const count = (fit: ObjectOnKernel["fit"]) => objects.filter((it) => it.programs[i].fit === fit).length;
    const [fits, guarded, broken] = [count("fits"), count("guarded"), count("broken")];
    return kernelTotalsRow(kernel, fits + guarded, objects.length, [fits, guarded, broken]);
  });
  return section("BPF objects", table(["kernel", "", "fit", "guarded", "do not fit"], rows, 1));
}

/** The issues that keep most objects from some kernel. */
function mostMissing(objects: readonly ObjectJudgement[]): VNode | null {
  const missing = new Map<string, { issue: Issue; objects: Set<string> }>();
  for (const { input, programs } of objects) {
    for (const issue of programs.flatMap(breakingIssues)) {
      const key = `${issue.wants}\0${issue.message}`;
      const entry = missing.get(key) ?? { issue, objects: new Set() };
      missing.set(key, entry);
      entry.objects.add(input);
    }
  }
  if (missing.size === 0) return null;
  const sorted = [...missing.values()].sort((a, b) => b.objects.size - a.objects.size);
  const rows = sorted
    .slice(0, MOST_MISSING)
    .map(({ issue, objects: broken }) =>
      h(
        "tr",
        null,
        h("td", null, h("bdi", null, issue.wants)),
        h("td", null, issue.message),
        h("td", null, issue.nearest.map(({ name }) => name).join(", ")),
        h("td", { class: "n" }, badMeter(broken.size, sorted[0].objects.size), ` ${numberText(broken.size)}`),
      ),
    );
  return section(
    "What programs miss most",
    table(["asked for", "the kernel", "nearest", "objects"], rows, 3),
    andMore("p", sorted.length - rows.length),
  );
}

function matrix(objects: readonly ObjectJudgement[], kernels: readonly string[]): VNode {
  const rows = objects.map(({ input, programs }) =>
    matrixRow(
      input,
      programs.map((on) => ({ text: objectCell(on), isGood: on.fit !== "broken" })),
    ),
  );
  return section("Objects", matrixTable(["object", ...shortPaths(kernels)], rows));
}

/** The reasons why objects do not fit, each with its place in the source. */
export function objectFailures(objects: readonly ObjectJudgement[]): VNode[] {
  return objects
    .filter(({ programs }) => programs.some(({ fit }) => fit === "broken"))
    .map(({ input, programs }) =>
      failedInput(
        input,
        programs
          .filter(({ fit }) => fit === "broken")
          .flatMap((on) => [
            h("p", null, h("bdi", null, on.base)),
            h(
              "ul",
              null,
              groupIssues(breakingIssues(on)).map(({ issue }) => reason(issue)),
            ),
          ]),
      ),
    );
}

function reason({ wants, message, nearest, place }: Issue): VNode {
  const names = nearest.map(({ name }) => name).join(", ");
  const source = place?.source;
  const where = source === undefined ? "" : `${source.file}:${source.line}: ${source.text}`;
  return h(
    "li",
    null,
    h("bdi", null, wants),
    `: ${message}`,
    names === "" ? null : `; nearest: ${names}`,
    where === "" ? null : h("div", { class: "soft" }, h("code", null, where)),
  );
}
