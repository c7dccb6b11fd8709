import { count } from "../../report/number-text.ts";
import type { Distribution, SizeStatistics } from "../../report/size-statistics.ts";
import type { Host } from "../host.ts";
import { safe } from "./safe.ts";
import { bytesText, styleFor } from "./style.ts";
import { drawTable } from "./table.ts";

/** Columns of the longest bar of a histogram. */
const BAR_COLUMNS = 40;

/** Prints statistics of sizes: tables, the largest modules, types by kind, and a histogram. */
export async function printStatistics(statistics: SizeStatistics, host: Host): Promise<void> {
  const { stdout, env } = host;
  const { modules, base, btf, growthPercent, largest, kinds, baseKinds } = statistics;
  const style = styleFor(stdout, env);
  if (btf === undefined) {
    stdout.write("no module was measured\n");
    return;
  }
  const heads = ["section", "modules", "mean", "stddev", "median", "p90", "p99", "max", "total"];
  const rows = [...(base ? [row(".BTF.base", base)] : []), row(".BTF", btf)];
  stdout.write(`${style.bold(`Sizes of ${count(modules, "module")}, in bytes`)}\n`);
  stdout.write(await drawTable(heads, rows, host));
  if (growthPercent !== undefined) {
    const sign = growthPercent < 0 ? "" : "+";
    stdout.write(`.BTF and .BTF.base together: ${sign}${growthPercent} % of .BTF before\n`);
  }
  const section = base === undefined ? ".BTF" : ".BTF.base";
  stdout.write(`${style.bold(`Largest ${section}`)}\n`);
  const bytes = (size: number | undefined) => (size === undefined ? "-" : size.toLocaleString("en-US"));
  stdout.write(
    await drawTable(
      ["module", ".BTF.base", ".BTF", ".BTF before"],
      largest.map((each) => [
        safe(each.input),
        bytes(each.baseBytes),
        bytes(each.btfBytes),
        bytes(each.oldBtfBytes),
      ]),
      host,
    ),
  );
  const names = [...new Set([...Object.keys(baseKinds), ...Object.keys(kinds)])];
  if (names.length > 0) {
    stdout.write(`${style.bold("Types by kind")}\n`);
    const number = (n = 0) => n.toLocaleString("en-US");
    stdout.write(
      await drawTable(
        ["kind", ".BTF.base", ".BTF"],
        names.map((name) => [name, number(baseKinds[name]), number(kinds[name])]),
        host,
      ),
    );
  }
  stdout.write(`${style.bold(`Modules by size of ${section}`)}\n${histogramLines(base ?? btf)}`);
}

function row(name: string, each: Distribution): string[] {
  const { count: modules, mean, stddev, median, p90, p99, max, total } = each;
  const number = (n: number) => n.toLocaleString("en-US");
  return [name, ...[modules, mean, stddev, median, p90, p99, max].map(number), number(total)];
}

function histogramLines({ histogram }: Distribution): string {
  const most = histogram.reduce((highest, { modules }) => Math.max(highest, modules), 1);
  return histogram
    .map(({ from, modules }) => {
      const range = `${bytesText(from)} – ${bytesText(from * 2)}`.padStart(20);
      const bar = "█".repeat(Math.ceil((modules / most) * BAR_COLUMNS));
      return `${range}  ${bar}${bar === "" ? "" : " "}${modules.toLocaleString("en-US")}\n`;
    })
    .join("");
}
