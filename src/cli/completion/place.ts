import type { Command, Option } from "commander";
import { OptionWords } from "../words/option-words.ts";

/** Where the cursor stands in a command line that is being typed. */
export interface Place {
  /** The program itself until a command is named. */
  readonly command: Command;
  /** Words in front of the cursor that are neither options nor their values; without the command's name. */
  readonly before: readonly string[];
  /** The same behind the cursor. */
  readonly behind: readonly string[];
  /** The typed part of the word at the cursor; for `--option=VALUE` only the value. */
  readonly current: string;
  /** The option whose value is being typed, undefined where the word stands by itself. */
  readonly option: Option | undefined;
  /** Whether a word that starts with `-` is an option here, which it is not after `--`. */
  readonly mayBeOption: boolean;
  /** Values of the options that are given, by attribute name; the last one of each. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads a command line with the cursor in the word `words[index]`, which may be unfinished; `program` has all commands.
 */
export function placeOf(program: Command, words: readonly string[], index: number): Place {
  const ofAny = new OptionWords(program.commands.flatMap(({ options }) => options));
  const front = words.slice(0, index);
  const { command, nameLength } = commandNamed(program, readWords(front, ofAny).plain);
  const options = command === program ? ofAny : new OptionWords(command.options);
  const before = readWords(front, options);
  const behind = readWords(words.slice(index + 1), options);
  const word = words[index] ?? "";
  const inWord = before.open === undefined && !before.isEnded ? options.valued(word) : undefined;
  return {
    command,
    before: before.plain.slice(nameLength),
    behind: behind.plain,
    current: inWord?.value ?? word,
    option: before.open ?? (inWord?.value === undefined ? undefined : inWord.option),
    mayBeOption: !before.isEnded,
    values: new Map([...before.values, ...behind.values]),
  };
}

/** bpftool's two words for a command. */
const BPFTOOL_COMMANDS: Readonly<Record<string, string>> = {
  "btf dump": "dump",
  "gen min_core_btf": "minimize",
};

/** The command that words begin with, and of how many words its name is; the program if it is not named yet. */
function commandNamed(
  program: Command,
  [first, second]: readonly string[],
): { command: Command; nameLength: number } {
  const own = BPFTOOL_COMMANDS[`${first} ${second}`];
  const command = program.commands.find((each) => each.name() === (own ?? first));
  return { command: command ?? program, nameLength: command === undefined ? 0 : own === undefined ? 1 : 2 };
}

/** The words of a command line, sorted by meaning. */
interface ReadWords {
  readonly plain: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  /** The option whose value would come next. */
  readonly open: Option | undefined;
  /** Whether `--` said that no option follows. */
  readonly isEnded: boolean;
}

function readWords(words: readonly string[], options: OptionWords): ReadWords {
  const plain: string[] = [];
  const values = new Map<string, string>();
  let open: Option | undefined;
  let isEnded = false;
  for (const word of words) {
    if (open !== undefined) {
      values.set(open.attributeName(), word);
      open = undefined;
    } else if (isEnded || word === "-" || !word.startsWith("-")) {
      plain.push(word);
    } else if (word === "--") {
      isEnded = true;
    } else {
      const valued = options.valued(word);
      if (valued?.value === undefined) open = valued?.option;
      else values.set(valued.option.attributeName(), valued.value);
    }
  }
  return { plain, values, open, isEnded };
}
