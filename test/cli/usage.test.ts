import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { btfx } from "../support/cli.ts";

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
      ["dump", "--jsno", "x"],
      "unknown option '--jsno'",
      "did you mean --json? 'btfx help dump' has all options",
    ],
    [["distill"], "missing required argument 'module'", "'btfx help distill' has all options"],
  ])("of %j", async (words, message, hint) => {
    expect(await refusal(...words)).toEqual([message, hint]);
  });
});

describe("pahole's options", () => {
  it.each([
    [["dump", "-s", "x"], "pahole's -s is 'btfx layout -s' here"],
    [
      ["dump", "--reorganize", "x"],
      "pahole's --reorganize is 'btfx layout -P' here: it says how much smaller",
    ],
    [
      ["verify", "--lang_exclude=rust", "x"],
      "pahole's --lang_exclude is not needed here: pahole chooses languages where it makes BTF",
    ],
    [
      ["layout", "-J", "x"],
      "pahole's -J is not needed here: pahole makes BTF from DWARF, which btfx does not read",
    ],
    [["-C", "task_struct", "vmlinux"], "pahole's -C is 'btfx layout NAME FILE' here"],
    [
      ["dump", "-F", "btf", "x"],
      "pahole's -F is not needed here: btfx reads BTF, and finds by itself where it lies",
    ],
  ])("%j", async (words, hint) => {
    expect((await refusal(...words))[1]).toBe(hint);
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
      `'${word}' asks the running kernel, which btfx does not: it reads files`,
      `'bpftool ${word}' does that`,
    ]);
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
  const sample = (name: string): string => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

  it.each([
    [["dump", "vmlinux-a", "-C", "lacth"], "there is no type 'lacth'", "did you mean latch?"],
    [["dump", "vmlinux-a", "-C", "latch,alram"], "there is no type 'alram'", "did you mean alarm?"],
    [
      ["dump", "vmlinux-a", "-C", "latch", "--kind", "union"],
      "there is no type of kind union 'latch'",
      "the name is that of a struct",
    ],
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
