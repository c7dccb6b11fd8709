import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What a process took. */
export interface Cost {
  /** Of the processor, in all threads: what else runs on the machine does not count. */
  readonly seconds: number;
  readonly mebibytes: number;
  readonly exitCode: number | null;
  readonly stderr: string;
}

const TIME = "/usr/bin/time";
/** Seconds of a clock after which a command is stopped. */
const MOST_SECONDS = "300";

/** Runs a command and measures it. Needs /usr/bin/time (the Debian package `time`). */
export function cost(command: string, args: readonly string[]): Cost {
  if (!existsSync(TIME)) throw new Error(`there is no ${TIME}: install the package time`);
  const stopped = ["timeout", "-s", "KILL", MOST_SECONDS, command, ...args];
  const run = spawnSync(TIME, ["-q", "-f", "%U %S %M", ...stopped], { stdio: ["ignore", "ignore", "pipe"] });
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
