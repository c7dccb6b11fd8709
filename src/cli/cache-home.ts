import { mkdirSync, readdirSync, rmSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";

/** Milliseconds after which the code that another version of btfx or Node left is removed: 30 days. */
const KEPT_FOR = 30 * 24 * 3600 * 1000;
/** So many builds of btfx and Node are kept: each `npm ci` makes one more. */
const MOST_BUILDS = 16;
/** The name of a directory for a build. */
const BUILD = /^\d+\.\d+\.\d+.*-\w+-v\d+\.\d+\.\d+.*-\w+$/;

/** Where this system keeps caches of the user, and the directory at or above it that the environment names. */
export interface CacheHome {
  readonly caches: string;
  readonly top: string;
}

/** This user's {@link CacheHome}; undefined if the environment names none. */
export function cacheHome({ XDG_CACHE_HOME, HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): CacheHome | undefined {
  const { platform } = process;
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return under(XDG_CACHE_HOME);
  if (platform === "win32") return LOCALAPPDATA && isAbsolute(LOCALAPPDATA) ? under(LOCALAPPDATA) : undefined;
  // Builds set HOME to a directory that must not come into being.
  if (!HOME || !isAbsolute(HOME) || statOf(HOME) === undefined) return undefined;
  return under(HOME, platform === "darwin" ? "Library/Caches" : ".cache");
}

function under(top: string, name = "."): CacheHome {
  return { caches: resolve(top, name), top: resolve(top) };
}

/**
 * Whether nobody else decides what is in the directory: what exists of it and of those above it, up to `home.top`, must
 * belong to this user and be closed to others, but a group may write to what is not of btfx. Under sudo, HOME may be
 * another user's, and links in it may lead to directories of root.
 */
export function isOurs(directory: string, home: CacheHome): boolean {
  const stat = statOf(directory);
  if (stat !== undefined && process.geteuid !== undefined) {
    const closedTo = directory.length > home.caches.length ? 0o022 : 0o002;
    if (stat.uid !== process.geteuid() || (stat.mode & closedTo) !== 0) return false;
  }
  if (stat !== undefined && directory.length <= home.top.length) return true;
  return dirname(directory) !== directory && isOurs(dirname(directory), home);
}

/** What is at the path; undefined if nothing is, or if the system refuses to say. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Makes a directory, and those above it. Node's own `recursive` does not end if the system refuses (in /proc). */
export function makeDirectory(path: string): void {
  if (statOf(path) !== undefined) return;
  makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/**
 * Removes code of other builds from the directory: what is old, and what is too much. Nobody else would, after an
 * update. What is not of the cache stays.
 */
export function removeOldBuilds(directory: string): void {
  const builds = readdirSync(directory)
    .filter((name) => BUILD.test(name))
    .map((name) => join(directory, name))
    .map((path) => ({ path, changed: statOf(path)?.mtimeMs ?? 0 }))
    .sort((a, b) => b.changed - a.changed);
  for (const [i, { path, changed }] of builds.entries()) {
    if (i >= MOST_BUILDS || Date.now() - changed > KEPT_FOR) rmSync(path, { recursive: true, force: true });
  }
}
