import { writeSync } from "node:fs";
import { CodeCache } from "./code-cache.ts";
import { versionText } from "./words/version-words.ts";

/**
 * Runs the command line of this process. `--version` is answered before anything else is loaded, as fast as Node
 * starts. If the answer cannot be written, `main` tries again and reports why. `bundle` is the directory of the bundle,
 * and `nodeRequire` any `require` of Node.
 */
export async function start(bundle: string, nodeRequire: NodeJS.Require): Promise<void> {
  const words = process.argv.slice(2);
  const version = versionText(words);
  if (version !== undefined && isWritten(version)) return;
  const cache = CodeCache.open(bundle, words, nodeRequire);
  const { runProcess }: typeof import("./run-process.ts") =
    cache === undefined ? await import("./run-process.ts") : cache.require("main.cjs");
  await runProcess(() => cache?.keep());
}

function isWritten(text: string): boolean {
  try {
    return writeSync(1, text) === text.length;
  } catch {
    return false;
  }
}
