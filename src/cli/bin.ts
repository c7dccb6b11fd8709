import { writeSync } from "node:fs";
import { versionText } from "./words/version-words.ts";

/**
 * Runs the command line of this process. `--version` is answered before anything else is loaded, as fast as Node
 * starts. If the answer cannot be written, `main` tries again and reports why.
 */
export async function start(): Promise<void> {
  const version = versionText(process.argv.slice(2));
  if (version !== undefined && isWritten(version)) return;
  const { runProcess } = await import("./run-process.ts");
  await runProcess();
}

function isWritten(text: string): boolean {
  try {
    return writeSync(1, text) === text.length;
  } catch {
    return false;
  }
}
