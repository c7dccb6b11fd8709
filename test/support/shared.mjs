// Where the corpus, the goldens and the peers are, for sweeps and benchmarks. Plain JavaScript: these run without a
// build of the tests.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root. */
export const root = resolve(fileURLToPath(import.meta.url), "../../..");
/** Corpus and goldens: `BTFX_SHARED`, or `shared` beside the project. */
export const shared = resolve(process.env.BTFX_SHARED ?? join(root, "../shared"));
/** What is unpacked or fetched once and kept. */
export const cache = resolve(process.env.BTFX_CACHE ?? join(root, "node_modules/.cache/btfx"));

/** Ends the process if the corpus is not there: with failure where CI is set, else saying what is missing. */
export function needShared() {
  if (existsSync(join(shared, "corpus")) && existsSync(join(shared, "goldens"))) return;
  console.error(`no corpus at ${shared} (BTFX_SHARED names another place)`);
  process.exit(process.env.CI ? 1 : 0);
}

/**
 * Folder of an unpacked archive of the corpus: `corpus("6.12.117-amd64.tar.xz")`; or the path of an unpacked `.xz`
 * file.
 */
export function corpus(name) {
  const to = join(cache, "corpus", name.replace(/(\.tar)?\.xz$/, ""));
  if (existsSync(to)) return to;
  const part = `${to}.part-${process.pid}`;
  const from = join(shared, "corpus", name);
  if (name.endsWith(".tar.xz")) {
    mkdirSync(part, { recursive: true });
    run("tar", ["xf", from, "-C", part]);
  } else {
    mkdirSync(resolve(to, ".."), { recursive: true });
    run("sh", ["-c", 'xz -dc "$1" > "$2"', "sh", from, part]);
  }
  rmSync(to, { recursive: true, force: true });
  renameSync(part, to);
  return to;
}

/** Path of a peer (`bpftool`, `pahole`, `libbpf-peer`), from the folder `BTFX_PEERS` or fetched once into the cache. */
export function peer(name) {
  const folder = resolve(process.env.BTFX_PEERS ?? join(cache, "peers"));
  const path = join(folder, "bin", name);
  if (!existsSync(path)) {
    console.error(`fetching the peers into ${folder} …`);
    run(join(shared, "tools/fetch-peers.sh"), [folder]);
  }
  return path;
}

/** Runs a command and returns what it printed; throws if it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 30, ...options });
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(" ")}: exit ${result.status}\n${result.stderr}`);
  return result.stdout;
}
