import type { VNode } from "preact";
import { count, numberText } from "./number-text.ts";
import { h, section, table } from "./page-parts.ts";
import { histogramSvg } from "./size-chart.ts";
import type { Distribution, SizeStatistics } from "./size-statistics.ts";

/** How large `.BTF` and `.BTF.base` are: charts, the figures, the largest modules. */
export function sizesSection(statistics: SizeStatistics | undefined): VNode | null {
  if (statistics?.btf === undefined) return null;
  const { modules, base, btf, growthPercent, largest } = statistics;
  const sections = [...(base ? [[".BTF.base", base] as const] : []), [".BTF", btf] as const];
  const charts = sections.map(([name, distribution]) =>
    h(
      "figure",
      null,
      h("figcaption", null, `${name}: ${count(distribution.count, "module")} by size`),
      h("div", {
        dangerouslySetInnerHTML: { __html: histogramSvg(distribution, `Modules by size of ${name}`) },
      }),
    ),
  );
  const growth =
    growthPercent === undefined
      ? null
      : h(
          "p",
          null,
          `.BTF and .BTF.base together: ${growthPercent < 0 ? "" : "+"}${growthPercent} % of .BTF before`,
        );
  const bytes = (size: number | undefined) =>
    h("td", { class: "n" }, size === undefined ? "–" : numberText(size));
  const rows = largest.map(({ input, baseBytes, btfBytes, oldBtfBytes }) =>
    h(
      "tr",
      null,
      h("td", null, h("bdi", null, input)),
      bytes(baseBytes),
      bytes(btfBytes),
      bytes(oldBtfBytes),
    ),
  );
  return section(
    `Sizes of ${count(modules, "module")}, in bytes`,
    h("div", { class: "charts" }, ...charts),
    figures(sections),
    growth,
    h("h3", null, `Largest ${sections[0][0]}`),
    table(["module", ".BTF.base", ".BTF", ".BTF before"], rows, 1),
  );
}

function figures(sections: readonly (readonly [string, Distribution])[]): VNode {
  const heads = ["section", "modules", "mean", "stddev", "median", "p90", "p99", "max", "total"];
  const rows = sections.map(([name, { count: modules, mean, stddev, median, p90, p99, max, total }]) =>
    h(
      "tr",
      null,
      h("td", null, name),
      ...[modules, mean, stddev, median, p90, p99, max, total].map((value) =>
        h("td", { class: "n" }, numberText(value)),
      ),
    ),
  );
  return table(heads, rows, 1);
}
