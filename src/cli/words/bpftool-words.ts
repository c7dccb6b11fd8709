import { BtfxError } from "../../errors.ts";
import type { OptionWords } from "./option-words.ts";

/** The names of our commands, as a set or a map has them. */
interface CommandNames {
  has(word: string | undefined): boolean;
  keys(): Iterable<string | undefined>;
}

/**
 * Turns a command line of bpftool into ours: the command comes first, since bpftool has options before it (`-j -B
 * vmlinux btf dump …`); `btf dump` becomes `dump`, and `gen min_core_btf` becomes `minimize`. Abbreviations (`btf d f
 * FILE`) are written out as bpftool reads them. Throws `usage` for bpftool's other commands. `optionWords` is called
 * only if options come before the last of bpftool's words.
 */
export function commandFirst(
  argv: readonly string[],
  commands: CommandNames,
  optionWords: () => OptionWords,
): string[] {
  const options: string[] = [];
  let at = 0;
  while (at < argv.length && argv[at].startsWith("-")) {
    const takesNext = optionWords().takesNext(argv[at]);
    options.push(argv[at++]);
    const isCommand = commands.has(argv[at]) || OBJECTS.has(writtenOut(argv[at], commands));
    if (at < argv.length && (takesNext === "yes" || (takesNext === "maybe" && !isCommand))) {
      options.push(argv[at++]);
    }
  }
  const word = writtenOut(argv[at], commands);
  const rest = argv.slice(at + 1);
  if (word === "btf") return ["dump", ...withoutBpftools(options), ...dumpWords(rest, optionWords)];
  if (word === "gen") return ["minimize", ...withoutBpftools(options), ...minimizeWords(rest)];
  if (word === "help") return [word, ...rest.map((each) => OBJECTS.get(each) ?? each)];
  if (LIVE_OBJECTS.has(word)) throw notOfFiles(word, `'bpftool ${word}' does that`);
  if (!commands.has(word)) return [...argv];
  return [word, ...options, ...rest];
}

/** Refuses what bpftool asks the running kernel for; `hint` says who does it. */
export function notOfFiles(words: string, hint: string): BtfxError {
  return new BtfxError("usage", `'${words}' asks the running kernel; btfx only reads files`, { hint });
}

/** bpftool's objects that are ours too, and our command for each. */
const OBJECTS: ReadonlyMap<string, string> = new Map([
  ["btf", "dump"],
  ["gen", "minimize"],
]);

/** The other commands of bpftool. All of them work on the running kernel. */
const LIVE_OBJECTS: ReadonlySet<string> = new Set(
  "batch cgroup feature iter link map net perf prog struct_ops token".split(" "),
);

/** Options of bpftool that mean nothing where only files are read. */
const LIVE_OPTIONS: ReadonlySet<string> = new Set("-f --bpffs -L --use-loader -n --nomount".split(" "));

/**
 * What bpftool does with BTF, and where it finds some, each in the order in which bpftool looks for an abbreviation.
 */
const VERBS = ["show", "list", "help", "dump"];
const SOURCES = ["map", "prog", "id", "file"];
const CLAUSES = ["format", "root_id", "unsorted"];

/** `bt` is bpftool's `btf`, and `g` its `gen`, as long as no other command of its or ours begins so. */
function writtenOut(word: string | undefined, commands: CommandNames): string {
  if (word === undefined || word === "" || commands.has(word)) return word ?? "";
  const all = [...OBJECTS.keys(), ...LIVE_OBJECTS, "help", "version", ...commands.keys()];
  const meant = all.filter((name) => name?.startsWith(word) === true);
  return meant.length === 1 && [...OBJECTS.keys(), "help"].includes(meant[0] as string)
    ? (meant[0] as string)
    : word;
}

function withoutBpftools(options: readonly string[]): string[] {
  return options.filter((option) => !LIVE_OPTIONS.has(option));
}

/** The words after `btf`, which are those of `btfx dump` once its verb is taken off. */
function dumpWords(words: readonly string[], optionWords: () => OptionWords): string[] {
  const out = [...words];
  const places = wordsAt(words, optionWords);
  const verb = longFor(words[places[0]] ?? "list", VERBS);
  if (verb === "help" || words.includes("-h") || words.includes("--help")) return ["--help"];
  if (verb !== "dump" && VERBS.includes(verb)) {
    throw notOfFiles(`btf ${verb}`, "bpftool does that; 'btfx btf dump' prints types");
  }
  if (verb !== "dump") {
    const hint = "'btfx btf dump' prints types, as bpftool does";
    throw new BtfxError("usage", `there is no 'btf ${verb}' here`, { hint });
  }
  // Files come first: the `f` of `f FILE f FILE` is `file` as long as it follows a file, and `format` after other
  // words.
  let known = SOURCES;
  for (let i = 1; i < places.length; i++) {
    const word = longFor(words[places[i]], known);
    const isFile = word === "file";
    if (isFile || CLAUSES.includes(word)) {
      out[places[i]] = word;
      if (word !== "unsorted") i++;
    } else if (known === SOURCES && SOURCES.includes(word)) {
      out[places[i]] = word;
    }
    known = isFile ? ["file", ...CLAUSES] : CLAUSES;
  }
  out.splice(places[0], 1);
  return out;
}

/** Where the words lie that are neither options nor their values. */
function wordsAt(words: readonly string[], optionWords: () => OptionWords): number[] {
  const places: number[] = [];
  for (let i = 0; i < words.length; i++) {
    if (!words[i].startsWith("-") || words[i] === "-") places.push(i);
    else if (optionWords().takesNext(words[i]) === "yes") i++;
  }
  return places;
}

/** The first of `names` that begins with `word`, else `word` itself. */
function longFor(word: string, names: readonly string[]): string {
  return names.find((name) => word !== "" && name.startsWith(word)) ?? word;
}

/** bpftool's `gen min_core_btf INPUT OUTPUT OBJECT...`, which overwrites an existing output. */
function minimizeWords(words: readonly string[]): string[] {
  const [given = "help", input, output, ...objects] = words;
  const verb = longFor(given, ["help", "min_core_btf"]);
  if (verb === "help") return ["--help"];
  if (verb !== "min_core_btf") {
    throw new BtfxError("usage", `there is no 'gen ${given}' here`, {
      hint: "bpftool makes skeletons and links objects; 'btfx minimize' is its 'gen min_core_btf'",
    });
  }
  if (objects.length === 0) {
    throw new BtfxError("usage", "gen min_core_btf needs a kernel's BTF, an output and BPF objects", {
      hint: "btfx gen min_core_btf VMLINUX OUTPUT OBJECT..., as bpftool has it",
    });
  }
  return [input, ...objects, "--force", "--quiet", "--output", output];
}
