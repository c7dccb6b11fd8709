import { fstatSync, statSync, writeSync } from "node:fs";
import { BtfxError } from "../errors.ts";
import { attempt } from "../io/attempt.ts";
import { builtin } from "../io/builtin.ts";
import { expectShortRun } from "./short-run.ts";

/** A stream that the command line writes to. */
export interface Output {
  /**
   * Writes all of `data` before it returns. Throws {@link ClosedPipe} if nobody reads any more, and `io` if writing
   * fails.
   */
  write(data: string | Uint8Array): void;
  readonly isTerminal: boolean;
  /** Width of the terminal in columns, if the terminal tells it. */
  readonly columns?: number | undefined;
}

/** The surroundings of the command line; tests give their own. */
export interface Host {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Called by commands that are over in a moment, before they load anything: code that is loaded before and compiled
   * afterwards is not kept for the next run.
   */
  readonly expectShortRun?: () => void;
}

/** Characters that {@link writePieces} writes at once. */
const PIECE_CHARS = 1 << 16;

/** Writes many short texts, a chunk at a time. */
export function writePieces(output: Output, pieces: Iterable<string>): void {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < PIECE_CHARS) continue;
    output.write(chunk);
    chunk = "";
  }
  if (chunk !== "") output.write(chunk);
}

/** The reader of stdout has gone (`btfx dump | head`): the end of the work, not a failure. */
export class ClosedPipe extends Error {}

/**
 * The host of a real process. Writes are synchronous: chunks stay bounded and order is kept, also between stdout and
 * stderr. `keepCode` is called before flags of V8 change.
 */
export function processHost(keepCode: () => void): Host {
  return {
    stdout: fileOutput(1, "stdout"),
    stderr: talk(fileOutput(2, "stderr")),
    env: process.env,
    expectShortRun: () => {
      keepCode();
      expectShortRun();
    },
  };
}

/** Failing to write a diagnostic must not abort the command or change its exit code. */
export function talk(output: Output): Output {
  return despite(output, (error) => error instanceof ClosedPipe || error instanceof BtfxError);
}

/**
 * An output for commands that go on when nobody reads their output any more (`btfx distill … | head -1`): they still
 * write modules, and their exit code is still the answer.
 */
export function untilClosed(output: Output): Output {
  return despite(output, (error) => error instanceof ClosedPipe);
}

function despite(output: Output, isForgiven: (error: unknown) => boolean): Output {
  return {
    get isTerminal() {
      return output.isTerminal;
    },
    get columns() {
      return output.columns;
    },
    write(data) {
      try {
        output.write(data);
      } catch (error) {
        if (!isForgiven(error)) throw error;
      }
    },
  };
}

/** Only a character device other than null can be a terminal; for anything else we avoid loading node:tty. */
function isTerminal(fd: number): boolean {
  const stat = fstatSync(fd);
  if (!stat.isCharacterDevice()) return false;
  if (process.platform !== "win32" && stat.rdev === statSync("/dev/null").rdev) return false;
  return builtin("node:tty").isatty(fd);
}

/** An output to a file descriptor; `name` is what failures call it. */
export function fileOutput(fd: number, name: string): Output {
  // Kept, since it is needed for each line that may have colours.
  let known: boolean | undefined;
  return {
    get isTerminal() {
      known ??= isTerminal(fd);
      return known;
    },
    get columns() {
      return fd === 1 ? process.stdout.columns : undefined;
    },
    write(data) {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      for (let at = 0; at < bytes.length; ) {
        at += attempt(name, "write", () => writeSome(fd, bytes, at));
      }
    },
  };
}

/** Bytes written; waits while a pipe that another process made non-blocking is full. */
function writeSome(fd: number, bytes: Uint8Array, at: number): number {
  try {
    return writeSync(fd, bytes, at);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPIPE") throw new ClosedPipe();
    if (code !== "EAGAIN") throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    return 0;
  }
}
