import type { ChalkInstance } from "chalk";
import { historyOf } from "../../report/diff-history.ts";
import type { ToldDifference } from "../../report/diff-summary.ts";
import { count } from "../../report/number-text.ts";
import { shortPaths } from "../../report/short-paths.ts";
import { safe } from "./safe.ts";

const SHOWN_ROWS = 200;

/** Which of the definitions changed in which step: a row for each that did. */
export async function historyText(steps: readonly ToldDifference[], style: ChalkInstance): Promise<string> {
  const rows = historyOf(steps);
  if (rows.size === 0) return "nothing changed in any step\n";
  const { default: Table } = await import("cli-table3");
  const [, ...names] = shortPaths([steps[0].old, ...steps.map((step) => step.new)]);
  const head = ["", ...names.map((name) => `-> ${safe(name)}`)];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  const paint = (cell: string) => (cell === "layout" || cell === "removed" ? style.red(cell) : cell);
  const all = [...rows];
  for (const [name, cells] of all.slice(0, SHOWN_ROWS)) table.push([name, ...cells.map(paint)]);
  const more = all.length - SHOWN_ROWS;
  return `${table.toString()}\n${more > 0 ? `and ${count(more, "type")} more\n` : ""}`;
}
