import type { Btf, TypeId } from "../../btf/btf.ts";
import { isComposite } from "../../btf/kinds.ts";
import { type PaholeLayouts, withLayouts } from "../../dump/pahole/layouts.ts";
import { ByteSink } from "../../dump/sink.ts";
import { BtfxError } from "../../errors.ts";
import { compositesNamed, membersAt, type PlacedMember } from "../../types/member-path.ts";
import { measured } from "../../types/sizes.ts";
import { typeText } from "../../types/type-text.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import type { OffsetJson, PlacesJson } from "../json-output.ts";
import { choose, countOf, type LayoutChoice } from "../layout-choice.ts";
import {
  alignedText,
  type LayoutTable,
  membersTable,
  packableTable,
  separatedText,
  sizesTable,
  tableJson,
} from "../layout-table.ts";
import { readQueried, readQueryWords } from "../query-words.ts";

/** Options of `btfx layout`, as commander gives them. */
export interface LayoutCommandOptions extends LayoutChoice {
  readonly name?: readonly string[];
  readonly baseBtf?: string;
  readonly expand?: boolean;
  readonly hex?: boolean;
  readonly at?: string;
  readonly sizes?: boolean;
  readonly packable?: boolean;
  readonly nrMembers?: boolean;
  readonly separator?: string;
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
  const layoutOptions = { ...(expand && { expand }), ...(hex && { hex }), pointerSize };
  const answer = withLayouts(btf, layoutOptions, (layouts) => answerOf(btf, layouts, names, options, host));
  if (typeof answer === "number") return answer;
  const { dumpLayoutJson } = await import("../../dump/layout-json.ts");
  const sink = new ByteSink((chunk) => host.stdout.write(chunk));
  dumpLayoutJson(btf, sink, {
    ids: answer,
    pretty: options.pretty === true,
    ...(pointerSize && { pointerSize }),
  });
  sink.finish();
  return EXIT.ok;
}

/** Prints what is asked about the chosen types, and returns the exit code; the types themselves if their layouts are wanted as JSON. */
function answerOf(
  btf: Btf,
  layouts: PaholeLayouts,
  names: readonly string[],
  options: LayoutCommandOptions,
  host: Host,
): number | TypeId[] {
  const ids = choose(btf, layouts, names, options);
  if (options.at !== undefined) return printPlace(btf, ids, options, host);
  const table = tableOf(btf, layouts, ids, options);
  if (table !== undefined) {
    host.stdout.write(tableText(table, options, names.length > 0, host.stdout.isTerminal));
    return EXIT.ok;
  }
  if (isJson(options)) return ids;
  const sink = new ByteSink((chunk) => host.stdout.write(chunk));
  // pahole sets types that were asked for by name apart.
  layouts.write(ids, sink, names.length > 0 ? 2 : 1);
  sink.finish();
  return EXIT.ok;
}

/** The table that is asked for in place of layouts. */
function tableOf(
  btf: Btf,
  layouts: PaholeLayouts,
  ids: readonly TypeId[],
  options: LayoutCommandOptions,
): LayoutTable | undefined {
  if (options.packable === true) return packableTable(btf, layouts, ids);
  if (options.sizes === true) return sizesTable(btf, layouts, ids);
  if (options.nrMembers === true) return membersTable(btf, ids);
  return undefined;
}

/** For people in columns with a heading, else as pahole has them: a tab between, no heading. */
function tableText(
  table: LayoutTable,
  options: LayoutCommandOptions,
  isNamed: boolean,
  isTerminal: boolean,
): string {
  if (isJson(options)) return tableJson(table, options.pretty === true);
  const { compat, separator, format } = options;
  if (compat === "pahole") return separatedText(table, separator ?? "\t", isNamed ? "\n\n" : "\n");
  if (format === "tsv" || separator !== undefined || (format !== "text" && !isTerminal)) {
    return separatedText(table, separator ?? "\t");
  }
  return alignedText(table);
}

/** Prints what lies at an offset of each type that was asked for. */
function printPlace(btf: Btf, ids: readonly TypeId[], options: LayoutCommandOptions, host: Host): number {
  const byte = countOf(options.at ?? "");
  const places = Array.from(laidOut(btf, ids), (id) => {
    const size = btf.sizeOrType(id);
    return { name: btf.name(id), size, isInside: byte < size, members: membersAt(btf, id, byte) };
  });
  const { flat } = measured(btf);
  if (isJson(options)) {
    const json: PlacesJson["places"] = places.map(({ name, size, members }) => ({
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

/** The structs and unions among types, and those that others among them stand for; each once. */
function laidOut(btf: Btf, ids: readonly TypeId[]): ReadonlySet<TypeId> {
  const found = new Set<TypeId>();
  const names = new Set<string>();
  for (const id of ids) {
    if (isComposite(btf.kind(id))) found.add(id);
    else if (!names.has(btf.name(id))) {
      names.add(btf.name(id));
      for (const composite of compositesNamed(btf, btf.name(id))) found.add(composite);
    }
  }
  return found;
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

function placeJson({ path, bitOffset, bitSize, bitfieldSize }: PlacedMember): Omit<OffsetJson, "type"> {
  const size = Math.ceil(bitSize / 8);
  const bits = bitfieldSize > 0 ? { bit_offset: bitOffset % 8, bit_size: bitfieldSize } : {};
  return { path, offset: Math.floor(bitOffset / 8), size, ...bits };
}

function isJson({ json, pretty, format }: LayoutCommandOptions): boolean {
  return json === true || pretty === true || format === "json";
}
