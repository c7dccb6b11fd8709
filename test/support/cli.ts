import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { ClosedPipe, type Host, type Output } from "../../src/cli/host.ts";
import { main } from "../../src/cli/main.ts";

/** What a command printed, and its exit code. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, with output that is no terminal. */
export function btfx(...argv: string[]): Promise<Ran> {
  return btfxOn({ stdout: { isTerminal: false }, stderr: { isTerminal: false }, env: {} }, ...argv);
}

/** What surrounds the command line, without what takes its output. */
export interface Surroundings {
  readonly stdout: Omit<Output, "write">;
  readonly stderr: Omit<Output, "write">;
  readonly env: Host["env"];
}

/** A terminal of a width, or what is as wide and none. Its output is dropped, see {@link btfxOn}. */
export function fakeTerminal(columns: number, isTerminal = true): Host {
  const output = { isTerminal, columns, write: () => {} };
  return { stdout: output, stderr: output, env: {} };
}

/** The same with other surroundings. */
export async function btfxOn({ stdout, stderr, env }: Surroundings, ...argv: string[]): Promise<Ran> {
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const write = (to: Buffer[]) => (data: string | Uint8Array) =>
    void to.push(Buffer.from(data as Uint8Array));
  const host: Host = {
    stdout: { ...stdout, write: write(written.stdout) },
    stderr: { ...stderr, write: write(written.stderr) },
    env,
  };
  const exitCode = await main(argv, host);
  const text = (parts: Buffer[]) => Buffer.concat(parts).toString();
  return { exitCode, stdout: text(written.stdout), stderr: text(written.stderr) };
}

/** The same with a stdout that nobody reads, as of `btfx … | true`. */
export async function btfxUnread(...argv: string[]): Promise<{ exitCode: number; stderr: string }> {
  let stderr = "";
  const stdout = {
    isTerminal: false,
    write() {
      throw new ClosedPipe();
    },
  };
  const write = (data: string | Uint8Array) => {
    stderr += data;
  };
  const host: Host = {
    stdout,
    stderr: { isTerminal: false, write },
    env: {},
  };
  return { exitCode: await main(argv, host), stderr };
}

/** A directory of the test's own, gone after it. */
export function workDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "btfx-test-"));
  made.push(path);
  return path;
}

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});
