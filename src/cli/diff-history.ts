import type { ChalkInstance } from "chalk";
import type { ToldDifference } from "./diff-summary.ts";
import { namedText } from "./kind-words.ts";
import { safe } from "./safe.ts";
import { count } from "./style.ts";

const SHOWN_ROWS = 200;

/** Which of the definitions changed in which step: a row for each that did. */
export async function historyText(steps: readonly ToldDifference[], style: ChalkInstance): Promise<string> {
  const rows = new Map<string, string[]>();
  for (const [i, { changes }] of steps.entries()) {
    for (const { kind, name, change, class: changeClass } of changes) {
      const key = namedText(kind, name);
      const cells = rows.get(key) ?? steps.map(() => "");
      cells[i] = change === "changed" ? changeClass : change;
      rows.set(key, cells);
    }
  }
  if (rows.size === 0) return "nothing changed in any step\n";
  const { default: Table } = await import("cli-table3");
  const [, ...names] = distinctParts([steps[0].old, ...steps.map((step) => step.new)]);
  const head = ["", ...names.map((name) => `-> ${safe(name)}`)];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  const paint = (cell: string) => (cell === "layout" || cell === "removed" ? style.red(cell) : cell);
  const all = [...rows];
  for (const [name, cells] of all.slice(0, SHOWN_ROWS)) table.push([name, ...cells.map(paint)]);
  const more = all.length - SHOWN_ROWS;
  return `${table.toString()}\n${more > 0 ? `and ${count(more, "type")} more\n` : ""}`;
}

/** Paths without the folders that all begin with and those that all end with: `6.12.100` and `6.12.117` of two vmlinux. */
function distinctParts(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split("/"));
  const shortest = Math.min(...split.map(({ length }) => length));
  let start = 0;
  while (start < shortest - 1 && split.every((parts) => parts[start] === split[0][start])) start++;
  let end = 0;
  while (end < shortest - 1 - start && split.every((parts) => parts.at(-1 - end) === split[0].at(-1 - end)))
    end++;
  return split.map((parts) => parts.slice(start, parts.length - end).join("/"));
}
