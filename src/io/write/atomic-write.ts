import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { BtfxError } from "../../errors.ts";
import { attempt } from "../attempt.ts";
import { builtin } from "../builtin.ts";
import { isThere, nameOf, onDisk, realPath } from "../file-names.ts";

/** One file to be written. */
export interface OutputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes files that belong together, all of them or none: each to a temporary file beside its path, and when the last
 * is written they are renamed. Throws before anything is written: `exists` if a path exists already and `replace` is
 * not set, `io` if it exists and is not a file. A replaced file keeps its mode and owner. If the path is a link, its
 * target is replaced, not the link.
 *
 * This uses no library: the existing ones rename a file into place that is incomplete because the disk is full, cut
 * names that are too long, and keep signals from ending the process.
 */
export function writeOutputs(files: readonly OutputFile[], replace: boolean): void {
  const olds = files.map(({ path }) => statOld(path, replace));
  const staged: { readonly path: string; readonly from: string; readonly to: string }[] = [];
  let placed = 0;
  try {
    for (const [i, { path, bytes }] of files.entries()) {
      attempt(path, "write", () => {
        const old = olds[i];
        const to = old === undefined ? path : realPath(path);
        const directory = dirname(to);
        makeDirectory(directory);
        const from = `${directory}/${temporaryName()}`;
        staged.push({ path, from, to });
        stage(from, bytes, old, to);
      });
    }
    for (const [i, { path, from, to }] of staged.entries()) {
      attempt(path, "write", () => (olds[i] === undefined ? placeNew(path, from, to) : rename(from, to)));
      made.get(dirname(to))?.add(basename(to));
      placed++;
    }
  } catch (error) {
    for (const { from } of staged) discard(from);
    // Some of the files without the others are of no use, so the new ones go. Files that were replaced stay replaced.
    for (const [i, { to }] of staged.slice(0, placed).entries()) if (olds[i] === undefined) discard(to);
    throw error;
  }
}

/** Throws what `writeOutputs` would throw for a path, as far as the system tells before anything is written. */
export function refuseUnwritable(path: string): void {
  const old = statOld(path, true);
  attempt(path, "write", () => {
    let directory = dirname(resolve(old === undefined ? path : realPath(path)));
    while (!isThere(directory)) directory = dirname(directory);
    accessSync(onDisk(directory), constants.W_OK);
  });
}

/**
 * Whether an output exists. Directories that this process writes to were listed, so that the system is not asked about
 * thousands of files one by one.
 */
export function isOutputThere(path: string): boolean {
  return made.get(dirname(path))?.has(basename(path)) ?? isThere(path);
}

/** Removes a file after an error. If this fails too, the first error is the one to report. */
function discard(path: string): void {
  try {
    remove(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** The file that an output replaces, if that is allowed. */
function statOld(path: string, replace: boolean): Stats | undefined {
  // If another process has created it meanwhile, `placeNew` does not replace it.
  if (!replace && made.get(dirname(path))?.has(basename(path)) === false) return undefined;
  const there = attempt(path, "write", () => lstatSync(onDisk(path), { throwIfNoEntry: false }));
  if (there === undefined) return undefined;
  const old = there.isSymbolicLink() ? attempt(path, "write", () => statIfThere(path)) : there;
  if (old === undefined) {
    throw new BtfxError("io", "cannot write it: it is a link that leads nowhere", {
      at: { file: path },
      hint: "remove it, or choose another -o",
    });
  }
  if (!old.isFile()) {
    const what = old.isDirectory() ? "it is a directory" : "it is a device or a pipe, which is not replaced";
    throw new BtfxError("io", `cannot write it: ${what}`, { at: { file: path }, hint: "choose another -o" });
  }
  if (!replace)
    throw new BtfxError("exists", "it exists already", { at: { file: path }, hint: "--force overwrites it" });
  return old;
}

function statIfThere(path: string): Stats | undefined {
  return statSync(onDisk(path), { throwIfNoEntry: false });
}

function rename(from: string, to: string): void {
  renameSync(onDisk(from), onDisk(to));
}

/** Removes a file if it exists. `rmSync` is made for trees and looks at each file several times. */
function remove(path: string): void {
  try {
    unlinkSync(onDisk(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/**
 * Gives a new file its final name, unless another process has created a file of that name meanwhile: creating a link
 * fails then, while renaming would replace the file. Throws `exists`, or `io` if the path is not a file.
 */
function placeNew(path: string, from: string, to: string): void {
  try {
    linkSync(onDisk(from), onDisk(to));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // File systems without links: FAT, some network shares.
    const hasNoLinks = code === "EPERM" || code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "ENOSYS";
    if (code === "EEXIST" || (hasNoLinks && isThere(to))) {
      statOld(path, true);
      throw new BtfxError("exists", "it exists already: another process made it in the meantime", {
        at: { file: path },
        hint: "--force overwrites it",
      });
    }
    if (!hasNoLinks) throw error;
    rename(from, to);
    return;
  }
  remove(from);
}

/** `.btfx-PID-….tmp` contains the process id, so that a later run can remove what a killed one left. */
function temporaryName(): string {
  return `.btfx-${process.pid}-${THREAD}${temporaries++}.tmp`;
}

/** Distinguishes the files of other threads, and of processes with the same id on other machines. */
const THREAD = Math.random().toString(36).slice(2);
let temporaries = 0;

/** A temporary file this young may belong to a process of another machine on a shared disk. In milliseconds. */
const ABANDONED_MS = 10_000;

/** Removes temporary files that killed runs left in a directory: those whose process does not exist any more. */
function clearAbandoned(directory: string, names: readonly string[]): void {
  for (const name of names) {
    const pid = /^\.btfx-(\d+)-\w+\.tmp$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(directory, name);
    const stat = statIfThere(path);
    if (stat !== undefined && Date.now() - stat.mtimeMs > ABANDONED_MS) remove(path);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/**
 * Writes all bytes to a new file. If it replaces an old file, its bytes must survive a power cut before the old file
 * goes, and it gets the extended attributes of the old file.
 */
function stage(path: string, bytes: Uint8Array, old: Stats | undefined, replaced: string): void {
  const fd = openSync(onDisk(path), "wx", 0o666);
  try {
    if (old !== undefined) {
      cloneAttributes(replaced, fd);
      keepOwner(fd, old);
      fchmodSync(fd, old.mode & 0o7777);
    }
    // A disk that is getting full takes a part of the bytes, and reports the reason only with the next write.
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    if (old !== undefined) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Gives an open file the access lists and extended attributes (SELinux labels, say) of another. Node has no call for
 * that, so this runs the system's `cp` and passes both files open, without names. If that fails, the file does without
 * them.
 */
function cloneAttributes(from: string, to: number): void {
  if (process.platform !== "linux") return;
  const { spawnSync } = builtin("node:child_process");
  let source: number;
  try {
    source = openSync(onDisk(from), "r");
  } catch {
    return;
  }
  try {
    const argv = ["--attributes-only", "--preserve=mode,xattr", "/proc/self/fd/3", "/proc/self/fd/4"];
    spawnSync("cp", argv, { stdio: ["ignore", "ignore", "ignore", source, to] });
  } finally {
    closeSync(source);
  }
}

/**
 * Keeps the owner of a file, if possible: only root may give files away, so for other users the new file is their own.
 */
function keepOwner(fd: number, { uid, gid }: Stats): void {
  try {
    fchownSync(fd, uid, gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
  }
}

/**
 * Directories that exist for certain, with the names that were in them or were added by this process; undefined for a
 * directory that cannot be listed. A tree of thousands of files has few.
 */
const made = new Map<string, Set<string> | undefined>();

/** Like `mkdir -p`. Node's own version never ends if a directory cannot be made (below /proc). */
function makeDirectory(path: string): void {
  if (made.has(path)) return;
  const missing: string[] = [];
  for (let at = path; !isThere(at); at = dirname(at)) missing.push(at);
  for (const each of missing.reverse()) {
    try {
      mkdirSync(onDisk(each));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  made.set(path, undefined);
  // It may be unreadable.
  try {
    const names = readdirSync(onDisk(path), { encoding: "buffer" }).map(nameOf);
    made.set(path, new Set(names));
    clearAbandoned(path, names);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
