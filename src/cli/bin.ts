import { writeSync } from "node:fs";
import { versionText } from "./version-words.ts";

/**
 * Runs the command line of this process. The version is told before anything else is loaded, which takes as long as Node allows;
 * where it cannot be written, `main` tells it again and says why.
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
