import { BtfxError } from "../errors.ts";
import type { OptionWords } from "./option-words.ts";

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
        throw new BtfxError("usage", `'${words[i]}' stands alone`, {
          hint: `say 'format ${words[i]}'; a file of this name is given as 'file ${words[i]}'`,
        });
      default:
        files.push(words[i]);
    }
  }
  return { files, format, rootIds, unsorted };
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

/**
 * The command line with the command in front, since bpftool has its options before it (`-j -B vmlinux btf dump ...`), and
 * with bpftool's `btf dump` become `dump`: `btf` is its name for the kind of object. Throws `usage` for what else bpftool
 * does with that kind. Its `gen min_core_btf` is `minimize`. `optionWords` is asked only if options stand in front.
 */
export function commandFirst(
  argv: readonly string[],
  commands: { has(word: string | undefined): boolean },
  optionWords: () => OptionWords,
): string[] {
  const options: string[] = [];
  let at = 0;
  while (at < argv.length && argv[at].startsWith("-")) {
    const takesNext = optionWords().takesNext(argv[at]);
    options.push(argv[at++]);
    const isCommand = commands.has(argv[at]) || argv[at] === "btf" || argv[at] === "gen";
    if (at < argv.length && (takesNext === "yes" || (takesNext === "maybe" && !isCommand))) {
      options.push(argv[at++]);
    }
  }
  if (argv[at] === "btf") {
    const [verb = "list"] = argv.slice(at + 1);
    if (verb === "help" || verb === "-h" || verb === "--help") return ["dump", "--help"];
    if (verb !== "dump") throw notOfFiles(`btf ${verb}`, "bpftool does that; 'btfx btf dump' prints types");
    at++;
  }
  if (argv[at] === "gen") return ["minimize", ...options, ...minimizeWords(argv.slice(at + 1))];
  if (BPFTOOL_OBJECTS.has(argv[at])) throw notOfFiles(argv[at], `'bpftool ${argv[at]}' does that`);
  if (!commands.has(argv[at])) return [...argv];
  return [argv[at], ...options, ...argv.slice(at + 1)];
}

/** bpftool's commands besides `btf` and `gen`, all of which work on the running kernel. */
const BPFTOOL_OBJECTS: ReadonlySet<string> = new Set(
  "batch cgroup feature iter link map net perf prog struct_ops token".split(" "),
);

/** bpftool's `gen min_core_btf INPUT OUTPUT OBJECT...`, which overwrites what is there. */
function minimizeWords(words: readonly string[]): string[] {
  const [verb, input, output, ...objects] = words;
  if (verb === undefined || verb === "help") return ["--help"];
  if (verb !== "min_core_btf") {
    throw new BtfxError("usage", `there is no 'gen ${verb}' here`, {
      hint: "bpftool makes skeletons and links objects; 'btfx minimize' is its 'gen min_core_btf'",
    });
  }
  if (output === undefined) return words.slice(1).map(String);
  return [input, ...objects, "--force", "--quiet", "--output", output];
}

function notOfFiles(words: string, hint: string): BtfxError {
  const message = `'${words}' asks the running kernel, which btfx does not: it reads files`;
  return new BtfxError("usage", message, { hint });
}

function wordAfter(words: readonly string[], at: number, word: string): string {
  if (at >= words.length) throw new BtfxError("usage", `expecting value for '${word}'`);
  return words[at];
}
