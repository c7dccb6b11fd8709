import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COMMAND_WORDS } from "../../src/cli/code-cache.ts";
import { processHost } from "../../src/cli/host.ts";
import { describedProgram } from "../../src/cli/program.ts";
import { workDirectory } from "../support/cli.ts";

const root = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const VMLINUX = root("samples/vmlinux-a");
const DUMP = ["dump", "file", VMLINUX];

/** Runs the built command line with the cache in `home`, and returns what it says. */
function run(
  home: string,
  argv: readonly string[] = DUMP,
  env: NodeJS.ProcessEnv = {},
  bin = root("bin/btfx.js"),
) {
  const { NODE_DISABLE_COMPILE_CACHE: _, ...outer } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], {
    env: { ...outer, XDG_CACHE_HOME: home, LOCALAPPDATA: home, ...env },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

/** All files of a cache, with what tells whether they were written again. */
function files(home: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const entry of existsSync(home) ? readdirSync(home, { recursive: true, withFileTypes: true }) : []) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path, statSync(path).ino);
  }
  return found;
}

function pathOf(home: string, name: string): string {
  const path = [...files(home).keys()].find((each) => each.endsWith(name));
  if (path === undefined) throw new Error(`the cache has no ${name}`);
  return path;
}

/** Replaces one file of a cache by what `change` makes of it. */
function damage(home: string, name: string, change: (bytes: Buffer) => Buffer): void {
  const path = pathOf(home, name);
  writeFileSync(path, change(readFileSync(path)));
}

/** The directories of commands in a cache. */
function commands(home: string): string[] {
  return readdirSync(join(home, "btfx")).flatMap((build) => readdirSync(join(home, "btfx", build)));
}

const OLD = Date.now() / 1000 - 31 * 86_400;

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] ^= 1;
  return bytes;
}

describe("the cache of compiled code", () => {
  const expected = run("/nonexistent", DUMP, { NODE_DISABLE_COMPILE_CACHE: "1" });

  it("is written by the first run of a command, and read by the next", () => {
    const home = workDirectory();
    expect(expected.status).toBe(0);
    expect(run(home)).toEqual(expected);
    const written = files(home);
    expect([...written.keys()].map((path) => path.slice(path.lastIndexOf("/") + 1)).sort()).toContain(
      "program.cjs",
    );
    expect(run(home)).toEqual(expected);
    expect(files(home)).toEqual(written);
  });

  it.each([
    ["layout", "--json", VMLINUX],
    ["who", "u32", VMLINUX],
    ["diff", VMLINUX, root("samples/vmlinux-b")],
    ["dump", "-B", VMLINUX, root("samples/meter.ko"), "format", "c"],
  ])("serves %s, which may change flags of V8", (...argv) => {
    const home = workDirectory();
    const first = run(home, argv);
    const written = files(home);
    expect(written.size).toBeGreaterThan(3);
    expect(run(home, argv)).toEqual(first);
    expect(files(home)).toEqual(written);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ["empty", () => Buffer.alloc(0)],
    ["cut short", (bytes) => bytes.subarray(0, bytes.length - 1)],
    ["of zeros", (bytes) => Buffer.alloc(bytes.length)],
    ["changed in one byte", (bytes) => flipped(bytes, bytes.length >> 3)],
    ["of another source", (bytes) => flipped(bytes, bytes.length - 9)],
  ])("is not believed if a file is %s, and mended", (_, change) => {
    const home = workDirectory();
    run(home);
    const written = files(home);
    damage(home, "btf.cjs", change);
    expect(run(home)).toEqual(expected);
    expect(files(home)).not.toEqual(written);
    expect(run(home)).toEqual(expected);
  });

  it("is not believed if V8 refuses it", () => {
    const home = workDirectory();
    run(home);
    const written = files(home);
    expect(run(home, DUMP, { NODE_OPTIONS: "--stack-trace-limit=5" })).toEqual(expected);
    expect(files(home)).not.toEqual(written);
  });

  it.skipIf(process.platform === "win32")("is neither read nor written where others may write", () => {
    const home = workDirectory();
    run(home);
    const [program] = [...files(home).keys()].filter((path) => path.endsWith("program.cjs"));
    damage(home, "program.cjs", () => Buffer.alloc(8));
    const written = files(home);
    chmodSync(join(program, ".."), 0o777);
    expect(run(home)).toEqual(expected);
    expect(files(home)).toEqual(written);
    expect(readFileSync(program)).toEqual(Buffer.alloc(8));
  });

  it.skipIf(process.platform === "win32").each<[string, (path: string) => void]>([
    ["a named pipe", (path) => spawnSync("mkfifo", [path])],
    ["a directory", (path) => mkdirSync(path)],
    ["a link to itself", (path) => symlinkSync(path, path)],
    [
      "huge",
      (path) => {
        writeFileSync(path, "");
        truncateSync(path, 2 ** 31 - 4096);
      },
    ],
  ])("is not read if a file is %s, and leaves nothing unfinished", (_, make) => {
    const home = workDirectory();
    run(home);
    const written = files(home);
    for (const name of ["main.cjs", ".btf.cjs"]) {
      const path = join(pathOf(home, "program.cjs"), "..", name);
      rmSync(path, { force: true });
      make(path);
    }
    const begin = performance.now();
    expect(run(home)).toEqual(expected);
    expect(run(home)).toEqual(expected);
    // To read 2 GB takes longer, and to read a named pipe for ever.
    expect(performance.now() - begin).toBeLessThan(10_000);
    const left = [...files(home).keys()].filter((path) => !written.has(path) && !path.endsWith(".btf.cjs"));
    expect(left).toEqual([]);
  });

  it("has a directory for each command, and none for another word", () => {
    const home = workDirectory();
    const host = processHost(() => {});
    const names = describedProgram(host).commands.map((command) => command.name());
    expect([...COMMAND_WORDS].sort()).toEqual([...names, "help", "btf", "gen"].sort());
    expect(run(home, ["--kind", "struct", ...DUMP]).status).toBe(0);
    run(home, ["--color=never", "who", "u32", VMLINUX]);
    run(home, ["frobnicate", "--help"]);
    expect(commands(home).sort()).toEqual(["btfx", "dump", "who"]);
  });

  it.skipIf(process.platform === "win32")("is not where the user's home is missing", () => {
    const home = join(workDirectory(), "home");
    expect(run("", DUMP, { HOME: home })).toEqual(expected);
    expect(existsSync(home)).toBe(false);
  });

  // Only root can give a directory away.
  it.runIf(process.geteuid?.() === 0)("is not where another user's home leads to", () => {
    const home = workDirectory();
    const ours = workDirectory();
    const old = join(ours, "0.0.9-1-v20.0.0-x64");
    mkdirSync(old);
    utimesSync(old, OLD, OLD);
    mkdirSync(join(home, ".cache"));
    symlinkSync(ours, join(home, ".cache/btfx"));
    chownSync(home, 65534, 65534);
    expect(run("", DUMP, { HOME: home })).toEqual(expected);
    expect(readdirSync(ours)).toEqual(["0.0.9-1-v20.0.0-x64"]);
  });

  it.each([
    ["wrong words", ["dmup", "vmlinux"], 2],
    ["a damaged file", ["dump", root("package.json")], 3],
    ["a missing file", ["dump", "nonexistent"], 4],
  ])("is not written for %s, with which only a part of the command ran", (_, argv, status) => {
    const home = workDirectory();
    expect(run(home, argv).status).toBe(status);
    expect(files(home).size).toBe(0);
  });

  it("is written if the answer is no", () => {
    const home = workDirectory();
    expect(run(home, ["diff", VMLINUX, root("samples/vmlinux-b"), "--stat"]).status).toBe(1);
    expect(files(home).size).toBeGreaterThan(3);
  });

  it("may be missing", () => {
    const home = join(workDirectory(), "a file");
    writeFileSync(home, "");
    expect(run(home)).toEqual(expected);
    expect(run("", DUMP, { HOME: "", LOCALAPPDATA: "" })).toEqual(expected);
    expect(run("/proc/nonexistent")).toEqual(expected);
  });

  it("serves each build by itself, also one of the same version", () => {
    const home = workDirectory();
    const other = workDirectory();
    for (const name of ["bin", "dist/bundle"]) cpSync(root(name), join(other, name), { recursive: true });
    run(home);
    const written = files(home);
    expect(run(home, DUMP, {}, join(other, "bin/btfx.js"))).toEqual(expected);
    expect(files(home).size).toBe(2 * written.size);
  });

  it("loses what no run has made for a month, and the oldest of many builds, and nothing else", () => {
    const home = workDirectory();
    const directory = (name: string, changed: number): void => {
      mkdirSync(join(home, "btfx", name), { recursive: true });
      utimesSync(join(home, "btfx", name), changed, changed);
    };
    const build = (n: number): string => `0.0.9-${n}-v20.0.0-x64`;
    directory(build(99), OLD);
    directory("mine", OLD);
    for (let n = 1; n <= 20; n++) directory(build(n), Date.now() / 1000 - 60 * n);
    run(home);
    const left = readdirSync(join(home, "btfx"));
    const builds = Array.from({ length: 20 }, (_, n) => build(n + 1)).filter((name) => left.includes(name));
    expect(builds).toEqual(Array.from({ length: 15 }, (_, n) => build(n + 1)));
    expect(left).toHaveLength(17);
    expect(left).toContain("mine");
  });
});
