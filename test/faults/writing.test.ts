import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
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
import { beforeEach, describe, expect, it } from "vitest";
import { FileSource } from "../../src/io/file-source.ts";
import { withBtfFile } from "../../src/io/read/btf-file.ts";
import { moduleIn } from "../../src/io/read/module.ts";
import { planOutputs } from "../../src/io/write/outputs.ts";
import { writeModule } from "../../src/io/write/written-module.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { SPLIT, VMLINUX } from "../support/driver.ts";
import { assembleElf } from "../support/elf.ts";

/**
 * What goes wrong while files are written: the input stays as it was, each output is whole or absent, the exit code is
 * 4, and nothing is left beside. `kill.mjs` does the same for runs that are killed.
 */
const bin = fileURLToPath(new URL("../../bin/btfx.js", import.meta.url));
const MODULE = assembleElf({
  bits: 64,
  littleEndian: true,
  machine: 62,
  sections: [
    { name: ".text", flags: 6, data: new Uint8Array(300_000) },
    { name: ".BTF", data: SPLIT.bytes },
  ],
});
/** What becomes of it where nothing goes wrong. */
let distilled: Buffer;
let at: string;
let vmlinux: string;
let module: string;
let out: string;

beforeEach(async () => {
  at = workDirectory();
  [vmlinux, module, out] = ["vmlinux", "in/driver.ko", "out"].map((name) => join(at, name));
  writeFileSync(vmlinux, VMLINUX.bytes);
  mkdirSync(join(at, "in"));
  mkdirSync(out);
  writeFileSync(module, MODULE);
  const whole = join(at, "whole.ko");
  await btfx("distill", module, "-B", vmlinux, "-o", whole);
  distilled = readFileSync(whole);
  rmSync(whole);
}, 60_000);

/** Exit code and stderr of a script of the shell, in which `$btfx` is the program and `$at` the directory. */
function shell(script: string, ...before: string[]): [exitCode: number | null, stderr: string] {
  const env = { ...process.env, at, btfx: `${process.execPath} ${bin}` };
  const [command, ...argv] = [...before, "sh", "-c", script];
  const { status, stderr } = spawnSync(command, argv, { cwd: at, env, encoding: "utf8" });
  return [status, stderr];
}

/** Names of all that lies in a directory, and that no module below it is anything but the old one or the new one. */
function left(directory: string): string[] {
  const names = readdirSync(directory).sort();
  for (const name of names.filter((each) => each.endsWith(".ko"))) {
    const bytes = readFileSync(join(directory, name));
    expect(bytes.equals(distilled) || bytes.equals(Buffer.from(MODULE)), `${name} is whole`).toBe(true);
  }
  return names;
}

const refused = (reason: string) => [4, expect.stringContaining(reason)];

/**
 * Mounts of a process of its own, which end with it; also for who is not root where the system lets users have
 * namespaces.
 */
const OWN_MOUNTS = ["unshare", "--mount", ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"])];
const canMount = shellWorks([...OWN_MOUNTS, "mount", "-t", "tmpfs", "none", "/mnt"]);
const isRoot = process.getuid?.() === 0;
const OTHER_USER = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
/** Through a shell, as below: setpriv itself may still execute what only root can reach. */
const canBeOther =
  !isRoot || shellWorks([...OTHER_USER, "sh", "-c", '"$0" "$1" --version', process.execPath, bin]);

function shellWorks([command, ...argv]: string[]): boolean {
  return spawnSync(command, argv, { stdio: "ignore" }).status === 0;
}

describe.runIf(canMount)(`disks${canMount ? "" : " (skipped: nothing may be mounted here)"}`, () => {
  const disk = (size: number) => `mount -t tmpfs -o size=${size}k none out`;

  it("a full one takes nothing: neither a part of a module nor what lies beside it", () => {
    // The listing goes to a file, since the disk is gone when the shell ends.
    const script = `${disk(200)} && $btfx distill in/driver.ko -B vmlinux -o out/; code=$?; ls -A out >listing; exit $code`;
    expect(shell(script, ...OWN_MOUNTS)).toEqual(refused("cannot write it: no space left on the device"));
    expect(readFileSync(join(at, "listing"), "utf8")).toBe("");
  });

  it("a full one leaves modules that were to be replaced as they are", () => {
    const script = `${disk(500)} && cp in/driver.ko out/ && $btfx distill out --in-place -B vmlinux; code=$?
      ls -A out >listing; cmp out/driver.ko in/driver.ko || exit 99; exit $code`;
    expect(shell(script, ...OWN_MOUNTS)).toEqual(refused("no space left on the device"));
    expect(readFileSync(join(at, "listing"), "utf8")).toBe("driver.ko\n");
  });

  it("a read-only one is told as that", () => {
    const readOnly = "mount --bind in in && mount -o remount,ro,bind in";
    const words = ["-o in/", "--in-place"];
    for (const each of words) {
      const run = shell(`${readOnly} && $btfx distill in/driver.ko -B vmlinux ${each} -f`, ...OWN_MOUNTS);
      expect(run, each).toEqual(each === "-o in/" ? refused("which is an input") : refused("read-only"));
    }
    expect(left(join(at, "in"))).toEqual(["driver.ko"]);
  });

  it("another one is written to, and modules behind a link to it are replaced there", () => {
    const script = `${disk(2000)} && cp in/driver.ko out/there.ko && ln -s ../out/there.ko in/link.ko &&
      $btfx distill in/driver.ko -B vmlinux -o out/ -q && $btfx distill in/link.ko --in-place -B vmlinux -q &&
      cmp out/driver.ko out/there.ko && ls -A out >listing`;
    expect(shell(script, ...OWN_MOUNTS)).toEqual([0, ""]);
    expect(readFileSync(join(at, "listing"), "utf8")).toBe("driver.ko\nthere.ko\n");
  });
});

describe.runIf(canBeOther)(
  `rights${canBeOther ? "" : " (skipped: no setpriv here, or another user cannot run this Node)"}`,
  () => {
    beforeEach(() => {
      for (const path of [at, join(at, "in"), out]) chmodSync(path, isRoot ? 0o755 : 0o555);
    });

    it("a directory that may not be written to is told, and the module in it stays", () => {
      const script = "$btfx distill in/driver.ko -B vmlinux -o out/";
      expect(shell(script, ...OTHER_USER)).toEqual(refused("cannot write it: permission denied"));
      expect(left(out)).toEqual([]);
      const inPlace = shell("$btfx distill in --in-place -B vmlinux", ...OTHER_USER);
      expect(inPlace).toEqual(refused("cannot write it: permission denied"));
      expect(left(join(at, "in"))).toEqual(["driver.ko"]);
    });

    it("a file and a directory that may not be read are told", () => {
      chmodSync(module, 0);
      const script = "$btfx distill in/driver.ko -B vmlinux -o out/x.ko";
      expect(shell(script, ...OTHER_USER)).toEqual(refused("cannot open it: permission denied"));
      chmodSync(join(at, "in"), 0);
      const listed = shell("$btfx distill in -B vmlinux -o out/", ...OTHER_USER);
      expect(listed).toEqual(refused("cannot list it: permission denied"));
      chmodSync(join(at, "in"), 0o755);
      chmodSync(module, 0o644);
    });

    it("of whoever may write, the file that replaces another is theirs, with its mode", () => {
      chmodSync(out, 0o777);
      writeFileSync(join(out, "driver.ko"), MODULE);
      chmodSync(join(out, "driver.ko"), 0o604);
      expect(shell("$btfx distill out --in-place -B vmlinux", ...OTHER_USER)).toEqual([0, ""]);
      expect(statSync(join(out, "driver.ko")).mode & 0o777).toBe(0o604);
      expect(left(out)).toEqual(["driver.ko"]);
      chmodSync(out, 0o755);
    });
  },
);

describe("outputs that are something else", () => {
  it.each([
    ["the input", "in/driver.ko", "which is an input"],
    ["the base", "vmlinux", "which is an input"],
    ["a device", "/dev/full", "which is not replaced"],
    ["a pipe", "pipe", "which is not replaced"],
    ["a link that leads nowhere", "dangling", "it is a link that leads nowhere"],
    ["below a file", "vmlinux/driver.ko", "a part of the path is not a directory"],
  ])("%s is refused, with --force too", async (_, output, reason) => {
    spawnSync("mkfifo", [join(at, "pipe")]);
    symlinkSync("nowhere", join(at, "dangling"));
    const before = readdirSync(at).sort();
    const path = output.startsWith("/") ? output : join(at, output);
    for (const force of [[], ["--force"]]) {
      const run = await btfx("distill", module, "-B", vmlinux, "-o", path, ...force);
      expect([run.exitCode, run.stderr]).toEqual(refused(reason));
    }
    expect(readdirSync(at).sort()).toEqual(before);
    expect(lstatSync(join(at, "dangling")).isSymbolicLink()).toBe(true);
    expect([left(join(at, "in")), readFileSync(module).equals(MODULE)]).toEqual([["driver.ko"], true]);
  });

  it("a link in the output tree is followed, as a shell would; the link stays", async () => {
    mkdirSync(join(at, "elsewhere"));
    writeFileSync(join(at, "elsewhere/old.ko"), "old");
    symlinkSync("../elsewhere", join(out, "in"));
    symlinkSync("../elsewhere/old.ko", join(out, "driver.ko"));
    const refusal = await btfx("distill", join(at, "in"), "-B", vmlinux, "-o", out);
    expect([refusal.exitCode, refusal.stderr]).toEqual(refused("it exists already"));
    expect((await btfx("distill", join(at, "in"), "-B", vmlinux, "-o", out, "-f")).exitCode).toBe(0);
    expect(lstatSync(join(out, "driver.ko")).isSymbolicLink()).toBe(true);
    expect(left(join(at, "elsewhere"))).toEqual(["old.ko"]);
    expect((await btfx("distill", module, "-B", vmlinux, "-o", join(out, "in/new.ko"))).exitCode).toBe(0);
    expect(left(join(at, "elsewhere"))).toEqual(["new.ko", "old.ko"]);
  });
});

describe("links in a tree that is replaced in place", () => {
  beforeEach(() => {
    mkdirSync(join(at, "outside"));
    writeFileSync(join(at, "outside/far.ko"), MODULE);
    symlinkSync("../outside/far.ko", join(at, "in/far.ko"));
    symlinkSync("driver.ko", join(at, "in/again.ko"));
  });

  it("are not followed out of it, and lead to no module twice", async () => {
    const run = await btfx("distill", "--in-place", join(at, "in"), "-B", vmlinux);
    expect([run.exitCode, run.stderr]).toEqual(refused(`is a link to ${join(at, "outside/far.ko")}`));
    expect(run.stdout).toContain("2 of 3 modules distilled (1 of them before), 1 failed");
    expect(readFileSync(join(at, "outside/far.ko")).equals(MODULE)).toBe(true);
    expect(readFileSync(module).equals(distilled)).toBe(true);
    rmSync(join(at, "in/far.ko"));
    const back = await btfx("relocate", "--in-place", join(at, "in"), "-B", vmlinux);
    expect([back.exitCode, back.stderr]).toEqual([0, expect.stringContaining("a link to another input")]);
    expect(readdirSync(join(at, "in")).sort()).toEqual(["again.ko", "driver.ko"]);
  });

  it("are followed where they are named", async () => {
    const link = join(at, "in/far.ko");
    expect((await btfx("distill", "--in-place", link, "-B", vmlinux)).exitCode).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(link).equals(distilled)).toBe(true);
  });

  it("give their modules to another tree", async () => {
    expect((await btfx("distill", join(at, "in"), "-B", vmlinux, "-o", out)).exitCode).toBe(0);
    expect(left(out)).toEqual(["again.ko", "driver.ko", "far.ko"]);
    expect(lstatSync(join(out, "far.ko")).isFile()).toBe(true);
  });
});

describe("an input that changes while it is read", () => {
  it.each([
    ["shrinks", (path: string) => truncateSync(path, 100_000)],
    ["grows", (path: string) => truncateSync(path, 600_000)],
    ["is written to", (path: string) => utimesSync(path, 1, 1)],
  ])("that %s is told", (_, change) => {
    const path = join(at, "large");
    writeFileSync(path, new Uint8Array(500_000));
    truncateSync(path, 3 << 20);
    const source = new FileSource(path);
    try {
      expect(source.read(0, 64)).toEqual(new Uint8Array(64));
      change(path);
      expect(() => source.read(1 << 20, 64)).toThrow("it was changed while it was read");
    } finally {
      source.close();
    }
  });

  it.each([
    [
      "another process has replaced",
      (path: string) =>
        writeFileSync(join(at, "other"), "another") ?? spawnSync("mv", [join(at, "other"), path]),
    ],
    ["another process has written to", (path: string) => truncateSync(path, 1000)],
    ["another process has removed", (path: string) => rmSync(path)],
  ])("that %s is not replaced by what was made of the old one", async (_, change) => {
    const input = { path: module, below: "driver.ko", found: false };
    const [plan] = planOutputs([input], { inPlace: true }, "distilled", []);
    const written = withBtfFile(module, async (file) => {
      const read = await moduleIn(file);
      read.ko?.bytes();
      change(module);
      const sections = { btf: new Uint8Array(8), distilledBase: undefined, btfIds: undefined };
      return await writeModule(read, sections, plan, { inPlace: true }, vmlinux);
    });
    await expect(written).rejects.toMatchObject({ code: "io", message: expect.stringMatching(/changed/) });
    expect(readdirSync(join(at, "in")).length).toBeLessThanOrEqual(1);
    expect(existsSync(module) && readFileSync(module).length > 1000).toBe(false);
  });
});

describe("two runs at once", () => {
  const COUNT = 12;
  const run = (...words: string[]) =>
    new Promise<{ code: number | null; results: { ok: boolean; failures: { code: string }[] }[] }>(
      (resolve) => {
        const child = spawn(process.execPath, [bin, "distill", ...words, "-B", vmlinux, "-j"], {
          stdio: "pipe",
        });
        const parts: Buffer[] = [];
        child.stdout.on("data", (part) => parts.push(part));
        child.once("close", (code) => resolve({ code, ...JSON.parse(Buffer.concat(parts).toString()) }));
      },
    );
  beforeEach(() => {
    rmSync(module);
    for (let i = 0; i < COUNT; i++) writeFileSync(join(at, `in/m${i}.ko`), MODULE);
  });

  it("that write the same outputs: each is made by one of them, and the other says so", async () => {
    const runs = await Promise.all([1, 2].map(() => run(join(at, "in"), "-o", `${out}/`)));
    const results = runs.flatMap((each) => each.results);
    expect(results.filter(({ ok }) => ok)).toHaveLength(COUNT);
    expect(results.flatMap(({ failures }) => failures.map(({ code }) => code))).toEqual(
      Array(COUNT).fill("exists"),
    );
    expect(runs.map(({ code }) => code).every((code) => code === 0 || code === 4)).toBe(true);
    expect(left(out)).toHaveLength(COUNT);
  });

  it("that replace the same modules: each is whole", async () => {
    const runs = await Promise.all([1, 2].map(() => run(join(at, "in"), "--in-place")));
    const failures = runs.flatMap(({ results }) => results.flatMap((each) => each.failures));
    expect(failures.every(({ code }) => code === "io")).toBe(true);
    const names = left(join(at, "in"));
    expect(names).toHaveLength(COUNT);
    expect(names.every((name) => readFileSync(join(at, "in", name)).equals(distilled))).toBe(true);
  });
});
