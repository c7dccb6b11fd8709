import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { encodeBtf } from "../../src/btf/encode.ts";
import { HEAD_WORDS, makeInfo, STRUCT } from "../../src/btf/kinds.ts";
import { fileOutput, type Host, type Output, talk } from "../../src/cli/host.ts";
import { main } from "../../src/cli/main.ts";
import { btf } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { assembleElf, latin1 } from "../support/elf.ts";

const VMLINUX = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'device' size=16 vlen=1
    'id' type_id=1 bits_offset=0
`;
const SPLIT = btf.split(VMLINUX)`
  [3] STRUCT 'driver' size=16 vlen=1
    'device' type_id=2 bits_offset=0
`;
const MODULE = elf(SPLIT.bytes);

function elf(bytes: Uint8Array): Uint8Array {
  return assembleElf({
    bits: 64,
    littleEndian: true,
    sections: [
      { name: ".modinfo", data: latin1("vermagic=6.12.0-a SMP \0") },
      { name: ".BTF", data: bytes },
    ],
  });
}

let directory: string;
let vmlinux: string;
let module: string;
beforeEach(() => {
  directory = workDirectory();
  vmlinux = file("vmlinux", VMLINUX.bytes);
  module = file("veth.ko", MODULE);
});

function file(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

/** All files below the directory, by their names. */
function files(): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Bytes that are no module and no vmlinux, with what must be said of them. */
const FOUL: readonly (readonly [what: string, bytes: Uint8Array, says: string])[] = [
  ["nothing", new Uint8Array(0), "the file is empty"],
  ["one byte", latin1("\x9f"), "neither BTF nor ELF"],
  ["half a header", VMLINUX.bytes.slice(0, 12), "BTF header not found: 12 bytes"],
  ["half of the types", VMLINUX.bytes.slice(0, 40), "Invalid BTF total size"],
  ["text", latin1("#!/bin/sh\n"), "neither BTF nor ELF"],
  ["the start of an ELF file", MODULE.slice(0, 5), "the ELF header takes 52 bytes, the file has 5"],
  ["an ELF file without its end", MODULE.slice(0, 120), "the section table at offset"],
  [
    "half a gzip file",
    gzipSync(MODULE).subarray(0, 60),
    "gzip: offset 0xa: the compressed data is cut short",
  ],
  ["a compressed text", gzipSync("hello"), "gzip: neither BTF nor ELF, but text"],
  ["ELF with an empty .BTF", elf(new Uint8Array(0)), "BTF header not found: 0 bytes"],
];

describe("a damaged file", () => {
  it.each(FOUL)("%s is refused as a module, with exit code 3 and no output", async (_, bytes, says) => {
    const bad = file("bad.ko", bytes);
    const before = files();
    const { exitCode, stdout, stderr } = await btfx("distill", bad, "-B", vmlinux);
    expect([exitCode, stdout]).toEqual([3, ""]);
    expect(stderr).toContain(`btfx: ${bad}: `);
    expect(stderr).toContain(says);
    expect((await btfx("relocate", bad, "-B", vmlinux)).exitCode).toBe(3);
    expect(files()).toEqual(before);
  });

  it.each(FOUL)("%s is refused as a base, in JSON too", async (_, bytes, says) => {
    const bad = file("bad", bytes);
    for (const words of [
      ["distill", module],
      ["relocate", module],
      ["verify", module],
      ["dump", module],
    ]) {
      const { exitCode, stdout, stderr } = await btfx(...words, "-B", bad, "-j");
      expect(exitCode).toBe(3);
      expect(JSON.parse(stdout).error).toContain(says);
      expect(stderr).toContain(says);
    }
  });

  it("verify does not take a damaged ELF file for BTF", async () => {
    const { exitCode, stderr } = await btfx("verify", file("cut.ko", MODULE.slice(0, 120)));
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("the section table at offset")]);
  });

  it("a sparse file of 2 GB costs nothing", async () => {
    const sparse = file("sparse.ko", MODULE);
    truncateSync(sparse, 2 ** 31);
    const { exitCode, stderr } = await btfx("distill", sparse, "-B", vmlinux);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("more than BTF can have")]);
  });

  it("a base with a string that no kernel takes as a name is refused: each reference into it would be one", async () => {
    const base = btf`[1] STRUCT '${"n".repeat(5000)}' size=16 vlen=0`;
    for (const words of [
      ["distill", module, "-B"],
      ["verify", module, "-B"],
      ["relocate", module, "-B"],
    ]) {
      const { exitCode, stderr } = await btfx(...words, file("endless", base.bytes));
      expect([exitCode, stderr]).toEqual([3, expect.stringContaining("is longer than 4096 bytes")]);
      expect(stderr.length).toBeLessThan(1000);
    }
  });
});

describe("40,000 structs whose names end one string of half a megabyte", () => {
  const [count, length] = [40_000, 500_000];
  const strings = new Uint8Array(length + 2).fill(0x61);
  strings[0] = 0;
  strings[length + 1] = 0;
  const crowd = (size: number) => {
    const words = new Uint32Array(count * HEAD_WORDS);
    for (let i = 0; i < count; i++) words.set([1 + i * 12, makeInfo(STRUCT, 0), size], i * HEAD_WORDS);
    return encodeBtf(words, strings, { littleEndian: true, hdrLen: 24 });
  };

  it.each([
    "dump",
    "dump --format c",
    "dump --name a",
    "dump --root a",
    "dump --layout -j",
    "layout",
    "layout a",
    "layout a*",
    "layout --sizes",
    "layout --packable",
    "who a",
    "offsets a.a",
    "diff",
  ])("%s refuses them at once, and names the file", async (words) => {
    const path = file("crowd", crowd(4));
    const other = words === "diff" ? [file("other", crowd(8))] : [];
    const before = process.cpuUsage();
    const { exitCode, stdout, stderr } = await btfx(...words.split(" "), path, ...other);
    const { user, system } = process.cpuUsage(before);
    expect([exitCode, stdout.length < 1000]).toEqual([3, true]);
    expect(stderr).toContain(`${path}: type [135]: the names of the types up to here are more than`);
    expect((user + system) / 1e6).toBeLessThan(4);
  });
});

describe("a path that cannot be looked at", () => {
  it.each([
    ["a link to itself", () => join(directory, "loop"), "too many symbolic links"],
    ["a name too long", () => join(directory, "n".repeat(5000)), "the name is too long"],
    ["a file as a directory", () => join(vmlinux, "file"), "a part of the path is not a directory"],
  ])("is told with exit code 4: %s", async (_, path, says) => {
    symlinkSync("loop", join(directory, "loop"));
    for (const words of [
      ["dump", path()],
      ["dump", "file", path(), "file", path(), "-B", vmlinux],
      ["layout", "device", path()],
      ["who", "device", path()],
      ["offsets", "device.id", path()],
      ["verify", path()],
      ["verify", module, "-B", path()],
      ["distill", module, "-B", path()],
      ["distill", path(), "-B", vmlinux],
      ["distill", module, "-B", vmlinux, "-o", path()],
      ["relocate", path(), "-B", vmlinux],
      ["diff", vmlinux, path()],
      ["minimize", path(), module, "-o", join(directory, "out")],
      ["extract", path()],
      ["stats", path()],
      ["report", path()],
    ]) {
      const { exitCode, stderr } = await btfx(...words);
      expect([words[0], exitCode]).toEqual([words[0], 4]);
      expect(stderr).toContain(says);
    }
  });
});

describe("arguments in the wrong place", () => {
  it.each([
    ["a module as base", () => ["distill", module, "-B", module], "which cannot be a base"],
    [
      "module and vmlinux swapped",
      () => ["distill", vmlinux, "-B", module],
      "are module and vmlinux swapped?",
    ],
    ["a vmlinux as module", () => ["distill", vmlinux, "-B", vmlinux], "this BTF stands alone"],
    [
      "a module that was not distilled",
      () => ["relocate", module, "-B", vmlinux],
      "give a module that 'btfx distill' wrote",
    ],
    ["split BTF without base", () => ["dump", module], "give the vmlinux of 6.12.0-a with -B"],
  ])("%s is told as that", async (_, words, says) => {
    const { exitCode, stderr } = await btfx(...words());
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining(says)]);
  });

  it.each([
    ["no module", ["distill", "-j"], "distill needs MODULE, and none is given"],
    ["an unknown option", ["verify", "--distill", "-p", "x"], "unknown option '--distill'"],
    ["a word missing", ["dump", "x", "format", "-j"], "'format' needs a value after it"],
  ])("%s is a usage error, in JSON too", async (_, words, says) => {
    const { exitCode, stdout, stderr } = await btfx(...words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(JSON.parse(stdout)).toMatchObject({ error: says, code: "usage" });
  });

  it("options may stand before the command, as bpftool has them", async () => {
    const after = await btfx("dump", module, "-B", vmlinux, "-j");
    expect(await btfx("-j", "-B", vmlinux, "btf", "dump", "file", module)).toEqual(after);
    expect(await btfx("-j", `--base-btf=${vmlinux}`, "dump", module)).toEqual(after);
    expect((await btfx("-B", vmlinux, "verify", module)).exitCode).toBe(0);
  });

  it("an empty path is told", async () => {
    const { exitCode, stderr } = await btfx("distill", "", "-B", vmlinux);
    expect([exitCode, stderr]).toEqual([4, 'btfx: "": cannot open it: no such file or directory\n']);
  });
});

describe("what is no file", () => {
  it("a pipe into which nothing writes is refused, not waited for", async () => {
    const pipe = join(directory, "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    for (const words of [
      ["dump", pipe],
      ["verify", pipe],
      ["distill", module, "-B", pipe],
    ]) {
      const { exitCode, stderr } = await btfx(...words);
      expect([exitCode, stderr]).toEqual([4, expect.stringContaining("nothing came through the pipe")]);
    }
  });

  it("a pipe or a device is not replaced by an output, even with --force", async () => {
    const pipe = join(directory, "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    const { exitCode, stderr } = await btfx("distill", module, "-B", vmlinux, "-o", pipe, "--force");
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining("which is not replaced")]);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  it("what is missing or empty does not stop the others", async () => {
    mkdirSync(join(directory, "empty"));
    const inputs = [join(directory, "missing.ko"), join(directory, "empty"), module];
    const out = join(directory, "out");
    const distilled = await btfx("distill", ...inputs, "-B", vmlinux, "-o", `${out}/`);
    expect(distilled.exitCode).toBe(4);
    expect(distilled.stdout).toContain("1 of 3 modules distilled, 2 failed");
    expect(readdirSync(out)).toEqual(["veth.ko"]);
    const verified = await btfx("verify", ...inputs, "-B", vmlinux);
    expect([verified.exitCode, verified.stdout]).toEqual([
      4,
      expect.stringContaining("1 of 3 inputs accepted"),
    ]);
  });
});

describe("outputs", () => {
  it.each([
    ["through a link to the input", "veth.ko", "link.ko", "link.ko"],
    ["through a link to the directory", ".", "here", "here/veth.ko"],
  ])("do not replace the input %s", async (_, target, link, path) => {
    symlinkSync(target, join(directory, link));
    const output = join(directory, path);
    const { exitCode, stderr } = await btfx("distill", module, "-B", vmlinux, "-o", output, "--force");
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining("which is an input")]);
    expect(readFileSync(module)).toEqual(Buffer.from(MODULE));
  });

  it("come all or none: a set of files of which one cannot be placed leaves nothing", async () => {
    // NAME.BTF is a name of 255 bytes, the most there is; NAME.BTF.base is too long.
    const stem = join(directory, "n".repeat(251));
    const before = files();
    const { exitCode, stderr } = await btfx("distill", "--detached", module, "-B", vmlinux, "-o", stem);
    expect([exitCode, stderr]).toEqual([
      4,
      expect.stringContaining(".BTF.base: cannot write it: the name is too long"),
    ]);
    expect(files()).toEqual(before);
  });

  it("in place follow a link, keep the mode, and leave nothing beside", async () => {
    chmodSync(module, 0o640);
    symlinkSync("veth.ko", join(directory, "link.ko"));
    const { exitCode } = await btfx("distill", join(directory, "link.ko"), "-B", vmlinux, "--in-place");
    expect(exitCode).toBe(0);
    expect(statSync(module).mode & 0o777).toBe(0o640);
    expect(lstatSync(join(directory, "link.ko")).isSymbolicLink()).toBe(true);
    expect(files()).toEqual(["link.ko", "veth.ko", "vmlinux"]);
  });

  const noProc = existsSync("/proc/self") ? "" : " (skipped: no /proc)";
  it.skipIf(noProc !== "")(`end where no directory can be made${noProc}`, async () => {
    const { exitCode, stderr } = await btfx("distill", module, "-B", vmlinux, "-o", "/proc/btfx/veth.ko");
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining("cannot write it")]);
  });

  it("stand for names with control characters without letting them through", async () => {
    const odd = file("a\n\x1b[31mb.ko", MODULE);
    const { exitCode, stdout } = await btfx("distill", odd, "-B", vmlinux);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("a\\u000a\\u001b[31mb.distilled.ko")]);
    const unknown = await btfx("a\x1b[31mb");
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining("a\\u001b[31mb")]);
  });
});

const noFull = existsSync("/dev/full") ? "" : " (skipped: no /dev/full)";
describe.skipIf(noFull !== "")(`standard output that cannot be written${noFull}`, () => {
  /** A host of which one stream is a full disk. */
  function host(full: "stdout" | "stderr"): { host: Host; said: string[]; close: () => void } {
    const said: string[] = [];
    const other: Output = {
      isTerminal: false,
      write: (data) => void said.push(Buffer.from(data as Uint8Array).toString()),
    };
    const fd = openSync("/dev/full", "w");
    const streams = { stdout: other, stderr: other };
    streams[full] = full === "stdout" ? fileOutput(fd, "stdout") : talk(fileOutput(fd, "stderr"));
    return { host: { ...streams, env: {} }, said, close: () => closeSync(fd) };
  }

  it.each([
    ["--version", () => ["--version"]],
    ["--help", () => ["--help"]],
    ["text", () => ["dump", vmlinux]],
    ["JSON", () => ["verify", vmlinux, "-j"]],
  ])("ends %s with an I/O error", async (_, words) => {
    const { host: full, said, close } = host("stdout");
    expect(await main(words(), full)).toBe(4);
    expect(said).toEqual(["btfx: stdout: cannot write it: no space left on the device\n"]);
    close();
  });

  it("does not matter for what is said on stderr", async () => {
    const { host: full, said, close } = host("stderr");
    expect(await main(["distill", join(directory, "missing.ko"), "-B", vmlinux], full)).toBe(4);
    expect(await main(["dump", vmlinux], full)).toBe(0);
    expect(said.join("")).toContain("[1] INT 'int'");
    close();
  });
});
