import type { Host } from "../host.ts";
import { columnsOf } from "./columns.ts";

/** Below this a table is a list. */
const LEAST_COLUMNS = 60;
/** A column of words that shrinks keeps this much. */
const LEAST_CELL = 8;
/** A number, or an empty cell. Numbers are never shortened, since half of one would be another number. */
const NUMBER = /^-?[\d.,]*$/;

/**
 * Prints rows under heads. On a terminal this is a table as wide as the terminal, in which columns of words shrink with
 * `…`, or a list if that does not fit. Otherwise fields are separated by tabs, for `cut` and spreadsheets.
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
  const least = wanted.map((cells, i) =>
    rows.every((row) => NUMBER.test(row[i] ?? "")) ? cells : Math.min(cells, LEAST_CELL),
  );
  const widths = shrink(wanted, least, columns - head.length - 1);
  if (widths === undefined) return asList(head, rows);
  const colWidths = widths.map((cells) => cells + 2);
  const drawn = new Table({ head: [...head], colWidths, style: { head: [], border: [], compact: true } });
  for (const row of rows) drawn.push([...row]);
  return `${drawn.toString()}\n`;
}

/** The largest, as a list of one or none: rows may be as many as there are modules. */
function chunkMax(widths: readonly number[]): number[] {
  return widths.length === 0 ? [] : [widths.reduce((most, each) => Math.max(most, each), 0)];
}

/** Takes from the widest columns until all fit beside each other, two blanks each; undefined if they never do. */
function shrink(
  wanted: readonly number[],
  least: readonly number[],
  columns: number,
): readonly number[] | undefined {
  const widths = [...wanted];
  const sum = () => widths.reduce((total, each) => total + each + 2, 0);
  while (sum() > columns) {
    const widest = widths.reduce(
      (at, each, i) => (each > least[i] && (at < 0 || each > widths[at]) ? i : at),
      -1,
    );
    if (widest < 0) return undefined;
    widths[widest]--;
  }
  return widths;
}

function asList(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows
    .map(([first, ...rest]) => `${first}\n${rest.map((cell, i) => `  ${head[i + 1]}: ${cell}\n`).join("")}`)
    .join("");
}
