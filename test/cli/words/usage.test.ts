import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { btfx, workDirectory } from "../../support/cli.ts";
import { peersDir } from "../../support/libbpf.ts";

/** What a command line that makes no sense is answered with: message and hint. */
async function refusal(...words: string[]): Promise<[message: string, hint: string | undefined]> {
  const { exitCode, stdout, stderr } = await btfx(...words);
  expect([exitCode, stdout]).toEqual([2, ""]);
  const [, message, hint] = /^btfx: (.*)\n(?: {6}(.*)\n)?$/.exec(stderr) ?? [];
  return [message, hint];
}

describe("what may have been meant", () => {
  it.each([
    [["dupm", "x"], "there is no command 'dupm'", "did you mean dump?"],
    [["help", "layuot"], "there is no command 'layuot'", "did you mean layout?"],
    [["./a.ko"], "there is no command './a.ko'", "'btfx dump ./a.ko' prints the types of a file"],
    [
      ["pahole", "-C", "list_head", "vmlinux"],
      "there is no command 'pahole'",
      "'btfx layout' prints structs as pahole does",
    ],
    [
      ["dump", "--jsno", "x"],
      "unknown option '--jsno'",
      "did you mean --json? 'btfx help dump' has all options",
    ],
    [["distill"], "distill needs MODULE, and none is given", "'btfx help distill' has all options"],
    [
      ["btf", "d", "f", "x", "--jsno"],
      "unknown option '--jsno'",
      "did you mean --json? 'btfx help dump' has all options",
    ],
    [
      ["relocate", "veth.ko", "/boot/vmlinuz-6.12"],
      "relocate needs -B VMLINUX",
      "did you mean -B /boot/vmlinuz-6.12? 'btfx help relocate' has all options",
    ],
    [["distill", "x", "-B"], "-B needs a value: VMLINUX", "'btfx help distill' has all options"],
    [
      ["verify", "x", "-b", "y"],
      "unknown option '-b'",
      "did you mean -B? 'btfx help verify' has all options",
    ],
    [
      ["distill", "x", "--base=y"],
      "unknown option '--base'",
      "did you mean --base-btf? 'btfx help distill' has all options",
    ],
    [
      ["distill", "-stats", "x"],
      "unknown option '-s' in '-stats'",
      "did you mean --stats? 'btfx help distill' has all options",
    ],
    [["diff", "x", "y", "--module"], "--module needs a value: PATH", "'btfx help diff' has all options"],
    [["minimize", "x", "y"], "minimize needs -o FILE", "'btfx help minimize' has all options"],
    [
      ["completion", "tcsh"],
      "completion takes bash, zsh or fish, not 'tcsh'",
      "'btfx help completion' has all options",
    ],
    [["layout", "--compat", "x"], "--compat takes pahole, not 'x'", "'btfx help layout' has all options"],
    [
      ["dump", "--max-size", "much"],
      "--max-size takes a size such as 512M or 2G, not 'much'",
      "'btfx help dump' has all options",
    ],
    [
      ["distill", "x", "--in-place", "-o", "y"],
      "--in-place and --output exclude each other",
      "'btfx help distill' has all options",
    ],
    ...[
      ["distill", "x", "-o", "-"],
      ["relocate", "x", "-B", "y", "-o", "-"],
      ["extract", "x", "-o", "-"],
      ["minimize", "x", "y", "-o", "-"],
    ].map((words): [string[], string, string] => [
      words,
      "--output takes a file (./- for one of this name), not '-'",
      `'btfx help ${words[0]}' has all options`,
    ]),
    ...["verify", "distill", "stats", "report"].map((command): [string[], string, string] => [
      [command, "x", "--html", "-"],
      "--html takes a file (./- for one of this name), not '-'",
      `'btfx help ${command}' has all options`,
    ]),
    [
      ["diff", "x", "y", "--html", "-"],
      "--html takes a file (./- for one of this name), not '-'",
      "'btfx help diff' has all options",
    ],
    [["extract", "a", "b"], "extract takes 1 word, not 2", "'btfx help extract' has all options"],
    [
      ["distill", "x", "--sign-with", ""],
      "--sign-with takes a command such as scripts/sign-file, not ''",
      "'btfx help distill' has all options",
    ],
    [["help", "errors", "wrong-bas"], "there is no error code 'wrong-bas'", "did you mean wrong-base?"],
  ])("of %j", async (words, message, hint) => {
    expect(await refusal(...words)).toEqual([message, hint]);
  });
});

it("says that the current directory is gone", () => {
  const directory = mkdtempSync(join(tmpdir(), "btfx-gone-"));
  const bin = fileURLToPath(new URL("../../../bin/btfx.js", import.meta.url));
  const sample = (name: string) => fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
  const line = `cd "$0" && rmdir "$0" && exec "$@"`;
  const words = ["distill", sample("meter.ko"), "-B", sample("vmlinux-a"), "-o", "out.ko"];
  const ran = spawnSync("sh", ["-c", line, directory, process.execPath, bin, ...words], { encoding: "utf8" });
  expect([ran.status, ran.stderr]).toEqual([
    4,
    "btfx: the current directory does not exist any more\n      change to another directory\n",
  ]);
});

it("says how a file is given whose name begins like an option", async () => {
  const here = process.cwd();
  process.chdir(workDirectory());
  try {
    writeFileSync("-dash.ko", "");
    expect(await refusal("distill", "-dash.ko", "-B", "x")).toEqual([
      "unknown option '-a' in '-dash.ko'",
      "a file of this name is given as ./-dash.ko",
    ]);
  } finally {
    process.chdir(here);
  }
});

it.each([["dump"], ["layout", "machine"], ["who", "machine"], ["offsets", "machine.link"]])(
  "%s with -B needs a file",
  async (...words) => {
    for (const base of ["vmlinux-a", "/sys/kernel/btf/vmlinux"]) {
      expect(await refusal(...words, "-B", base)).toEqual([
        "-B needs a FILE that was built against it",
        `without -B, the types of ${base} itself are printed`,
      ]);
    }
  },
);

it.each([
  ["layout", "machine"],
  ["who", "machine"],
  ["offsets", "machine.ops"],
])("%s %s warns if -B is not what the file was built against", async (...words) => {
  const sample = (name: string) => fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
  const meter = sample("meter.ko");
  const right = await btfx(...words, meter, "-B", sample("vmlinux-a"));
  expect(right).toMatchObject({ exitCode: 0, stderr: "" });
  const wrong = await btfx(...words, meter, "-B", sample("vmlinux-b"));
  expect(wrong.stderr).toBe(
    `warning: ${meter} was not built against ${sample("vmlinux-b")}, so that names and types are wrong\n`,
  );
});

describe("pahole's options", () => {
  it.each([
    [["dump", "-s", "x"], "pahole's -s is 'btfx layout -s' here"],
    [
      ["dump", "--reorganize", "x"],
      "pahole's --reorganize is 'btfx layout -P' here: it prints how much smaller",
    ],
    [
      ["verify", "--lang_exclude=rust", "x"],
      "pahole's --lang_exclude has no counterpart here: pahole chooses languages where it makes BTF",
    ],
    [
      ["layout", "-J", "x"],
      "pahole's -J has no counterpart here: pahole makes BTF from DWARF, which btfx does not read",
    ],
    [["layout", "-q", "x"], "pahole's -q is 'btfx layout -j' here: nothing but members, for programs"],
    [["layout", "-F", "dwarf", "x"], "pahole's -F has no counterpart here: btfx reads only BTF"],
    [["layout", "-c", "32", "x"], "pahole's -c has no counterpart here: cache lines have 64 bytes"],
    [
      ["layout", "--show_decl_info", "x"],
      "pahole's --show_decl_info has no counterpart here: BTF does not say in which source file a type is defined, nor how often",
    ],
    [["-C", "task_struct", "vmlinux"], "pahole's -C is 'btfx layout NAME FILE' here"],
    [["dump", "-F", "dwarf", "x"], "pahole's -F has no counterpart here: btfx reads only BTF"],
    [
      ["layout", "--contains_enum", "POWER_ON"],
      "pahole's --contains_enumerator is 'btfx who ENUMERATOR' here",
    ],
    [
      ["layout", "--word_size=4", "x"],
      "pahole's --word_size has no counterpart here: btfx prints types as pahole does without it",
    ],
  ])("%j", async (words, hint) => {
    expect((await refusal(...words))[1]).toBe(hint);
  });

  it.skipIf(peersDir === undefined)("have an answer, all of them", async () => {
    const { stdout } = spawnSync(join(peersDir ?? "", "bin/pahole"), ["--help"], { encoding: "utf8" });
    const options = new Set(stdout.match(/(?<=^ .*)--\w\w+/gm));
    expect(options.size).toBeGreaterThan(90);
    const unanswered: string[] = [];
    for (const option of options) {
      const { stderr } = await btfx("layout", option, "nosuch");
      if (/unknown option.*\n.*has all options/.test(stderr)) unanswered.push(option);
    }
    expect(unanswered).toEqual([]);
  });

  it("are told by the name that was given", async () => {
    expect(await refusal("layout", "--find_pointers_to=x", "y")).toEqual([
      "unknown option '--find_pointers_to'",
      "pahole's --find_pointers_to is 'btfx who NAME --only points' here",
    ]);
  });

  it.each([["-F", "btf"], ["-Fbtf"], ["--format_path=btf"]])("%s %s changes nothing", async (...option) => {
    const vmlinux = new URL("../../../samples/vmlinux-a", import.meta.url).pathname;
    const plain = await btfx("layout", "-C", "machine", vmlinux);
    expect(plain.exitCode).toBe(0);
    expect(await btfx(...option, "layout", "-C", "machine", vmlinux)).toEqual(plain);
    expect(await btfx("layout", ...option, "-C", "machine", vmlinux)).toEqual(plain);
  });

  it("are none by accident of JavaScript", async () => {
    expect((await btfx("dump", "toString")).stderr).toBe(
      "btfx: toString: cannot open it: no such file or directory\n",
    );
  });
});

describe("bpftool's words", () => {
  it.each([
    "prog",
    "map",
    "link",
    "cgroup",
    "perf",
    "net",
    "feature",
    "struct_ops",
    "iter",
    "token",
    "batch",
  ])("%s is bpftool's", async (word) => {
    const [message, hint] = await refusal(word, "show");
    expect([message, hint]).toEqual([
      `'${word}' asks the running kernel; btfx only reads files`,
      `'bpftool ${word}' does that`,
    ]);
  });

  it.each([
    ["bt d f FILE", "dump file FILE"],
    ["btf d fi FILE form c", "dump file FILE format c"],
    ["btf dump f FILE r 2 r 3", "dump file FILE root_id 2 root_id 3"],
    ["-n -f btf d f FILE u for c", "dump file FILE unsorted format c"],
    ["-j btf -p d f FILE r 3", "-j -p dump file FILE root_id 3"],
    ["btf h", "dump --help"],
    ["h dump", "dump --help"],
    ["help help", "--help"],
  ])("'%s' is '%s'", async (short, long) => {
    const sample = fileURLToPath(new URL("../../../samples/vmlinux-a", import.meta.url));
    const [ran, expected] = await Promise.all(
      [short, long].map((line) => btfx(...line.split(" ").map((word) => (word === "FILE" ? sample : word)))),
    );
    expect(ran).toEqual(expected);
    expect(ran.exitCode).toBe(0);
  });

  it.each([
    [["btf", "d", "m", "name", "x"], "'map' asks the running kernel; btfx only reads files"],
    [["btf", "l"], "'btf list' asks the running kernel; btfx only reads files"],
    [["btf", "x"], "there is no 'btf x' here"],
    [["b", "file", "x"], "there is no command 'b'"],
    [["g", "min", "x"], "gen min_core_btf needs a kernel's BTF, an output and BPF objects"],
  ])("%j is refused", async (words, message) => {
    expect((await refusal(...words))[0]).toBe(message);
  });

  it("reads a second f as bpftool does, as one more file", async () => {
    const sample = (name: string) => fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
    const ran = await btfx("btf", "d", "f", sample("meter.ko"), "f", sample("pump.ko"));
    expect(ran.stderr).toMatch(/several files are merged/);
  });

  it.each([[["-V"]], [["--version"]], [["version"]]])("%j prints the version", async (words) => {
    const { exitCode, stdout } = await btfx(...words);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^btfx v\d+\.\d+\.\d+\n$/)]);
  });

  it("prints it as JSON too", async () => {
    const { stdout } = await btfx("-j", "version");
    expect(JSON.parse(stdout)).toEqual({ version: expect.stringMatching(/^\d+\./) });
  });

  it("says nothing but help without a command", async () => {
    const { exitCode, stdout, stderr } = await btfx();
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^Usage: btfx COMMAND/);
  });
});

describe("names and files that were meant otherwise", () => {
  const sample = (name: string): string =>
    fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));

  it.each([
    [["dump", "vmlinux-a", "-C", "lacth"], "there is no type 'lacth'", "did you mean latch?"],
    [["dump", "vmlinux-a", "-C", "latch,alram"], "there is no type 'alram'", "did you mean alarm?"],
    [
      ["dump", "vmlinux-a", "-C", "latch", "--kind", "union"],
      "there is no type of kind union 'latch'",
      "the name is that of a struct",
    ],
    ...[
      ["dump", "vmlinux-a", "-C", "latch", "-C", ""],
      ["diff", "vmlinux-a", "vmlinux-b", "--name", ""],
      ["distill", "pump.ko", "meter.ko", "-B", "vmlinux-a", "-n", "--prune", "--keep", ""],
    ].map((words): [string[], string, string] => [
      words,
      "a pattern for names is empty",
      "names are matched by globs, such as 'tcp_*'",
    ]),
    [["dump", "vmlinux-a", "--kind", "strcut"], "there is no kind strcut", "did you mean struct?"],
    [
      ["dump", "pump.ko", "-B", "vmlinux-a", "-C", "latch"],
      "there is no type 'latch'",
      "the name is that of a struct of the base",
    ],
    [
      ["layout", "lacth", "vmlinux-a"],
      "there is no struct, union, enum or typedef 'lacth'",
      "did you mean latch?",
    ],
    [
      ["layout", "int", "vmlinux-a"],
      "there is no struct, union, enum or typedef 'int'",
      "the name is that of an int",
    ],
    ...[["latch."], ["["], ["latch.owner", "latch..owner"], ["--assert", "latch.[0=8"]].map(
      (words): [string[], string, string] => [
        ["offsets", ...words, "vmlinux-a", "vmlinux-b"],
        `'${words.at(-1)?.replace("=8", "")}' is not the path of a member`,
        "write it as in C: type.member, type.array[1].member",
      ],
    ),
    [["offsets", "lacth.owner", "vmlinux-a"], "there is no struct or union 'lacth'", "did you mean latch?"],
    [["who", "lacth", "vmlinux-a"], "there is no type or enumerator 'lacth'", "did you mean latch?"],
    [
      ["diff", "vmlinux-a", "vmlinux-b", "--name", "lacth"],
      "there is no type 'lacth'",
      "did you mean latch?",
    ],
  ])("%j", async (words, message, hint) => {
    const given = words.map((word) => (/^vmlinux|\.ko$/.test(word) ? sample(word) : word));
    expect(await refusal(...given)).toEqual([message, hint]);
  });

  it("a member with a slip", async () => {
    const { exitCode, stderr } = await btfx("offsets", "latch.onwer", sample("vmlinux-a"));
    expect([exitCode, stderr]).toEqual([
      1,
      "btfx: latch.onwer: struct latch has no member 'onwer'; did you mean owner?\n",
    ]);
  });

  it("a vmlinux without its -B", async () => {
    const { exitCode, stderr } = await btfx("dump", sample("pump.ko"), sample("vmlinux-a"));
    expect(exitCode).toBe(4);
    expect(stderr).toContain(`did you mean -B ${sample("vmlinux-a")}?`);
  });

  it.each(["dump", "distill", "verify"])("%s with module and vmlinux swapped", async (command) => {
    const { exitCode, stderr } = await btfx(command, sample("vmlinux-a"), "-B", sample("pump.ko"));
    expect([exitCode, stderr]).toEqual([
      3,
      `btfx: ${sample("pump.ko")}: .BTF: this is the split BTF of a module, which cannot be a base [needs-base]\n      -B takes the vmlinux; are module and vmlinux swapped?\n`,
    ]);
  });

  it("a directory where a file is wanted", async () => {
    const { exitCode, stderr } = await btfx("dump", sample(""));
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/it is a directory\n {6}name a file in it; .* take directories\n$/);
  });
});
