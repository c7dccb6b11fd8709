import { BtfxError } from "../../errors.ts";
import { runningVmlinux } from "../../io/read/find-vmlinux.ts";
import { asksForJson, type JsonOptions } from "../json.ts";
import { notOfFiles } from "./bpftool-words.ts";

/** The meaning of the words of `btfx dump`. */
export interface DumpWords {
  readonly files: readonly string[];
  readonly format: string | undefined;
  readonly rootIds: readonly number[];
  readonly unsorted: boolean;
}

/**
 * Reads the words of bpftool's command line, `[file] FILE… [format raw|c] [root_id N]… [unsorted]`, in any order. Where
 * bpftool has `file` before each, the word may be left out.
 */
export function readDumpWords(words: readonly string[]): DumpWords {
  const files: string[] = [];
  const rootIds: number[] = [];
  let format: string | undefined;
  let unsorted = false;
  for (let i = 0; i < words.length; i++) {
    switch (words[i]) {
      case "file":
        files.push(wordAfter(words, ++i, "file"));
        break;
      case "format":
        format = wordAfter(words, ++i, "format");
        break;
      case "root_id":
        rootIds.push(numberOf(wordAfter(words, ++i, "root_id")));
        break;
      case "unsorted":
        unsorted = true;
        break;
      case "id":
      case "map":
      case "prog":
        throw notOfFiles(words[i], "bpftool btf dump does that; a file of this name is given as 'file NAME'");
      case "raw":
      case "c":
      case "json":
        throw new BtfxError("usage", `'${words[i]}' means nothing without 'format' before it`, {
          hint: `say 'format ${words[i]}'; a file of this name is given as 'file ${words[i]}'`,
        });
      default:
        files.push(words[i]);
    }
  }
  return { files, format, rootIds, unsorted };
}

/** Those options of `btfx dump` that decide, with the words, in which form types are printed. */
export interface DumpForm extends JsonOptions {
  readonly format?: string;
  readonly layout?: boolean;
  readonly ext?: boolean;
}

/** The format in which types are printed; JSON is a form of it, see {@link isJson}. Throws `usage`. */
export function formatOf(said: DumpWords, options: DumpForm): "raw" | "c" {
  const asked = said.format ?? options.format ?? (options.layout === true ? "c" : "raw");
  if (asked === "json") return "raw";
  if (asked !== "raw" && asked !== "c") {
    throw new BtfxError("usage", `unrecognized format specifier: '${asked}', possible values: raw, c, json`);
  }
  if (options.layout === true && asked === "raw") {
    throw new BtfxError("usage", "--layout is for format c");
  }
  return asked;
}

/** JSON is a format of its own, and with `-j` or `-p` the form of the others. */
export function isJson(said: DumpWords, options: DumpForm): boolean {
  const asked = said.format ?? options.format;
  return asked === "json" || asksForJson(options);
}

/**
 * Whether a dump gains from settings of V8 for a short run: C, and several files. The others are done before V8 has
 * compiled anything. Throws `usage` for words that mean nothing.
 */
export function isShortRun(words: readonly string[], options: DumpForm): boolean {
  if (options.ext === true) return false;
  const said = readDumpWords(words);
  return said.files.length > 1 || (!isJson(said, options) && formatOf(said, options) === "c");
}

/**
 * The files that a command line names, otherwise the running kernel's vmlinux. Throws `usage` if it names only a base,
 * and `io` if this system has no running vmlinux.
 */
export function filesOrRunning(files: readonly string[], base: string | undefined): readonly string[] {
  if (files.length > 0) return files;
  if (base === undefined) return [runningVmlinux()];
  throw new BtfxError("usage", "-B needs a FILE that was built against it", {
    hint: `without -B, the types of ${base} itself are printed`,
  });
}

/** The parts between commas, those in braces or brackets apart: `a,b` are two names, `a_{b,c}` is one. */
export function splitNames(text: string): string[] {
  return text.match(/(?:\{[^}]*\}|\[[^\]]*\]|[^,])+/g) ?? [text];
}

/** A type id as bpftool reads it (`strtoul` with base 0): decimal, 0x hexadecimal, or octal. */
export function numberOf(text: string): number {
  const isOctal = /^0[0-7]+$/.test(text);
  const value = isOctal ? Number.parseInt(text, 8) : /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (!(value < 2 ** 32)) throw new BtfxError("usage", `can't parse ${text} as root ID`);
  return value;
}

function wordAfter(words: readonly string[], at: number, word: string): string {
  if (at >= words.length) throw new BtfxError("usage", `'${word}' needs a value after it`);
  return words[at];
}
