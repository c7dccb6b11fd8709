import { spawnSync } from "node:child_process";

/** Whether the system has a program. Tests that need one are left out where it is missing; CI installs all. */
export function hasTool(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
}

/** Whether a program takes these options, and compresses nothing with them. */
export function takes(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { input: "" }).status === 0;
}

/** What a program makes of bytes on its standard input. */
export function pipe(command: string, args: readonly string[], bytes: Uint8Array): Uint8Array {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input: bytes, maxBuffer: 1 << 30 });
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error ?? stderr}`);
  return new Uint8Array(stdout);
}
