import { columnsOf } from "./columns.ts";
import type { Host } from "./host.ts";

/** Below this a table is a list. */
const LEAST_COLUMNS = 60;
/** A column that shrinks keeps this much. */
const LEAST_CELL = 8;

/**
 * Draws rows under heads as the output takes them: a table as wide as the terminal, where columns shrink with `…`; a list on a
 * narrow one; fields between tabs where it is none, as for `cut` and spreadsheets.
 */
export async function drawTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  host: Host,
): Promise<string> {
  if (!host.stdout.isTerminal) return [head, ...rows].map((row) => `${row.join("\t")}\n`).join("");
  const columns = columnsOf(host.stdout, host.env);
  if (columns < LEAST_COLUMNS) return asList(head, rows);
  const [{ default: Table }, { default: width }] = await Promise.all([
    import("cli-table3"),
    import("string-width"),
  ]);
  const wanted = head.map((name, i) =>
    Math.max(width(name), ...chunkMax(rows.map((row) => width(row[i] ?? "")))),
  );
  const colWidths = shrink(wanted, columns - head.length - 1).map((cells) => cells + 2);
  const drawn = new Table({ head: [...head], colWidths, style: { head: [], border: [], compact: true } });
  for (const row of rows) drawn.push([...row]);
  return `${drawn.toString()}\n`;
}

/** The largest, as a list of one or none: rows may be as many as there are modules. */
function chunkMax(widths: readonly number[]): number[] {
  return widths.length === 0 ? [] : [widths.reduce((most, each) => Math.max(most, each), 0)];
}

/** Takes from the widest columns until all fit beside each other, two blanks each. */
function shrink(wanted: readonly number[], columns: number): number[] {
  const widths = [...wanted];
  const sum = () => widths.reduce((total, each) => total + each + 2, 0);
  while (sum() > columns) {
    const widest = widths.reduce((at, each, i) => (each > widths[at] ? i : at), 0);
    if (widths[widest] <= LEAST_CELL) break;
    widths[widest]--;
  }
  return widths;
}

function asList(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows
    .map(([first, ...rest]) => `${first}\n${rest.map((cell, i) => `  ${head[i + 1]}: ${cell}\n`).join("")}`)
    .join("");
}
