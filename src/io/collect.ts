import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, relative } from "node:path";
import { isBpfHeader } from "../elf/magic.ts";
import { BtfxError, type ErrorData } from "../errors.ts";
import { attempt } from "./attempt.ts";
import { isDirectory, isThere, nameOf, onDisk, startIn } from "./file-names.ts";
import { type FilesBeside, filesBeside } from "./files-beside.ts";

/** One file to work on. Plain data. */
export interface InputFile {
  readonly path: string;
  /** Path below the directory in which it was found, for mirroring; just the name for a file that was named itself. */
  readonly below: string;
  /** Whether it was found in a directory, not named. */
  readonly found: boolean;
  /** The files beside raw BTF that was found; otherwise nobody has looked for them yet. */
  readonly beside?: FilesBeside;
  /** Why there is nothing to work on: the directory cannot be listed, or contains nothing of use. */
  readonly problem?: ErrorData;
}

/** Names of the files taken from directories: modules and raw split BTF, compressed or not. */
const WANTED = /\.(ko|btf|BTF)(\.(gz|xz|zst))?$/;
/** The names of raw BTF among them. */
const RAW = /\.(btf|BTF)(\.(gz|xz|zst))?$/;
/** A command that takes directories. */
export type Collecting = "diff" | "distill" | "relocate" | "verify" | "stats";

/**
 * Commands that also take BPF objects as inputs. Their content distinguishes them from other objects in a build tree.
 */
const TAKES_OBJECTS: ReadonlySet<Collecting> = new Set<Collecting>(["relocate", "verify"]);

/** Names of btfx's own outputs. They do not count as inputs when a directory is searched, except for verify. */
const OWN_OUTPUT: Readonly<Record<Collecting, RegExp | undefined>> = {
  diff: undefined,
  distill: /\.(distilled|relocated)\.(ko|BTF)(\.(gz|xz|zst))?$/,
  relocate: /\.relocated\.((ko|BTF)(\.(gz|xz|zst))?|(bpf\.)?o)$/,
  verify: undefined,
  stats: undefined,
};

/**
 * The files to work on: named files as they are, and the contents of directories, at any depth and sorted by name.
 * Links to directories are not followed. A directory that cannot be read is returned as an input with a `problem`, so
 * that it is reported without stopping the run.
 */
export function collectInputs(paths: readonly string[], command: Collecting): InputFile[] {
  return paths.flatMap((path) => {
    if (!isDirectory(path)) return [{ path, below: basename(path), found: false }];
    const { files, present, problems } = walk(path);
    const isPresent = (file: string) => present.has(file);
    const { length } = startIn(path);
    const inputs: InputFile[] = files
      .filter((file) => WANTED.test(file) || (TAKES_OBJECTS.has(command) && isBpfObjectFile(file)))
      .filter((file) => !OWN_OUTPUT[command]?.test(file))
      .map((file) => ({
        path: file,
        below: file.slice(length),
        found: true,
        ...(RAW.test(file) && { beside: filesBeside(file, isPresent) }),
      }));
    if (inputs.length === 0 && problems.length === 0) {
      problems.push(
        TAKES_OBJECTS.has(command)
          ? new BtfxError("io", "no modules, no raw BTF and no BPF objects in this directory", {
              at: { file: path },
              hint: "looked for *.ko, *.btf, *.BTF, the same with .gz, .xz, .zst, and for *.o made for BPF",
            })
          : new BtfxError("io", "no modules and no raw BTF in this directory", {
              at: { file: path },
              hint: "looked for *.ko, *.btf, *.BTF, and the same with .gz, .xz, .zst",
            }),
      );
    }
    return [...inputs, ...problems.map((problem) => refusedDirectory(path, problem))];
  });
}

function refusedDirectory(top: string, problem: BtfxError): InputFile {
  const path = problem.at.file ?? top;
  return { path, below: relative(top, path), found: true, problem: problem.toData() };
}

/** The contents of a directory at any depth: files in order, all paths, and directories that cannot be listed. */
function walk(top: string): { files: string[]; present: Set<string>; problems: BtfxError[] } {
  const files: string[] = [];
  const present = new Set<string>();
  const problems: BtfxError[] = [];
  const pending = [top];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const here = directory;
    const start = startIn(here);
    try {
      for (const entry of attempt(here, "list", () =>
        readdirSync(onDisk(here), { withFileTypes: true, encoding: "buffer" }),
      )) {
        const path = start + nameOf(entry.name);
        if (!entry.isSymbolicLink() || isThere(path)) present.add(path);
        if (entry.isDirectory()) pending.push(path);
        else if (entry.isFile() || (entry.isSymbolicLink() && isFileBehind(path))) files.push(path);
      }
    } catch (error) {
      if (!(error instanceof BtfxError)) throw error;
      problems.push(error);
    }
  }
  return { files: files.sort((a, b) => (a < b ? -1 : 1)), present, problems };
}

/** Bytes of an ELF header up to the machine that the code is for. */
const MACHINE_END = 20;

/** Whether a file with the name of an object contains code for BPF; false if it cannot be read. */
function isBpfObjectFile(path: string): boolean {
  if (!path.endsWith(".o")) return false;
  const start = Buffer.alloc(MACHINE_END);
  try {
    const file = openSync(onDisk(path), "r");
    try {
      return readSync(file, start, 0, MACHINE_END, 0) === MACHINE_END && isBpfHeader(start);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

function isFileBehind(link: string): boolean {
  try {
    return statSync(onDisk(link)).isFile();
  } catch {
    return false;
  }
}
