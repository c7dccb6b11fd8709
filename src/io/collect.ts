import { readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { BtfxError } from "../errors.ts";
import { attempt } from "./source.ts";

/** One file to work on. */
export interface InputFile {
  readonly path: string;
  /** Path from the directory it was found in, for mirroring; a file that was named itself has its own name. */
  readonly below: string;
  /** Whether it was found in a directory, not named. */
  readonly found: boolean;
}

/** What is taken out of directories: modules, compressed ones so that they are not passed over in silence, raw split BTF. */
const WANTED = /\.(ko|ko\.xz|ko\.zst|ko\.gz|btf|BTF)$/;
/** A command that takes directories. */
export type Collecting = "distill" | "relocate" | "verify";

/** Own outputs beside inputs, which are no inputs again when a directory is walked; verify looks at them all. */
const OWN_OUTPUT: Readonly<Record<Collecting, RegExp | undefined>> = {
  distill: /\.(distilled|relocated)\.(ko|BTF)$/,
  relocate: /\.relocated\.(ko|BTF)$/,
  verify: undefined,
};

/**
 * The files to work on: those named as they are, directories walked to the bottom in order of names, without following
 * links to directories. Throws `io` if a named path cannot be looked at.
 */
export function collectInputs(paths: readonly string[], command: Collecting): InputFile[] {
  return paths.flatMap((path) => {
    const stat = attempt(path, "look at", () => statSync(path));
    if (!stat.isDirectory()) return [{ path, below: basename(path), found: false }];
    const files = walk(path)
      .filter((file) => WANTED.test(file) && !OWN_OUTPUT[command]?.test(file))
      .map((file) => ({ path: file, below: relative(path, file), found: true }));
    if (files.length === 0) {
      throw new BtfxError(
        "io",
        "no modules and no raw BTF in this directory",
        { file: path },
        "looked for *.ko, *.btf, *.BTF",
      );
    }
    return files;
  });
}

function walk(top: string): string[] {
  const files: string[] = [];
  const pending = [top];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const here = directory;
    for (const entry of attempt(here, "list", () => readdirSync(here, { withFileTypes: true }))) {
      const path = join(here, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() || (entry.isSymbolicLink() && isFileBehind(path))) files.push(path);
    }
  }
  return files.sort((a, b) => (a < b ? -1 : 1));
}

function isFileBehind(link: string): boolean {
  try {
    return statSync(link).isFile();
  } catch {
    return false;
  }
}
