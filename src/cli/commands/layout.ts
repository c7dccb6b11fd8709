import type { Btf, TypeId } from "../../btf/btf.ts";
import { ENUM, ENUM64, isComposite, STRUCT, TYPEDEF, UNION } from "../../btf/kinds.ts";
import { PaholeLayouts } from "../../dump/pahole/layouts.ts";
import { Packing } from "../../dump/pahole/packable.ts";
import { ByteSink } from "../../dump/sink.ts";
import { BtfxError } from "../../errors.ts";
import { compositesNamed, membersAt, type PlacedMember } from "../../types/member-path.ts";
import { measured } from "../../types/sizes.ts";
import { typeText } from "../../types/type-text.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import { noSuchType, readQueried, readQueryWords } from "../query-words.ts";

/** Options of `btfx layout`, as commander gives them. */
export interface LayoutCommandOptions {
  readonly name?: readonly string[];
  readonly baseBtf?: string;
  readonly expand?: boolean;
  readonly hex?: boolean;
  readonly at?: string;
  readonly sizes?: boolean;
  readonly holes?: string;
  readonly packable?: boolean;
  readonly nrMembers?: boolean;
  readonly sort?: boolean;
  readonly structs?: boolean;
  readonly unions?: boolean;
  readonly separator?: string;
  readonly compat?: "pahole";
  readonly format?: "text" | "tsv" | "json";
  readonly json?: boolean;
  readonly pretty?: boolean;
}

/** `btfx layout`: prints how structs and unions are laid out, as pahole does, and returns the exit code. */
export async function runLayout(
  words: readonly string[],
  options: LayoutCommandOptions,
  host: Host,
): Promise<number> {
  const { names, files } = readQueryWords(words, options.name);
  if (files.length > 1) {
    const hint = "names of types are told from files by there being no such file";
    throw new BtfxError("usage", `one file at a time: ${files.join(", ")}`, { hint });
  }
  const { btf, pointerSize } = await readQueried(files[0], options.baseBtf);
  const { expand, hex } = options;
  const layouts = new PaholeLayouts(btf, { ...(expand && { expand }), ...(hex && { hex }), pointerSize });
  const ids = await chosen(btf, layouts, names, options);
  if (options.at !== undefined) return printPlace(btf, ids, options, host);
  const table = tableOf(btf, layouts, ids, options);
  if (table !== undefined) {
    host.stdout.write(tableText(table, options, host.stdout.isTerminal));
    return EXIT.ok;
  }
  const sink = new ByteSink((chunk) => host.stdout.write(chunk));
  if (isJson(options)) {
    const { dumpLayoutJson } = await import("../../dump/layout-json.ts");
    dumpLayoutJson(btf, sink, { ids, pretty: options.pretty === true, ...(pointerSize && { pointerSize }) });
  } else {
    // pahole sets types that were asked for by name apart.
    layouts.write(ids, sink, names.length > 0 ? "\n\n" : "\n");
  }
  sink.finish();
  return EXIT.ok;
}

/** The types that are asked for: by name in the order of the names, else all structs and unions. */
async function chosen(
  btf: Btf,
  layouts: PaholeLayouts,
  names: readonly string[],
  options: LayoutCommandOptions,
): Promise<TypeId[]> {
  const kinds = [...(options.structs ? [STRUCT] : []), ...(options.unions ? [UNION] : [])];
  const least = options.holes === undefined ? 0 : countOf(options.holes);
  const fits = (id: TypeId) =>
    (kinds.length === 0 || kinds.includes(btf.kind(id) as typeof STRUCT)) &&
    (options.holes === undefined || (btf.kind(id) === STRUCT && layouts.of(id).holes >= least));
  const ids =
    names.length === 0 ? layouts.all() : names.flatMap((name) => typesNamed(btf, layouts, name, options));
  const fitting = names.length === 0 ? ids.filter(fits) : [...new Set(ids)].filter(fits);
  if (options.sort !== true) return fitting;
  const byName = (a: TypeId, b: TypeId) =>
    btf.name(a) < btf.name(b) ? -1 : btf.name(a) > btf.name(b) ? 1 : a - b;
  return fitting.sort(byName);
}

/** The types of a name: structs and unions, else enums and typedefs; with a glob those whose names fit. pahole takes the first. */
function typesNamed(btf: Btf, layouts: PaholeLayouts, name: string, options: LayoutCommandOptions): TypeId[] {
  if (/[*?]/.test(name)) {
    const pattern = globPattern(name);
    return layouts.all().filter((id) => pattern.test(btf.name(id)));
  }
  const plain = name.replace(/^(struct|union|enum) /, "");
  const printable: readonly number[] = [STRUCT, UNION, ENUM, ENUM64, TYPEDEF];
  const all = btf.named(plain).filter((id) => printable.includes(btf.kind(id)));
  if (all.length === 0) throw noSuchType(btf, plain, "struct, union, enum or typedef");
  if (options.compat === "pahole") return all.slice(0, 1);
  const composites = all.filter((id) => isComposite(btf.kind(id)));
  return composites.length > 0 ? composites : all;
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

/** A table of numbers by type: the names of its columns, and its rows. */
interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

function tableOf(
  btf: Btf,
  layouts: PaholeLayouts,
  ids: readonly TypeId[],
  options: LayoutCommandOptions,
): Table | undefined {
  if (options.packable === true) return packableTable(btf, layouts, ids);
  if (options.sizes === true) {
    const rows = ids.map((id) => [btf.name(id), layouts.of(id).size, layouts.of(id).holes]);
    return { columns: ["name", "size", "holes"], rows };
  }
  if (options.nrMembers === true) {
    return { columns: ["name", "members"], rows: ids.map((id) => [btf.name(id), btf.vlen(id)]) };
  }
  return undefined;
}

/** Structs that another order of their members makes smaller. */
function packableTable(btf: Btf, layouts: PaholeLayouts, ids: readonly TypeId[]): Table {
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

/** For people in columns with a heading, else as pahole has them: a tab between, no heading. */
function tableText({ columns, rows }: Table, options: LayoutCommandOptions, isTerminal: boolean): string {
  if (isJson(options)) {
    const objects = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
    return `${JSON.stringify({ types: objects }, null, options.pretty === true ? 2 : undefined)}\n`;
  }
  const isPlain =
    options.compat === "pahole" || options.separator !== undefined || options.format === "tsv" || !isTerminal;
  if (isPlain) {
    const separator = options.separator ?? "\t";
    return rows.map((row) => `${row.join(separator)}\n`).join("");
  }
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

/** What lies at an offset of each type that was asked for. */
function printPlace(btf: Btf, ids: readonly TypeId[], options: LayoutCommandOptions, host: Host): number {
  const byte = countOf(options.at ?? "");
  const roots = ids.flatMap((id) => (isComposite(btf.kind(id)) ? [id] : compositesNamed(btf, btf.name(id))));
  const places = roots.map((id) => {
    const size = btf.sizeOrType(id);
    return { name: btf.name(id), size, isInside: byte < size, members: membersAt(btf, id, byte) };
  });
  const { flat } = measured(btf);
  if (isJson(options)) {
    const json = places.map(({ name, size, members }) => ({
      name,
      size,
      at: byte,
      members: members.map((member) => ({ ...placeJson(member), type: typeText(flat, member.type) })),
    }));
    host.stdout.write(`${JSON.stringify({ places: json }, null, options.pretty === true ? 2 : undefined)}\n`);
  } else {
    for (const { name, size, isInside, members } of places) {
      const at = `${name}+0x${byte.toString(16)}`;
      if (!isInside) host.stdout.write(`${at}: beyond the ${size} bytes of the type\n`);
      else if (members.length === 0) host.stdout.write(`${at}: a hole or padding\n`);
      for (const member of members) {
        host.stdout.write(`${at}: ${placeText(member, typeText(flat, member.type), byte)}\n`);
      }
    }
  }
  return places.some(({ members }) => members.length > 0) ? EXIT.ok : EXIT.no;
}

/** `PATH  TYPE  at 0x50, 4 bytes, 1 byte in`, where `byte` is what was asked for. */
function placeText(
  { path, bitOffset, bitSize, bitfieldSize }: PlacedMember,
  type: string,
  byte: number,
): string {
  const start = Math.floor(bitOffset / 8);
  const firstBit = bitOffset % 8;
  const bytes = (count: number) => `${count} ${count === 1 ? "byte" : "bytes"}`;
  const extent = bitfieldSize > 0 ? `bits ${firstBit} to ${firstBit + bitSize - 1}` : bytes(bitSize / 8);
  const inside = byte > start ? `, ${bytes(byte - start)} in` : "";
  return `${path}  ${type}  at 0x${start.toString(16)}, ${extent}${inside}`;
}

function placeJson({ path, bitOffset, bitSize, bitfieldSize }: PlacedMember): object {
  const size = Math.ceil(bitSize / 8);
  const bits = bitfieldSize > 0 ? { bit_offset: bitOffset % 8, bit_size: bitfieldSize } : {};
  return { path, offset: Math.floor(bitOffset / 8), size, ...bits };
}

function countOf(text: string): number {
  const value = /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value < 2 ** 32)) throw new BtfxError("usage", `'${text}' is not a number`, { hint: "0x9c or 156" });
  return value;
}

function isJson({ json, pretty, format }: LayoutCommandOptions): boolean {
  return json === true || pretty === true || format === "json";
}
