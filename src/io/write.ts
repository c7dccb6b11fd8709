import { existsSync, mkdirSync, rmSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { writeFileSync } from "atomically";
import { BtfxError } from "../errors.ts";
import { attempt } from "./source.ts";

/** One file to be written. */
export interface OutputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes files that belong together, each whole or not at all: to a file beside it, then renamed. Throws `exists` before
 * anything is written if one is there already and `replace` is not set; a replaced file keeps its mode and owner.
 */
export function writeOutputs(files: readonly OutputFile[], replace: boolean): void {
  const present = files.map(({ path }) => existsSync(path));
  for (const [i, { path }] of files.entries()) {
    if (present[i] && !replace) {
      throw new BtfxError("exists", "it exists already", { file: path }, "--force overwrites it");
    }
  }
  for (const [i, file] of files.entries()) {
    attempt(file.path, "write", () => {
      makeDirectory(dirname(file.path));
      if (present[i]) replaceFile(file);
      else writeNew(file);
    });
  }
}

/** An original must survive a power cut and a full disk as old or new; a new file can be made again. */
function replaceFile({ path, bytes }: OutputFile): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < bytes.length) throw Object.assign(new Error(), { code: "ENOSPC" });
  writeFileSync(path, asBuffer(bytes));
}

function writeNew({ path, bytes }: OutputFile): void {
  writeFileSync(path, asBuffer(bytes), { mode: 0o666, chown: false, fsync: false });
  // A disk that fills up takes a part of the bytes without an error.
  if (statSync(path).size !== bytes.length) {
    rmSync(path);
    throw Object.assign(new Error(), { code: "ENOSPC" });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Directories that this process has made sure of: a tree of thousands of files has few. */
const made = new Set<string>();

/** Step by step: Node's own `recursive` never ends where a directory refuses with ENOENT, as /proc does. */
function makeDirectory(path: string): void {
  if (made.has(path)) return;
  if (!existsSync(path)) {
    makeDirectory(dirname(path));
    mkdirSync(path);
  }
  made.add(path);
}
