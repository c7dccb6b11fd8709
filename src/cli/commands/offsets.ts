import type { Btf } from "../../btf/btf.ts";
import { BtfxError } from "../../errors.ts";
import { shortPaths } from "../../report/short-paths.ts";
import { compositesNamed, isMemberPath, type PlacedMember, placeMember } from "../../types/member-path.ts";
import { measured } from "../../types/sizes.ts";
import { typeText } from "../../types/type-text.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";
import { asksForJson, type JsonOptions, jsonText } from "../json.ts";
import type { OffsetsJson } from "../output/json-output.ts";
import { type FileOffsets, type OffsetsForm, sourceText } from "../output/offset-constants.ts";
import { safe } from "../output/safe.ts";
import { warnOfWrongBase } from "../output/wrong-base-warning.ts";
import { filesOrRunning } from "../words/dump-words.ts";
import { noSuchType, readQueried, readQueryWords } from "../words/query-words.ts";

/** Options of `btfx offsets`, as commander gives them. */
export interface OffsetsOptions extends JsonOptions {
  readonly baseBtf?: string;
  readonly format?: "text" | "tsv" | "json" | OffsetsForm;
  readonly assert?: readonly string[];
}

/** `btfx offsets`: prints where members lie in one or several kernels, and returns the exit code. */
export async function runOffsets(
  words: readonly string[],
  options: OffsetsOptions,
  host: Host,
): Promise<number> {
  const { names, files: given } = readQueryWords(words);
  const asserted = (options.assert ?? []).map(assertion);
  const paths = [...new Set([...names.flatMap(expandBraces), ...asserted.map(({ path }) => path)])];
  if (paths.length === 0) {
    throw new BtfxError("usage", "no member is named", { hint: "btfx offsets task_struct.pid vmlinux" });
  }
  const noPath = paths.find((path) => !isMemberPath(path));
  if (noPath !== undefined) {
    throw new BtfxError("usage", `'${noPath}' is not the path of a member`, {
      hint: "write it as in C: type.member, type.array[1].member",
    });
  }
  const files = filesOrRunning(given, options.baseBtf);
  const results: FileOffsets[] = [];
  for (const file of files) {
    const input = await readQueried(file, options.baseBtf, files.length === 1);
    await warnOfWrongBase(input, file, options.baseBtf, host);
    const { btf } = input;
    if (files.length === 1) refuseUnknownTypes(btf, paths, file);
    const { flat } = measured(btf);
    const members = paths.map((path) => {
      const member = placeMember(btf, path);
      return "missing" in member ? member : { ...member, typeText: typeText(flat, member.type) };
    });
    results.push({ file, members });
  }
  host.stdout.write(textOf(paths, results, options));
  const missing = paths.filter((_, i) => results.every(({ members }) => "missing" in members[i]));
  for (const path of missing) {
    const first = results[0].members[paths.indexOf(path)];
    const why = "missing" in first ? first.missing : "";
    host.stderr.write(`btfx: ${safe(path)}: ${safe(why)}\n`);
  }
  const broken = asserted.flatMap((each) => brokenIn(each, paths, results));
  for (const line of broken) host.stderr.write(`btfx: ${safe(line)}\n`);
  return missing.length + broken.length > 0 ? EXIT.no : EXIT.ok;
}

/** An offset that is asserted. */
interface Assertion {
  readonly path: string;
  readonly offset: number;
}

function assertion(text: string): Assertion {
  const parts = /^(.+?)=(0x[\da-f]+|\d+)$/i.exec(text);
  if (parts === null) {
    throw new BtfxError("usage", `--assert takes PATH=OFFSET, not '${text}'`, {
      hint: "--assert nvme_queue.cq_vector=108",
    });
  }
  return { path: parts[1], offset: Number(parts[2]) };
}

/** The files in which an assertion does not hold, as text. */
function brokenIn(
  { path, offset }: Assertion,
  paths: readonly string[],
  results: readonly FileOffsets[],
): string[] {
  return results.flatMap(({ file, members }) => {
    const member = members[paths.indexOf(path)];
    if ("missing" in member) return [`${file}: ${path} should be at ${offset}: ${member.missing}`];
    return member.bitOffset === offset * 8
      ? []
      : [`${file}: ${path} is at ${placeText(member)}, not at ${offset}`];
  });
}

/** With one file, a type that it does not have is probably a typing error. */
function refuseUnknownTypes(btf: Btf, paths: readonly string[], file: string): void {
  const names = new Set(paths.map((path) => path.replace(/^(struct|union) /, "").split(/[.[]/, 1)[0]));
  const missing = [...names].filter((name) => compositesNamed(btf, name).length === 0);
  if (missing.length > 0) throw noSuchType(btf, missing, "struct or union", file);
}

function textOf(paths: readonly string[], results: readonly FileOffsets[], options: OffsetsOptions): string {
  const format = asksForJson(options) ? "json" : (options.format ?? "text");
  switch (format) {
    case "json":
      return jsonOf(results, options.pretty === true);
    case "tsv":
      return rowsOf(paths, results)
        .map((row) => `${row.join("\t")}\n`)
        .join("");
    case "text":
      return aligned(rowsOf(paths, results));
    default:
      return sourceText(format, results);
  }
}

function jsonOf(results: readonly FileOffsets[], isPretty: boolean): string {
  const kernels: OffsetsJson["kernels"] = results.map(({ file, members }) => ({
    file,
    members: members.map((member) => {
      if ("missing" in member) return { path: member.path, error: member.missing };
      const { path, bitOffset, bitSize, bitfieldSize } = member;
      const bits = bitfieldSize > 0 ? { bit_offset: bitOffset % 8, bit_size: bitfieldSize } : {};
      return {
        path,
        type: member.typeText,
        offset: Math.floor(bitOffset / 8),
        size: Math.ceil(bitSize / 8),
        ...bits,
      };
    }),
  }));
  return jsonText({ kernels }, isPretty);
}

/**
 * With one file: a row for each path with everything that is known. With several: a column of offsets for each file.
 */
function rowsOf(paths: readonly string[], results: readonly FileOffsets[]): string[][] {
  if (results.length === 1) {
    const rows = results[0].members.map((member) =>
      "missing" in member
        ? [member.path, "-", "-", "-"]
        : [member.path, placeText(member), extentText(member), member.typeText],
    );
    return [["path", "offset", "size", "type"], ...rows];
  }
  const rows = paths.map((path, i) => [
    path,
    ...results.map(({ members }) => ("missing" in members[i] ? "-" : placeText(members[i]))),
  ]);
  return [["path", ...shortPaths(results.map(({ file }) => safe(file)))], ...rows];
}

/** Bytes, and the bit for bitfields: `108`, `44:3`. */
function placeText({ bitOffset, bitfieldSize }: PlacedMember): string {
  const bytes = String(Math.floor(bitOffset / 8));
  return bitfieldSize > 0 ? `${bytes}:${bitOffset % 8}` : bytes;
}

function extentText({ bitSize, bitfieldSize }: PlacedMember): string {
  return bitfieldSize > 0 ? `${bitfieldSize} ${bitfieldSize === 1 ? "bit" : "bits"}` : String(bitSize / 8);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => rows.reduce((most, row) => Math.max(most, row[i].length), 0));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** `a.{b,c}` as `a.b` and `a.c`. */
export function expandBraces(text: string): string[] {
  const braces = /^(.*?)\{([^{}]*)\}(.*)$/.exec(text);
  if (braces === null) return [text];
  const [, before, inside, after] = braces;
  return inside.split(",").flatMap((part) => expandBraces(before + part + after));
}
