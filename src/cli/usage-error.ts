import type { CommanderError } from "commander";
import { BtfxError } from "../errors.ts";
import { nearestWord } from "../types/nearest-words.ts";
import { paholeCounterpart } from "./pahole-words.ts";

/** Rewords commander's errors: what is wrong with a command line, what may have been meant, where the help is. */
export function usageError(
  error: CommanderError,
  argv: readonly string[],
  commands: readonly string[],
): BtfxError {
  const [message, suggestion] = error.message.replace(/^error: /, "").split("\n(");
  const [, kind, named] = /^unknown (option|command) '(.*)'$/.exec(message) ?? [];
  if (kind === "command") return noSuchCommand(named, commands);
  const counterpart = kind === "option" ? paholeCounterpart(named.split("=")[0]) : undefined;
  const command = argv.find((word) => commands.includes(word));
  if (command === undefined) {
    return new BtfxError("usage", "no command is given", {
      hint: counterpart ?? listOf(commands),
      cause: error,
    });
  }
  const help = `'btfx help ${command}' has all options`;
  const meant = suggestion?.replace(/^Did you mean (.*)\?\)$/, "did you mean $1? ");
  const hint = counterpart === undefined ? (meant ?? "") + help : counterpart;
  return new BtfxError("usage", message, { hint, cause: error });
}

/** Refuses a word that is no command; a file there may have been meant for `dump`. */
export function noSuchCommand(word: string, commands: readonly string[]): BtfxError {
  const meant = nearestWord(word, commands);
  const hint =
    meant !== undefined
      ? `did you mean ${meant}?`
      : /[./]|^vmlinu/.test(word)
        ? `'btfx dump ${word}' prints the types of a file`
        : listOf(commands);
  return new BtfxError("usage", `there is no command '${word}'`, { hint });
}

function listOf(commands: readonly string[]): string {
  return `commands are ${commands.join(", ")}`;
}
