import type { CommanderError } from "commander";
import { BtfxError } from "../../errors.ts";
import { isThere } from "../../io/file-names.ts";
import { nearestWord } from "../../types/nearest-words.ts";
import { paholeCounterpart, typedFor } from "./pahole-words.ts";

/**
 * Rewords commander's errors: says what is wrong with a command line, what may have been meant, and where the help is.
 * `argv` is the command line that commander read, `typed` the one that the user typed, and `flags` has the options of
 * each command by its name.
 */
export function usageError(
  error: CommanderError,
  argv: readonly string[],
  typed: readonly string[],
  flags: ReadonlyMap<string, readonly string[]>,
): BtfxError {
  const commands = [...flags.keys()];
  const [said, suggestion] = error.message.replace(/^error: /, "").split("\n(");
  const [, kind, named] = /^unknown (option|command) '(.*)'$/s.exec(said) ?? [];
  if (kind === "command") return noSuchCommand(named, commands);
  const { option, word } = kind === "option" ? unknownOption(named, typed) : {};
  const inside = word === undefined || word === option ? "" : ` in '${word}'`;
  const message = option === undefined ? said : `unknown option '${option}'${inside}`;
  const counterpart = option === undefined ? undefined : paholeCounterpart(option);
  const command = argv.find((word) => commands.includes(word));
  if (command === undefined) {
    return new BtfxError("usage", "no command is given", {
      hint: counterpart ?? listOf(commands),
      cause: error,
    });
  }
  const help = `'btfx help ${command}' has all options`;
  const file = word !== undefined && isThere(word) ? `a file of this name is given as ./${word}` : undefined;
  const own = flags.get(command) ?? [];
  const withTwoDashes = own.find((flag) => flag === `-${word}`);
  const similar =
    withTwoDashes ?? suggestion?.replace(/^Did you mean (.*)\?\)$/, "$1") ?? flagMeant(option, own);
  const meant = similar === undefined ? (baseMeant(message, argv) ?? "") : `did you mean ${similar}? `;
  const hint = file ?? (withTwoDashes === undefined ? counterpart : undefined) ?? meant + help;
  return new BtfxError("usage", reworded(message, { command, last: typed.at(-1) }), { hint, cause: error });
}

/**
 * The option that no command has, and the word that contains it. Commander leaves out letters of a word that are
 * options: `-obs` of `-jobs`.
 */
function unknownOption(
  named: string,
  typed: readonly string[],
): { option: string; word?: string | undefined } {
  const isLetters = /^-[^-]./s.test(named);
  const word = typed.find((each) => /^-[^-]/.test(each) && each.endsWith(named.slice(1)));
  return { option: isLetters ? named.slice(0, 2) : typedFor(named.split("=")[0], typed), word };
}

/** Other programs, each with the command that does its work here. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ["bpftool", "'btfx dump' prints types as bpftool does"],
  ["pahole", "'btfx layout' prints structs as pahole does"],
  ["resolve_btfids", "'btfx distill' renumbers .BTF_ids, as resolve_btfids does in a build"],
]);

/** Refuses a word that is no command; a file there may have been meant for `dump`. */
export function noSuchCommand(word: string, commands: readonly string[]): BtfxError {
  const meant = nearestWord(word, commands);
  const hint =
    PROGRAMS.get(word) ??
    (meant !== undefined
      ? `did you mean ${meant}?`
      : /[./]|^vmlinu/.test(word)
        ? `'btfx dump ${word}' prints the types of a file`
        : listOf(commands));
  return new BtfxError("usage", `there is no command '${word}'`, { hint });
}

function listOf(commands: readonly string[]): string {
  return `commands are ${commands.join(", ")}`;
}

/**
 * An option as commander writes it, `-B, --base-btf <vmlinux>`: its short name, its long name, the name of its value.
 */
const FLAGS = String.raw`'?(?:(-\w), )?(--[\w-]+)(?: [<[](.+?)[>\]])?'?`;

/** What our sentences say of a command line. */
interface Line {
  readonly command: string;
  /** The last word, as it was typed. */
  readonly last: string | undefined;
}

/** Commander's sentences, and our sentence for each. */
const SENTENCES: readonly [pattern: RegExp, ours: (line: Line, ...parts: string[]) => string][] = [
  [
    new RegExp(`^required option ${FLAGS} not specified$`),
    ({ command }, short, long, value) => `${command} needs ${short ?? long} ${value.toUpperCase()}`,
  ],
  [
    /^missing required argument '(.*)'$/,
    ({ command }, argument) => `${command} needs ${argument.toUpperCase()}, and none is given`,
  ],
  [
    new RegExp(`^option ${FLAGS} argument missing$`),
    ({ last }, short, long, value) =>
      `${last === long ? long : (short ?? long)} needs a value: ${value.toUpperCase()}`,
  ],
  [
    new RegExp(
      `^option ${FLAGS} argument '(.*)' is invalid\\. (?:It takes|Allowed choices are) (.*)\\.$`,
      "s",
    ),
    (_, _short, long, _value, given, choices) => `${long} takes ${eitherOf(choices)}, not '${given}'`,
  ],
  [
    /^command-argument value '(.*)' is invalid for argument '.*'\. Allowed choices are (.*)\.$/s,
    ({ command }, given, choices) => `${command} takes ${eitherOf(choices)}, not '${given}'`,
  ],
  [
    new RegExp(`^option ${FLAGS} cannot be used with option ${FLAGS}$`),
    (_, _short, long, _value, _otherShort, other) => `${long} and ${other} exclude each other`,
  ],
  [
    /^too many arguments.* Expected (\d+) arguments? but got (\d+)\.$/,
    ({ command }, most, given) => `${command} takes ${most} ${most === "1" ? "word" : "words"}, not ${given}`,
  ],
];

function reworded(message: string, line: Line): string {
  for (const [pattern, ours] of SENTENCES) {
    const parts = pattern.exec(message);
    if (parts !== null) return ours(line, ...parts.slice(1));
  }
  return message;
}

/** The letter in the other case, or the only long option that begins so: commander suggests neither. */
function flagMeant(option: string | undefined, flags: readonly string[]): string | undefined {
  if (option === undefined) return undefined;
  const meant = option.startsWith("--")
    ? flags.filter((flag) => flag.startsWith(option))
    : flags.filter((flag) => flag !== option && flag.toLowerCase() === option.toLowerCase());
  return meant.length === 1 ? meant[0] : undefined;
}

/** `a, b, c` as `a, b or c`. */
function eitherOf(choices: string): string {
  return choices.replace(/, ([^,]+)$/, " or $1");
}

/** The file that looks like the vmlinux that `-B` was to name. */
function baseMeant(message: string, argv: readonly string[]): string | undefined {
  if (!message.includes("--base-btf <vmlinux>' not specified")) return undefined;
  const file = argv.find((word) => /(^|\/)vmlinu[xz][^/]*$/.test(word));
  return file === undefined ? undefined : `did you mean -B ${file}? `;
}
