import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { join } from "node:path";

/**
 * File names as strings, whatever their bytes are. A name on Unix consists of bytes. Those that are not UTF-8 become
 * lone surrogates (byte 0x80 + x becomes U+DC80 + x), as in Python (PEP 383, `surrogateescape`), so a file is written
 * under the same bytes under which it was found. Every path that is passed to the system goes through {@link onDisk}.
 */

/** A name that the system gave as bytes, as a string. */
export function nameOf(bytes: Uint8Array): string {
  const text = UTF8.decode(bytes);
  return text.includes(REPLACEMENT) ? decodeBytewise(bytes) : text;
}

/** The path for `node:fs`: bytes if the name is not UTF-8, otherwise the string. */
export function onDisk(path: string): string | Buffer {
  if (!ESCAPED.test(path)) return path;
  const parts = Array.from(path, (char) =>
    ESCAPED.test(char) ? Buffer.of(char.charCodeAt(0) - ESCAPE) : Buffer.from(char),
  );
  return Buffer.concat(parts);
}

/** Whether a path exists, through links too. */
export function isThere(path: string): boolean {
  return existsSync(onDisk(path));
}

/**
 * The status of what a path leads to; undefined if it does not exist or cannot be examined. Opening it reports the
 * reason.
 */
export function statIfAny(path: string): Stats | undefined {
  try {
    return statSync(onDisk(path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * The prefix of the paths of all files in a directory. Calling `join` for each of thousands would take longer than
 * listing them.
 */
export function startIn(directory: string): string {
  return join(directory, "_").slice(0, -1);
}

/** Whether a path is a directory, or a link to one. */
export function isDirectory(path: string): boolean {
  return statIfAny(path)?.isDirectory() === true;
}

/** Whether the path itself is a link; false if it cannot be examined. */
export function isLink(path: string): boolean {
  try {
    return lstatSync(onDisk(path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

/** Names of the links in a directory: empty if the directory does not exist, undefined if it cannot be listed. */
export function linksIn(directory: string): Set<string> | undefined {
  try {
    const entries = readdirSync(onDisk(directory), { withFileTypes: true, encoding: "buffer" });
    return new Set(entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => nameOf(name)));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? new Set() : undefined;
  }
}

/** The path with all links resolved. Throws as `node:fs` does. */
export function realPath(path: string): string {
  return nameOf(realpathSync.native(onDisk(path), { encoding: "buffer" }));
}

/**
 * The arguments of this process, with their original bytes. Node decodes its command line and replaces bytes that are
 * not UTF-8 by U+FFFD; Linux still has the bytes. On other systems, files with such names can only be reached through
 * their directories.
 */
export function argumentsAsGiven(argv: readonly string[]): readonly string[] {
  if (process.platform !== "linux" || !argv.some((each) => each.includes(REPLACEMENT))) return argv;
  try {
    const all = readFileSync("/proc/self/cmdline").subarray(0, -1);
    const names = splitAtNul(all).slice(-argv.length);
    return names.every((name, i) => UTF8.decode(name) === argv[i]) ? names.map(nameOf) : argv;
  } catch {
    return argv;
  }
}

function splitAtNul(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at <= bytes.length; ) {
    const end = bytes.indexOf(0, at);
    parts.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length + 1 : end + 1;
  }
  return parts;
}

const REPLACEMENT = "\ufffd";
/** The first of these lone surrogates, minus the first byte that they represent. */
const ESCAPE = 0xdc00;
/** A lone surrogate: with the flag `u`, halves of a pair do not match. */
const ESCAPED = /[\udc80-\udcff]/u;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes character by character. A byte that is not part of a character becomes a lone surrogate. */
function decodeBytewise(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    text +=
      length === 0 ? String.fromCharCode(ESCAPE + bytes[at]) : STRICT.decode(bytes.subarray(at, at + length));
    at += Math.max(1, length);
  }
  return text;
}

/** How many bytes the UTF-8 character at `at` has; 0 if there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  try {
    STRICT.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}
