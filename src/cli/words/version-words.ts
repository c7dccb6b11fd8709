import { VERSION } from "../../version.ts";

/**
 * The answer to a command line that only asks for the version: `version`, `-V` or `--version`, perhaps with an option
 * for JSON, as in bpftool. Undefined for any other command line.
 */
export function versionText(words: readonly string[]): string | undefined {
  if (!words.some(isVersion) || !words.every((word) => isVersion(word) || isJson(word))) return undefined;
  return words.some(isJson) ? `${JSON.stringify({ version: VERSION })}\n` : `btfx v${VERSION}\n`;
}

function isVersion(word: string): boolean {
  return word === "--version" || word === "-V" || word === "version";
}

function isJson(word: string): boolean {
  return word === "-j" || word === "--json" || word === "-p" || word === "--pretty";
}
