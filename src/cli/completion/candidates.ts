import type { Argument, Command, Option } from "commander";
import { KINDS } from "../../btf/kinds.ts";
import { CHANGE_CLASSES } from "../../engine/diff/change.ts";
import { KERNELS } from "../../engine/verify/kernel.ts";
import { ERROR_CODES } from "../../errors.ts";
import type { Place } from "./place.ts";
import { memberPaths, namesOfTypes, type WantedNames } from "./type-names.ts";

/** A word that may stand where the cursor is. */
export interface Candidate {
  readonly word: string;
  /** A description, for shells that show it; may be empty. */
  readonly about: string;
}

/** All that may stand where the cursor is. */
export interface Candidates {
  readonly words: readonly Candidate[];
  /** Whether files may stand there; the shell finds those. */
  readonly files: boolean;
}

/** Completes a value or an argument. */
type Completer = (place: Place) => Candidates | Promise<Candidates>;

/** Lists what may stand at a place of a command line, as far as it begins like what is typed. */
export async function candidatesAt(place: Place): Promise<Candidates> {
  const { words, files } = await completerOf(place)(place);
  return { words: words.filter(({ word }) => word.startsWith(place.current)), files };
}

function completerOf({ command, before, current, option, mayBeOption }: Place): Completer {
  if (option !== undefined) return completerOfValue(option);
  if (mayBeOption && current.startsWith("-") && current !== "-") return optionsOf;
  if (command.parent === null) return before[0] === "help" ? helpTopics : commandsOf;
  const argument = argumentAt(command, before.length);
  return argument === undefined ? () => NOTHING : completerOfArgument(command, argument);
}

/**
 * The completer for the value of an option: for its choices, or for its placeholder. Throws if the placeholder has no
 * row.
 */
export function completerOfValue({ argChoices, flags }: Option): Completer {
  return argChoices === undefined ? completerNamed(placeholderOf(flags)) : choices(argChoices);
}

/** The same for an argument of a command. */
export function completerOfArgument(command: Command, argument: Argument): Completer {
  if (argument.argChoices !== undefined) return choices(argument.argChoices);
  return completerNamed(argument.name() === "words" ? `words of ${command.name()}` : argument.name());
}

const NOTHING: Candidates = { words: [], files: false };
const FILES: Candidates = { words: [], files: true };

const nothing: Completer = () => NOTHING;
const files: Completer = () => FILES;
const choices = (words: readonly string[]): Completer => {
  return () => ({ words: words.map((word) => ({ word, about: "" })), files: false });
};
const names = (wanted: WantedNames): Completer => {
  return async (place) => ({ words: await namesOfTypes(place, wanted), files: false });
};
const members: Completer = async (place) => ({ words: await memberPaths(place), files: false });

const DUMP_FORMATS = ["raw", "c", "json"];

/** The completer for each placeholder of an option or argument; a test holds it to the definitions of the commands. */
const COMPLETERS: Readonly<Record<string, Completer>> = {
  vmlinux: files,
  file: files,
  path: files,
  command: files,
  module: files,
  kernel: files,
  object: files,
  old: files,
  new: files,
  later: files,
  results: files,
  name: listed(names("all")),
  glob: listed(names("all")),
  type: names("all"),
  kind: listed(choices(KINDS.slice(1).map(({ name }) => name.toLowerCase()))),
  class: listed(choices(CHANGE_CLASSES)),
  release: choices(KERNELS),
  format: choices(DUMP_FORMATS),
  "path=offset": members,
  n: nothing,
  "i/n": nothing,
  size: nothing,
  count: nothing,
  bytes: nothing,
  prefix: nothing,
  text: nothing,
  offset: nothing,
  levels: nothing,
  "words of completion": nothing,
  "words of dump": dumpWords,
  "words of layout": orFiles(listed(names("with a layout"))),
  "words of who": orFiles(names("all")),
  "words of offsets": orFiles(members),
};

function completerNamed(placeholder: string): Completer {
  const completer = COMPLETERS[placeholder];
  if (completer === undefined) throw new Error(`no row says what completes <${placeholder}>`);
  return completer;
}

function placeholderOf(flags: string): string {
  return /<(.+?)(?:\.\.\.)?>/.exec(flags)?.[1] ?? "";
}

/** bpftool's words; a file may stand nearly everywhere. */
function dumpWords(place: Place): Candidates | Promise<Candidates> {
  switch (place.before.at(-1)) {
    case "format":
      return choices(DUMP_FORMATS)(place);
    case "root_id":
      return NOTHING;
    case "file":
      return FILES;
    default:
      return orFiles(choices(["file", "format", "root_id", "unsorted"]))(place);
  }
}

/** Adds files to the candidates of `completer`; a word with a slash is a file. */
function orFiles(completer: Completer): Completer {
  return async (place) =>
    place.current.includes("/") ? FILES : { ...(await completer(place)), files: true };
}

/** Completes a list with commas, of which the last item is being typed. */
function listed(completer: Completer): Completer {
  return async (place) => {
    const done = place.current.slice(0, place.current.lastIndexOf(",") + 1);
    const { words, files } = await completer({ ...place, current: place.current.slice(done.length) });
    return { words: words.map(({ word, about }) => ({ word: done + word, about })), files };
  };
}

/** The options of the command, the long ones first. One letter is offered only where no more than the dash is typed. */
function optionsOf({ command, current }: Place): Candidates {
  const options = command.createHelp().visibleOptions(command);
  const words = options.flatMap(({ long, short, description }) =>
    [long, current === "-" ? short : undefined]
      .filter((flag) => typeof flag === "string")
      .map((word) => ({ word, about: description })),
  );
  return { words, files: false };
}

function commandsOf({ command }: Place): Candidates {
  const commands = command.createHelp().visibleCommands(command);
  const words = commands.map((each) => ({ word: each.name(), about: each.summary() || each.description() }));
  return { words, files: false };
}

function helpTopics(place: Place): Candidates {
  const [, topic, ...more] = place.before;
  if (topic === undefined) return commandsOf(place);
  if (topic !== "errors" || more.length > 0) return NOTHING;
  return { words: Object.entries(ERROR_CODES).map(([word, about]) => ({ word, about })), files: false };
}

/** The argument that the word after `count` others is for; the last one takes all the rest if it is variadic. */
function argumentAt({ registeredArguments }: Command, count: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[count] ?? (last?.variadic ? last : undefined);
}
