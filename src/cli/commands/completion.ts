import { homedir } from "node:os";
import type { Command } from "commander";
import { candidatesAt } from "../completion/candidates.ts";
import { placeOf } from "../completion/place.ts";
import { SCRIPTS, type Shell } from "../completion/scripts.ts";
import { EXIT } from "../exit.ts";
import type { Host } from "../host.ts";

/**
 * `btfx completion SHELL`: prints the script for the shell, and returns the exit code. The script calls `btfx
 * completion SHELL -- INDEX WORD...` with the words after `btfx` as they are typed, and the index of the word in which
 * the cursor is. The answer is a line `files` or `no-files`, then a line for each candidate: the word, a tab, a
 * description.
 */
export async function runCompletion(
  shell: Shell,
  question: readonly string[],
  program: Command,
  host: Host,
): Promise<number> {
  if (question.length === 0) {
    host.stdout.write(SCRIPTS[shell]);
    return EXIT.ok;
  }
  const [index, ...words] = question;
  const { words: found, files } = await candidatesAt(placeOf(program, words.map(unquoted), Number(index)));
  const lines = found.map(({ word, about }) => `${word}\t${about}`);
  host.stdout.write(`${[files ? "files" : "no-files", ...lines].join("\n")}\n`);
  return EXIT.ok;
}

/**
 * A word as a shell would take it: without quotes and backslashes, with the home directory for `~`. Nothing else is
 * expanded.
 */
function unquoted(word: string): string {
  const parts = word.matchAll(/'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)|([^'"\\]+)/gsu);
  const plain = Array.from(parts, ([, single, double, escaped, bare]) => {
    return single ?? double?.replace(/\\(.)/gsu, "$1") ?? escaped ?? bare ?? "";
  });
  return plain.join("").replace(/^~(?=\/)/, homedir());
}
