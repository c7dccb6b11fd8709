import { closeSync, constants, openSync, read } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { concat } from "../container/bytes.ts";
import { tooLarge } from "../container/damage.ts";
import { BtfxError } from "../errors.ts";
import { attempt } from "./attempt.ts";
import { builtin } from "./builtin.ts";
import { onDisk } from "./file-names.ts";

const STDIN = 0;
/** Capacity of a pipe on Linux. */
const PIPE_BYTES = 64 << 10;
/** How long to wait, in ms, if a pipe has no data yet. */
const SHORTEST_WAIT = 1;
const LONGEST_WAIT = 20;

/** Reads a pipe to its end. Throws `io` if nothing comes, and `too-large` beyond `maxBytes`. */
export async function readPipe(path: string, maxBytes: number): Promise<Uint8Array> {
  // Non-blocking: if nobody is at the other end, there is nothing to wait for.
  const fd = attempt(path, "open", () => openSync(onDisk(path), constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    return await readToEnd(path, fd, maxBytes);
  } finally {
    closeSync(fd);
  }
}

let stdinWasRead = false;

/**
 * Reads standard input to its end. Throws as {@link readPipe} does, and `usage` for a terminal and for a second time.
 */
export function readStdin(path: string, maxBytes: number): Promise<Uint8Array> {
  if (builtin("node:tty").isatty(STDIN)) {
    throw new BtfxError("usage", "standard input is a terminal", {
      at: { file: path },
      hint: "pipe something into it, or give a file",
    });
  }
  if (stdinWasRead) {
    throw new BtfxError("usage", "standard input can be read only once", {
      at: { file: path },
      hint: "give a file, or <(COMMAND) in place of one of them",
    });
  }
  stdinWasRead = true;
  return readToEnd(path, STDIN, maxBytes);
}

async function readToEnd(path: string, fd: number, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  let wait = SHORTEST_WAIT;
  for (;;) {
    const part = new Uint8Array(PIPE_BYTES);
    const got = await readSome(path, fd, part);
    if (got === undefined) {
      await sleep(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
      continue;
    }
    if (got === 0 && size === 0) {
      throw new BtfxError("io", "nothing came through the pipe", {
        at: { file: path },
        hint: "did the command that feeds it fail?",
      });
    }
    if (got === 0) return concat(parts, size);
    wait = SHORTEST_WAIT;
    size += got;
    if (size > maxBytes) throw tooLarge(maxBytes).within({ file: path });
    parts.push(part.subarray(0, got));
  }
}

const readAsync = promisify(read);

/** How many bytes were read, undefined if there are none yet. */
async function readSome(path: string, fd: number, into: Uint8Array): Promise<number | undefined> {
  try {
    return (await readAsync(fd, into, 0, into.length, null)).bytesRead;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    return attempt(path, "read", () => {
      throw error;
    });
  }
}
