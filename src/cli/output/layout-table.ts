import type { Btf, TypeId } from "../../btf/btf.ts";
import { STRUCT } from "../../btf/kinds.ts";
import type { PaholeLayouts } from "../../dump/pahole/layouts.ts";
import { Packing } from "../../dump/pahole/packable.ts";
import { jsonText } from "../json.ts";

/** A table of numbers by type: the names of its columns, and its rows. */
export interface LayoutTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** The table that is printed instead of layouts. */
export interface TableChoice {
  readonly packable?: boolean;
  readonly sizes?: boolean;
  /** Not read: it is the table if neither of the others is asked for. */
  readonly nrMembers?: boolean;
}

/** How a table is printed. */
export interface TableStyle {
  readonly compat?: "pahole";
  readonly separator?: string;
  readonly format?: "text" | "tsv" | "json";
  readonly isJson: boolean;
  readonly isPretty: boolean;
  /** Whether the types were asked for by name. */
  readonly isNamed: boolean;
  readonly isTerminal: boolean;
}

/** The table that the options ask for instead of layouts. */
export function tableOf(
  btf: Btf,
  layouts: PaholeLayouts,
  ids: readonly TypeId[],
  { packable, sizes }: TableChoice,
): LayoutTable {
  if (packable === true) return packableTable(btf, layouts, ids);
  return sizes === true ? sizesTable(btf, layouts, ids) : membersTable(btf, ids);
}

/**
 * The text of a table: aligned columns with a heading on a terminal, otherwise tabs and no heading, as pahole prints
 * it.
 */
export function tableText(
  table: LayoutTable,
  { compat, separator, format, isJson, isPretty, isNamed, isTerminal }: TableStyle,
): string {
  if (isJson) return tableJson(table, isPretty);
  if (compat === "pahole") return separatedText(table, separator ?? "\t", isNamed ? "\n\n" : "\n");
  if (format === "tsv" || separator !== undefined || (format !== "text" && !isTerminal)) {
    return separatedText(table, separator ?? "\t");
  }
  return alignedText(table);
}

/** Name, size and number of holes of each type. */
function sizesTable(btf: Btf, layouts: PaholeLayouts, ids: readonly TypeId[]): LayoutTable {
  const rows = ids.map((id) => {
    const { size, holes } = layouts.of(id);
    return [btf.name(id), size, holes];
  });
  return { columns: ["name", "size", "holes"], rows };
}

/** Name and number of members of each type. */
function membersTable(btf: Btf, ids: readonly TypeId[]): LayoutTable {
  return { columns: ["name", "members"], rows: ids.map((id) => [btf.name(id), btf.vlen(id)]) };
}

/** Structs that another order of their members makes smaller. */
function packableTable(btf: Btf, layouts: PaholeLayouts, ids: readonly TypeId[]): LayoutTable {
  const packing = new Packing(btf, layouts);
  const rows: (readonly (string | number)[])[] = [];
  for (const id of ids) {
    const struct = layouts.of(id);
    if (btf.kind(id) !== STRUCT || struct.holes + struct.bitHoles === 0) continue;
    const size = packing.sizeOf(id);
    if (size < struct.size) rows.push([btf.name(id), struct.size, size, struct.size - size]);
  }
  return { columns: ["name", "size", "packed", "saved"], rows };
}

/** A line for each row, without a heading. `end` is behind each. */
function separatedText({ rows }: LayoutTable, separator: string, end = "\n"): string {
  return rows.map((row) => row.join(separator) + end).join("");
}

/** For people: columns under a heading, numbers to the right. */
function alignedText({ columns, rows }: LayoutTable): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, i) =>
    lines.reduce((most, line) => Math.max(most, String(line[i]).length), 0),
  );
  const lineText = (line: readonly (string | number)[]) =>
    line
      .map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i])))
      .join("  ");
  return `${lines.map(lineText).join("\n")}\n`;
}

/** `{"types":[{"name":…,"size":…,"holes":…}]}` */
function tableJson({ columns, rows }: LayoutTable, isPretty: boolean): string {
  const types = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  return jsonText({ types }, isPretty);
}
