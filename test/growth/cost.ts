import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What a process took. */
export interface Cost {
  /** Of the processor, in all threads: what else runs on the machine does not count. */
  readonly seconds: number;
  readonly mebibytes: number;
  /** Null for one that was stopped. */
  readonly exitCode: number | null;
  readonly stderr: string;
}

const TIME = "/usr/bin/time";
const MOST_MS = 300_000;

/** Runs a command and measures it. Needs /usr/bin/time (the Debian package `time`). */
export function cost(command: string, args: readonly string[]): Cost {
  if (!existsSync(TIME)) throw new Error(`there is no ${TIME}: install the package time`);
  const run = spawnSync(TIME, ["-q", "-f", "%U %S %M", command, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: MOST_MS,
  });
  const lines = run.stderr.toString().trimEnd().split("\n");
  const [user = 0, system = 0, kibibytes = 0] = (lines.pop() ?? "").split(" ").map(Number);
  return {
    seconds: user + system,
    mebibytes: kibibytes / 1024,
    exitCode: run.status,
    stderr: lines.join("\n"),
  };
}

/** `1.2 s 50 MiB`, with the exit code where that is not as it should be. */
export function costText({ seconds, mebibytes, exitCode }: Cost, expected = 0): string {
  const code = exitCode === expected ? "" : ` (exit ${exitCode})`;
  return `${seconds.toFixed(1)} s ${Math.round(mebibytes)} MiB${code}`;
}
