import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { Script } from "node:vm";
import { VERSION } from "../version.ts";

/** Milliseconds after which the code that another version of btfx or Node left is removed: 30 days. */
const KEPT_FOR = 30 * 24 * 3600 * 1000;

/** A file of the bundle that runs in this process without code from the cache. */
interface Fresh {
  readonly name: string;
  readonly script: Script;
  readonly source: Buffer;
}

/**
 * Loads the files of the bundle together with the code that V8 compiled for them in an earlier run of the same command.
 * Otherwise V8 spends half of the time on compiling, from Node's start to the first byte of an input. Node's own cache
 * (`module.enableCompileCache`) gains half as much, and Node 20 does not have it.
 *
 * V8 trusts the code that it is given. So the cache must belong to this user and be closed to others, and a file in it
 * holds the code twice and then the source, which must all agree: to compare them is quicker than a checksum, for which
 * Node would load zlib first (3 ms). If anything about the cache fails, the command runs without it and says nothing.
 */
export class CodeCache {
  private readonly bundle: string;
  private readonly place: string;
  private readonly nodeRequire: NodeJS.Require;
  private readonly isTrusted: boolean;
  private readonly modules = new Map<string, { exports: unknown }>();
  private fresh: Fresh[] = [];

  private constructor(bundle: string, place: string, nodeRequire: NodeJS.Require) {
    this.bundle = bundle;
    this.place = place;
    this.nodeRequire = nodeRequire;
    this.isTrusted = isOursAlone(place);
  }

  /**
   * The cache for the command that `words` ask for, and for the bundle in the directory `bundle`. Undefined if there is
   * to be none: NODE_DISABLE_COMPILE_CACHE is set, or the system has no directory for caches.
   * `nodeRequire` loads what is not of the bundle.
   */
  static open(bundle: string, words: readonly string[], nodeRequire: NodeJS.Require): CodeCache | undefined {
    const { env, version, arch } = process;
    const home = cacheHome(env);
    if (home === undefined || env.NODE_DISABLE_COMPILE_CACHE) return undefined;
    const build = `${VERSION}-${statOf(bundle)?.ino}-${version}-${arch}`;
    const command = words.find((word) => /^[a-z]+$/.test(word)) ?? "btfx";
    return new CodeCache(bundle, join(home, "btfx", build, command), nodeRequire);
  }

  /** What the file `name` of the bundle exports. Throws what `require` throws. */
  // biome-ignore lint/suspicious/noExplicitAny: the file decides.
  require(name: string): any {
    const loaded = this.modules.get(name);
    if (loaded !== undefined) return loaded.exports;
    const module = { exports: {} };
    this.modules.set(name, module);
    const path = join(this.bundle, name);
    const run = this.compile(name, path).runInThisContext();
    run.call(module.exports, module.exports, this.requireFromBundle, module, path, this.bundle);
    return module.exports;
  }

  /**
   * Stores the code of the files that ran without the cache. Call it also before flags of V8 change: V8 takes stored
   * code only under the flags with which it was stored.
   */
  keep(): void {
    const { fresh, place } = this;
    this.fresh = [];
    if (fresh.length === 0 || !isOurs(place)) return;
    try {
      if (statOf(dirname(place)) === undefined) removeOld(dirname(dirname(place)));
      makeDirectory(place);
      if (!isOursAlone(place)) return;
      for (const each of fresh) this.store(each);
    } catch {
      // A disk that is full or read-only costs each run some milliseconds, and nothing else.
    }
  }

  private readonly requireFromBundle = (id: string): unknown => {
    // Node has loaded start.cjs, which this file is in, and must not load it twice.
    if (id === "./start.cjs") return this.nodeRequire(join(this.bundle, id));
    return id.startsWith("./") ? this.require(id.slice(2)) : this.nodeRequire(id);
  };

  private compile(name: string, path: string): Script {
    const source = readFileSync(path);
    const cachedData = this.isTrusted ? this.stored(name, source) : undefined;
    // The bundle is ASCII.
    const text = `(function(exports,require,module,__filename,__dirname){${source.toString("latin1")}\n})`;
    const script = new Script(text, {
      filename: path,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected) this.fresh.push({ name, script, source });
    return script;
  }

  private stored(name: string, source: Buffer): Buffer | undefined {
    try {
      const file = readFileSync(join(this.place, name));
      const end = file.length - source.length;
      const code = file.subarray(0, end / 2);
      return code.equals(file.subarray(end / 2, end)) && source.equals(file.subarray(end)) ? code : undefined;
    } catch {
      return undefined;
    }
  }

  private store({ name, script, source }: Fresh): void {
    const code = script.createCachedData();
    const unfinished = join(this.place, `.${process.pid}-${name}`);
    writeFileSync(unfinished, Buffer.concat([code, code, source]), { mode: 0o600 });
    renameSync(unfinished, join(this.place, name));
  }
}

/** Where this system keeps caches of the user. */
function cacheHome({ XDG_CACHE_HOME, HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string | undefined {
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  if (process.platform === "win32") return LOCALAPPDATA;
  if (!HOME || !isAbsolute(HOME)) return undefined;
  return join(HOME, process.platform === "darwin" ? "Library/Caches" : ".cache");
}

/** Whether the directory, or the nearest one above it that exists, belongs to this user: under sudo, it may not. */
function isOurs(directory: string): boolean {
  const stat = statOf(directory);
  if (stat === undefined) return dirname(directory) !== directory && isOurs(dirname(directory));
  return process.geteuid === undefined || stat.uid === process.geteuid();
}

/** Whether the directory exists, belongs to this user, and nobody else may write to it. */
function isOursAlone(directory: string): boolean {
  const stat = statOf(directory);
  if (stat === undefined) return false;
  return process.geteuid === undefined || (stat.uid === process.geteuid() && (stat.mode & 0o022) === 0);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Makes a directory, and those above it. Node's own `recursive` does not end if the system refuses (in /proc). */
function makeDirectory(path: string): void {
  if (statOf(path) !== undefined) return;
  makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Removes what is old in the directory, if it exists: nobody else would, after an update. */
function removeOld(directory: string): void {
  if (statOf(directory) === undefined) return;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_FOR) rmSync(path, { recursive: true });
  }
}
