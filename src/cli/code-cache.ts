import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Script } from "node:vm";
import { VERSION } from "../version.ts";
import { type CacheHome, cacheHome, isOurs, makeDirectory, removeOldBuilds, statOf } from "./cache-home.ts";

/**
 * Words that name a command, for btfx or for bpftool. Each has a directory of its own; other words may be anything, and
 * must not become one.
 */
export const COMMAND_WORDS: ReadonlySet<string> = new Set(
  "dump layout offsets who extract distill relocate verify stats report diff minimize completion help btf gen".split(
    " ",
  ),
);

/** Far longer than any file of the cache, in bytes: what is longer is not ours, and is not read. */
const TOO_LONG = 1 << 26;

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
  private readonly home: CacheHome;
  private readonly place: string;
  private readonly nodeRequire: NodeJS.Require;
  private readonly isTrusted: boolean;
  private readonly modules = new Map<string, { exports: unknown }>();
  private fresh: Fresh[] = [];

  private constructor(bundle: string, home: CacheHome, place: string, nodeRequire: NodeJS.Require) {
    this.bundle = bundle;
    this.home = home;
    this.place = place;
    this.nodeRequire = nodeRequire;
    this.isTrusted = statOf(place) !== undefined && isOurs(place, home);
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
    const command = words.find((word) => COMMAND_WORDS.has(word)) ?? "btfx";
    return new CodeCache(bundle, home, join(home.caches, "btfx", build, command), nodeRequire);
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
    const { fresh, place, home } = this;
    this.fresh = [];
    if (fresh.length === 0 || !isOurs(place, home)) return;
    try {
      const isNewBuild = statOf(dirname(place)) === undefined;
      makeDirectory(place);
      if (isNewBuild) removeOldBuilds(dirname(dirname(place)));
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
    // Loaded here, so that `--version` need not load it.
    const vm: typeof import("node:vm") = this.nodeRequire("node:vm");
    const script = new vm.Script(text, {
      filename: path,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected) this.fresh.push({ name, script, source });
    return script;
  }

  private stored(name: string, source: Buffer): Buffer | undefined {
    try {
      const path = join(this.place, name);
      const stat = statOf(path);
      // A named pipe would never end.
      if (!stat?.isFile() || stat.size > TOO_LONG) return undefined;
      const file = readFileSync(path);
      const end = file.length - source.length;
      const code = file.subarray(0, end / 2);
      return code.equals(file.subarray(end / 2, end)) && source.equals(file.subarray(end)) ? code : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * Two processes may write one unfinished file at once, and a reader may see it then. The copies in it do not agree, or
   * it is complete. So the name needs no number, and what killed processes leave does not add up.
   */
  private store({ name, script, source }: Fresh): void {
    const code = script.createCachedData();
    const unfinished = join(this.place, `.${name}`);
    try {
      rmSync(unfinished, { force: true });
      writeFileSync(unfinished, Buffer.concat([code, code, source]), { mode: 0o600, flag: "wx" });
      renameSync(unfinished, join(this.place, name));
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  }
}
