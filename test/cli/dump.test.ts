import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Host } from "../../src/cli/host.ts";
import { processHost } from "../../src/cli/host.ts";
import { main } from "../../src/cli/main.ts";
import { allOptions } from "../../src/cli/program.ts";
import { commandFirst } from "../../src/cli/words/bpftool-words.ts";
import { Distiller } from "../../src/engine/distill.ts";
import { btf } from "../support/btf.ts";
import { btfx, btfxUnread, workDirectory } from "../support/cli.ts";
import { cBody } from "../support/dump.ts";
import { assembleElf, latin1 } from "../support/elf.ts";

const VMLINUX = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'device' size=16 vlen=1
    'id' type_id=1 bits_offset=0
  [3] UNION 'both' size=4 vlen=0
`;
const MODULE = btf.split(VMLINUX)`
  [4] STRUCT 'driver' size=16 vlen=1
    'dev' type_id=2 bits_offset=0
  [5] PTR '(anon)' type_id=4
`;
const OTHER_VMLINUX = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'device' size=24 vlen=0
`;
const MODULE_RAW =
  "[4] STRUCT 'driver' size=16 vlen=1\n\t'dev' type_id=2 bits_offset=0\n[5] PTR '(anon)' type_id=4\n";

/** A directory with these BTFs as raw files and as modules. */
function files(): (name: string) => string {
  const folder = workDirectory();
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
  const modinfo = { name: ".modinfo", flags: 2, data: latin1("name=driver\0vermagic=6.12.0-a SMP \0") };
  const elf = (...sections: { name: string; data: Uint8Array }[]) =>
    assembleElf({ bits: 64, littleEndian: true, machine: 62, sections: [modinfo, ...sections] });
  const distilled = new Distiller(VMLINUX).distill(MODULE);
  write("vmlinux", VMLINUX.bytes);
  write("other", OTHER_VMLINUX.bytes);
  write("driver.btf", MODULE.bytes);
  write("driver.ko", elf({ name: ".BTF", data: MODULE.bytes }));
  write(
    "distilled.ko",
    elf({ name: ".BTF", data: distilled.split }, { name: ".BTF.base", data: distilled.base }),
  );
  write("none.ko", elf());
  return (name) => join(folder, name);
}

it("takes several names between commas, as pahole does", async () => {
  const path = files()("vmlinux");
  const { stdout } = await btfx("dump", path, "-C", "both,dev*");
  expect(stdout.match(/'\w+'/g)).toEqual(["'device'", "'id'", "'both'"]);
});

describe("btfx dump of NAME.BTF with NAME.BTF.base beside it", () => {
  /** The distilled module as the two files that `distill --detached` writes. */
  function detached(): (name: string) => string {
    const path = files();
    const { base, split } = new Distiller(VMLINUX).distill(MODULE);
    writeFileSync(path("driver.BTF"), split);
    writeFileSync(path("driver.BTF.base"), base);
    return path;
  }

  it("prints what it prints of the module that holds both", async () => {
    const path = detached();
    const ran = await btfx("dump", path("driver.BTF"));
    expect(ran).toEqual(await btfx("dump", path("distilled.ko")));
    expect(ran).toMatchObject({
      exitCode: 0,
      stderr: "",
      stdout: expect.stringContaining("STRUCT 'driver'"),
    });
  });

  it("relocates it onto a base", async () => {
    const path = detached();
    const ran = await btfx("dump", path("driver.BTF"), "-B", path("vmlinux"));
    expect(ran).toEqual({ exitCode: 0, stdout: MODULE_RAW, stderr: "" });
  });

  it("names the file that is damaged", async () => {
    const path = detached();
    writeFileSync(path("driver.BTF.base"), "no BTF at all, but long enough");
    const ran = await btfx("dump", path("driver.BTF"));
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toContain("driver.BTF.base: offset 0x0: Invalid BTF magic");
  });
});

describe("btfx dump", () => {
  it.each([
    ["dump", "FILE"],
    ["dump", "file", "FILE"],
    ["btf", "dump", "file", "FILE"],
    ["dump", "FILE", "format", "raw"],
    ["dump", "--format", "raw", "FILE"],
    ["dump", "file", "FILE", "unsorted", "format", "raw"],
  ])("prints a file, whatever the order of the words: %s %s %s %s %s", async (...words) => {
    const path = files();
    const ran = await btfx(
      ...words.filter((word) => word !== undefined).map((word) => (word === "FILE" ? path("vmlinux") : word)),
    );
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toMatch(
      /^\[1\] INT 'int' .*\n\[2\] STRUCT 'device' .*\n\t'id' .*\n\[3\] UNION 'both' size=4 vlen=0\n$/,
    );
  });

  it.each([
    [["-B", "BASE", "dump", "FILE"]],
    [["dump", "-B", "BASE", "FILE"]],
    [["dump", "FILE", "-B", "BASE"]],
    [["-B", "BASE", "btf", "dump", "file", "FILE"]],
    [["--base-btf", "BASE", "btf", "dump", "file", "FILE", "format", "raw"]],
    [["btf", "dump", "file", "FILE", "--base-btf=BASE"]],
    [["--compat", "bpftool", "-dB", "BASE", "btf", "dump", "file", "FILE"]],
    [["--format", "raw", "--root", "4", "--root=5", "-B", "BASE", "dump", "FILE"]],
  ])("takes the base wherever it stands: %j", async (words) => {
    const path = files();
    const argv = words.map((word) =>
      word.replace("FILE", path("driver.btf")).replace("BASE", path("vmlinux")),
    );
    expect(await btfx(...argv)).toEqual({ exitCode: 0, stdout: MODULE_RAW, stderr: "" });
  });

  it.each([[["btf"]], [["btf", "list"]], [["btf", "show", "id", "3"]]])(
    "says what else bpftool does with BTF: %j",
    async (words) => {
      const ran = await btfx(...words);
      expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
      expect(ran.stderr).toMatch(/'btf (list|show)' asks the running kernel/);
      expect(JSON.parse((await btfx("-j", ...words)).stdout)).toMatchObject({ code: "usage" });
    },
  );

  it("has bpftool's word for help", async () => {
    expect(await btfx("btf", "help")).toEqual(await btfx("dump", "--help"));
    expect(await btfx("help", "btf")).toEqual(await btfx("dump", "--help"));
    expect(await btfx("help", "gen")).toEqual(await btfx("minimize", "--help"));
  });

  it("prints JSON with -j before or after, and as a format", async () => {
    const path = files();
    const { stdout } = await btfx("-j", "btf", "dump", "file", path("vmlinux"));
    expect(JSON.parse(stdout).types).toHaveLength(3);
    expect((await btfx("dump", path("vmlinux"), "-j")).stdout).toBe(stdout);
    expect((await btfx("dump", path("vmlinux"), "format", "json")).stdout).toBe(stdout);
    expect(JSON.parse((await btfx("-p", "dump", path("vmlinux"))).stdout)).toEqual(JSON.parse(stdout));
  });

  it("prints C of what is chosen, by id or by name, and what it needs", async () => {
    const path = files();
    const device = "struct device {\n\tint id;\n\tlong: 64;\n};\n\n";
    const inOrder = await btfx(
      "dump",
      path("driver.ko"),
      "-B",
      path("vmlinux"),
      "format",
      "c",
      "root_id",
      "3",
      "root_id",
      "0x2",
    );
    expect(cBody(inOrder.stdout)).toBe(`union both {\n};\n\n${device}`);
    const named = await btfx(
      "dump",
      path("driver.ko"),
      "-B",
      path("vmlinux"),
      "format",
      "c",
      "--root",
      "driver",
    );
    expect(cBody(named.stdout)).toBe(`${device}struct driver {\n\tstruct device dev;\n};\n\n`);
    const globbed = await btfx(
      "dump",
      path("driver.ko"),
      "-B",
      path("vmlinux"),
      "format",
      "c",
      "-C",
      "d?v*",
      "--kind",
      "union,struct",
    );
    expect(cBody(globbed.stdout)).toBe(device);
  });

  it("chooses by kind in raw dumps too, among the types that they print", async () => {
    const path = files();
    const ran = await btfx(
      "dump",
      path("driver.ko"),
      "-B",
      path("vmlinux"),
      "--kind",
      "struct",
      "--kind",
      "union",
    );
    expect(ran.stdout).toBe("[4] STRUCT 'driver' size=16 vlen=1\n\t'dev' type_id=2 bits_offset=0\n");
  });

  it("prints layouts as comments and as JSON", async () => {
    const path = files();
    expect((await btfx("dump", path("vmlinux"), "--layout", "-C", "device")).stdout).toContain(
      "/* size: 16, cachelines: 1, members: 1 */",
    );
    const json = JSON.parse(
      (await btfx("dump", path("vmlinux"), "format", "c", "-j", "-C", "device")).stdout,
    );
    expect(json.layouts).toMatchObject([{ name: "device", size: 16, padding: 12 }]);
  });

  it("prints a distilled module on its own base, or relocated onto the one given", async () => {
    const path = files();
    const own = await btfx("dump", path("distilled.ko"));
    expect(own).toMatchObject({
      exitCode: 0,
      stdout: MODULE_RAW.replaceAll("[4]", "[2]")
        .replaceAll("[5]", "[3]")
        .replace("type_id=2", "type_id=1")
        .replace("type_id=4", "type_id=2"),
    });
    expect((await btfx("dump", path("distilled.ko"), "-B", path("vmlinux"))).stdout).toBe(MODULE_RAW);
  });

  it("tells all that keeps a distilled module from a base", async () => {
    const path = files();
    const ran = await btfx("dump", path("distilled.ko"), "-B", path("other"));
    expect(ran).toMatchObject({ exitCode: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /does not relocate onto .*other: 1 type does not fit \[bad-distilled-base\]\n.*STRUCT device/,
    );
    const json = await btfx("dump", path("distilled.ko"), "-B", path("other"), "-j");
    expect(JSON.parse(json.stdout)).toEqual({
      error: expect.stringMatching(/does not relocate onto .*other: 1 type does not fit$/),
      code: "bad-distilled-base",
    });
  });

  it("says which kernel a module wants when there is no base", async () => {
    const path = files();
    const ran = await btfx("dump", path("driver.ko"));
    expect(ran).toMatchObject({ exitCode: 3, stdout: "" });
    expect(ran.stderr).toMatch(
      /built for 6\.12\.0-a, and it needs that kernel's vmlinux \[needs-base\]\n.*with -B/,
    );
  });

  it.each([
    ["a format that is none", ["FILE", "format", "xml"], 2, /unrecognized format specifier: 'xml'/],
    ["a format without its word", ["FILE", "format"], 2, /'format' needs a value after it/],
    ["an id that is none", ["FILE", "root_id", "2x"], 2, /can't parse 2x as root ID/],
    ["an id past the end", ["FILE", "root_id", "4"], 2, /invalid root ID: 4/],
    ["an id twice", ["FILE", "root_id", "1", "root_id", "1"], 2, /duplicate root_id 1 supplied/],
    ["ids and names together", ["FILE", "root_id", "1", "-C", "x"], 2, /cannot use root_id with other/],
    ["a name that nothing has", ["FILE", "-C", "nothing"], 2, /there is no type 'nothing'/],
    ["a name with a slip", ["FILE", "--root", "devise"], 2, /no type 'devise'\n +did you mean device\?/],
    ["a kind that is none", ["FILE", "--kind", "class"], 2, /there is no kind class\n.*struct/],
    ["layouts of raw types", ["FILE", "--layout", "--format", "raw"], 2, /--layout is for format c/],
    ["an empty pattern", ["FILE", "-C", ""], 2, /^btfx: a pattern for names is empty\n.*globs/],
    [
      "a pattern without an end",
      ["FILE", "-C", `${"x".repeat(70_000)}*`],
      2,
      /^btfx: a pattern for names has 70,001 characters, more than 4,096\n.*globs/,
    ],
    [
      "a format that is not called one",
      ["FILE", "c"],
      2,
      /'c' means nothing without 'format'.*\n.*'format c'/,
    ],
    ["the running kernel's objects", ["id", "7"], 2, /asks the running kernel/],
    ["a file that is not there", ["nowhere"], 4, /nowhere: cannot open it/],
    ["a file without BTF", ["none.ko"], 3, /no \.BTF section/],
  ])("refuses %s", async (_, words, exitCode, message) => {
    const path = files();
    const ran = await btfx(
      "dump",
      ...words.map((word) => (word === "FILE" ? path("vmlinux") : word === "none.ko" ? path(word) : word)),
    );
    expect(ran).toMatchObject({ exitCode, stdout: "" });
    expect(ran.stderr).toMatch(message);
  });

  it("tells a failure in JSON where JSON was asked for", async () => {
    const path = files();
    const ran = await btfx("-j", "dump", path("driver.ko"));
    expect(ran.exitCode).toBe(3);
    expect(JSON.parse(ran.stdout).error).toMatch(/built for 6\.12\.0-a/);
    for (const words of [["format", "json"], ["--format=json"], ["-jB", path("nowhere")]]) {
      const other = await btfx("dump", path("driver.ko"), ...words);
      expect(JSON.parse(other.stdout).code).toBe(words[0] === "-jB" ? "io" : "needs-base");
    }
  });

  it.each(["dump", "distill", "relocate", "verify"])(
    "knows which options before %s have a value",
    async (command) => {
      const { stdout } = await btfx(command, "--help");
      const optionWords = () => allOptions(processHost(() => {}));
      const options = [...stdout.matchAll(/^ +(?:(-\w), )?(--[\w-]+) </gm)].flatMap(([, ...names]) => names);
      expect(options.length).toBeGreaterThan(2);
      for (const option of options.filter((name) => name !== undefined)) {
        expect(commandFirst([option, "dump", command, "x"], new Set([command]), optionWords)).toEqual([
          command,
          option,
          "dump",
          "x",
        ]);
      }
    },
  );

  it.each(["prog", "map", "struct_ops"])("says that bpftool does '%s'", async (object) => {
    const { exitCode, stderr } = await btfx(object, "show");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`'bpftool ${object}' does that`);
  });

  it("ends quietly when nobody reads any more", async () => {
    expect(await btfxUnread("dump", files()("vmlinux"))).toEqual({ exitCode: 0, stderr: "" });
  });

  it("lets no escape of a name reach a terminal, in any form", async () => {
    const folder = workDirectory();
    const path = join(folder, "x");
    writeFileSync(path, btf`[1] STRUCT 'red\x1b[31m' size=0 vlen=0`.bytes);
    for (const words of [[], ["-j"], ["-p"], ["format", "c"], ["format", "c", "-j"]]) {
      for (const compat of [[], ["--compat", "bpftool", "unsorted"]]) {
        let stdout = "";
        const output = (isTerminal: boolean, take: (text: string) => void) => ({
          isTerminal,
          write: (data: string | Uint8Array) => take(Buffer.from(data as Uint8Array).toString("latin1")),
        });
        const host: Host = {
          stdout: output(true, (text) => {
            stdout += text;
          }),
          stderr: output(false, () => {}),
          env: {},
        };
        expect(await main(["dump", path, ...words, ...compat], host)).toBe(0);
        expect(stdout).toContain("red");
        expect(stdout).not.toContain("\x1b");
      }
    }
  });
});

describe("btfx dump of several files", () => {
  const OTHER = btf.split(VMLINUX)`
    [4] PTR '(anon)' type_id=5
    [5] STRUCT 'driver' size=16 vlen=1
      'dev' type_id=2 bits_offset=0
    [6] TYPEDEF 'other' type_id=4
  `;
  const MERGED = `${MODULE_RAW}[6] TYPEDEF 'other' type_id=5\n`;

  function two(): (name: string) => string {
    const path = files();
    writeFileSync(path("other.btf"), OTHER.bytes);
    return path;
  }

  it.each([
    [["file", "driver.btf", "file", "other.btf"]],
    [["driver.btf", "other.btf", "format", "raw"]],
    [["file", "driver.ko", "file", "other.btf", "file", "driver.btf"]],
    [["file", "distilled.ko", "file", "other.btf"]],
  ])("merges them on the base: %j", async (words) => {
    const path = two();
    const argv = words.map((word) => (word.includes(".") ? path(word) : word));
    const ran = await btfx("-B", path("vmlinux"), "btf", "dump", ...argv);
    expect(ran).toEqual({ exitCode: 0, stdout: MERGED, stderr: "" });
  });

  it("prints the merged BTF in every format", async () => {
    const path = two();
    const argv = ["dump", path("driver.btf"), path("other.btf"), "-B", path("vmlinux")];
    const json = await btfx(...argv, "-j");
    expect(JSON.parse(json.stdout).types.map(({ id }: { id: number }) => id)).toEqual([4, 5, 6]);
    const c = await btfx(...argv, "format", "c");
    expect(cBody(c.stdout)).toContain("typedef struct driver *other;");
    expect(c.stdout.match(/struct driver \{/g)).toHaveLength(1);
  });

  it("wants the base that bpftool wants", async () => {
    const path = two();
    const ran = await btfx("dump", "file", path("driver.btf"), "file", path("other.btf"));
    expect(ran).toMatchObject({ exitCode: 4, stdout: "" });
    expect(ran.stderr).toContain("several files are merged on the vmlinux that they are split on");
  });

  it("says of a word that is no file that there is no such file, before it wants a base", async () => {
    const path = two();
    const ran = await btfx("dump", path("vmlinux"), path("sorted"));
    expect(ran).toMatchObject({ exitCode: 4, stdout: "" });
    expect(ran.stderr).toBe(`btfx: ${path("sorted")}: cannot open it: no such file or directory\n`);
  });

  it("names the file that does not go onto the base", async () => {
    const path = two();
    const unrelocated = await btfx(
      "dump",
      path("vmlinux"),
      path("distilled.ko"),
      "-B",
      path("other"),
      "--json",
    );
    expect(unrelocated.exitCode).toBe(1);
    expect(unrelocated.stderr).toContain("distilled.ko does not relocate onto");
    const none = await btfx("dump", path("driver.btf"), path("none.ko"), "-B", path("vmlinux"));
    expect(none).toMatchObject({ exitCode: 3, stdout: "" });
    expect(none.stderr).toContain("none.ko");
  });
});
