import { fstatSync, type Stats } from "node:fs";
import { type ByteSource, memorySource } from "../elf/byte-source.ts";
import { statIfAny } from "./file-names.ts";
import { FileSource } from "./file-source.ts";

/** A source of bytes. Whoever opens it closes it. */
export interface OpenSource {
  readonly source: ByteSource;
  /** Whether the path still leads to the file that was opened, unchanged. */
  isAsOpened(): boolean;
  close(): void;
}

const STDIN_PATHS: ReadonlySet<string> = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

/** Whether a path is the output of another process instead of a file in a directory: `-`, standard input, a pipe. */
export function isStream(path: string): boolean {
  if (STDIN_PATHS.has(path)) return true;
  return isPipe(statIfAny(path));
}

function isPipe(stat: Stats | undefined): boolean {
  return stat !== undefined && (stat.isFIFO() || stat.isSocket());
}

/**
 * Opens a file for reading at any offset. A pipe or standard input (`-`) is read to its end, at most `maxBytes`. Throws
 * `io`, `too-large`, or `usage` if standard input is a terminal or was read before.
 */
export async function openSource(path: string, maxBytes: number): Promise<OpenSource> {
  if (STDIN_PATHS.has(path)) {
    if (fstatSync(0).isFile()) return openFile("/dev/stdin");
    const { readStdin } = await import("./read-pipe.ts");
    return inMemory(await readStdin(path, maxBytes));
  }
  const stat = statIfAny(path);
  if (!isPipe(stat)) return openFile(path, stat);
  const { readPipe } = await import("./read-pipe.ts");
  return inMemory(await readPipe(path, maxBytes));
}

function openFile(path: string, before?: Stats): OpenSource {
  const source = new FileSource(path, before);
  return { source, isAsOpened: () => source.isAsOpened(), close: () => source.close() };
}

function inMemory(bytes: Uint8Array): OpenSource {
  return { source: memorySource(bytes), isAsOpened: () => true, close: () => {} };
}
