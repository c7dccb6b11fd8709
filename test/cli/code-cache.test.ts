import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
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

/** Replaces one file of a cache by what `change` makes of it. */
function damage(home: string, name: string, change: (bytes: Buffer) => Buffer): void {
  const path = [...files(home).keys()].find((each) => each.endsWith(name));
  if (path === undefined) throw new Error(`the cache has no ${name}`);
  writeFileSync(path, change(readFileSync(path)));
}

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

  it("is not written for wrong words", () => {
    const home = workDirectory();
    expect(run(home, ["dmup", "vmlinux"]).status).toBe(2);
    expect(files(home).size).toBe(0);
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

  it("loses what no run has made for a month", () => {
    const home = workDirectory();
    const old = join(home, "btfx", "0.0.9");
    const recent = join(home, "btfx", "0.0.8");
    for (const directory of [old, recent]) mkdirSync(directory, { recursive: true });
    writeFileSync(join(old, "dump"), "");
    utimesSync(old, 0, Date.now() / 1000 - 31 * 86_400);
    run(home);
    expect(existsSync(old)).toBe(false);
    expect(existsSync(recent)).toBe(true);
  });
});
