import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
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
  for (const { path } of files) {
    if (!replace && existsSync(path)) {
      throw new BtfxError("exists", "it exists already", { file: path }, "--force overwrites it");
    }
  }
  for (const { path, bytes } of files) {
    attempt(path, "write", () => {
      makeDirectory(dirname(path));
      // A replaced original must survive a power cut as old or new, a new file can be made again.
      writeFileAtomic.sync(path, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
        fsync: replace,
      });
    });
  }
}

/** Directories that this process has made sure of: a tree of thousands of files has few. */
const made = new Set<string>();

function makeDirectory(path: string): void {
  if (made.has(path)) return;
  mkdirSync(path, { recursive: true });
  made.add(path);
}
