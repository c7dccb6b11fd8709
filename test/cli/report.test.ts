import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { btf } from "../support/btf.ts";
import { btfx, workDirectory } from "../support/cli.ts";

let directory = "";
beforeEach(() => {
  directory = workDirectory();
});
const KERNEL = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
const MODULE = btf.split(KERNEL)`[2] PTR '(anon)' type_id=1`;

function file(name: string, content: Uint8Array | string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

/** The lines of a real run. */
async function linesOf(command: "verify" | "stats" | "distill"): Promise<Record<string, unknown>[]> {
  const { stdout } = await btfx(
    ...[command, file("m.btf", MODULE.bytes), join(directory, "gone"), "--jsonl"],
    ...["-B", file("vmlinux", KERNEL.bytes), ...(command === "distill" ? ["--dry-run"] : [])],
  );
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** What report says of some lines; each is JSON, or a value. */
async function report(lines: readonly unknown[], ...options: string[]) {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  return await btfx("report", file("results.jsonl", text), ...options);
}

describe("report", () => {
  it("takes what was printed", async () => {
    for (const command of ["verify", "stats"] as const) {
      const { exitCode, stderr } = await report(await linesOf(command));
      expect([exitCode, stderr]).toEqual([4, expect.not.stringContaining("bad-results")]);
    }
  });

  it.each<[string, "verify" | "stats", number, object, string]>([
    ["another command", "verify", 0, { run: { command: "dump", inputs: 2 } }, "'command' of line 1"],
    ["a run without inputs", "verify", 0, { run: { command: "verify" } }, "'inputs' of line 1"],
    ["a number that is none", "stats", 1, { number: 1e308 }, "line 2"],
    ["findings that are none", "verify", 1, { findings: [null] }, "'findings.0' of line 2"],
    ["a size that is not whole", "stats", 1, { btfBytes: 0.5 }, "'btfBytes' of line 2"],
    ["a count that is an object", "stats", 1, { kinds: { PTR: {} } }, "'kinds.PTR' of line 2"],
    ["kinds that are text for a terminal", "stats", 1, { kinds: "\x1b[31m\x07" }, "'kinds' of line 2"],
    ["a form that is not known", "verify", 1, { form: { toString: 1 } }, "'form' of line 2"],
    [
      "a failure of an unknown code",
      "stats",
      2,
      { failure: { code: "?", message: "" } },
      "'failure.code' of line 3",
    ],
    ["a field that is not known", "stats", 1, { "x\x1b": 1 }, "'x\\u001b' of line 2"],
  ])("refuses %s", async (_, command, index, change, says) => {
    const lines = await linesOf(command);
    const changed = lines.map((line, i) => (i === index ? { ...line, ...change } : line));
    for (const options of [[], ["-j"], ["--html", join(directory, "page.html")]]) {
      const { exitCode, stdout, stderr } = await report(changed, ...options);
      expect(exitCode).toBe(3);
      expect(stderr).toContain(`: ${says} is not what this version of btfx prints [bad-results]`);
      expect(stdout).not.toContain(`"results":`);
    }
  });

  it.each<[string, readonly (string | undefined)[], string]>([
    ["of another shard", ["2/3"], "add the results of --shard 1/3, 3/3"],
    ["of many shards", ["8/9"], "add the results of --shard 1/9, 2/9, 3/9, 4/9, …"],
    ["of a shard that was stopped", ["1/2", "2/2"], "run again what was stopped before its end"],
    ["of a run that was stopped", [undefined], "run again what was stopped before its end"],
    ["of shards of different splits", ["1/2", "1/3"], "run again what was stopped before its end"],
    ["of more shards than anybody has", ["1/999999999999"], "run again what was stopped before its end"],
  ])("prints what there is and exits with 3 if results are missing: %s", async (_, shards, hint) => {
    const [{ run }, result] = await linesOf("verify");
    const lines = [...shards.map((shard) => ({ run: { ...(run as object), shard } })), result];
    expect(await report(lines, "-q")).toEqual({
      exitCode: 3,
      stdout: "",
      stderr: `btfx: 1 of 2 results are in none of these files [bad-results]\n      ${hint}\n`,
    });
    const { exitCode, stdout } = await report(lines, "-j");
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ results: [{}], summary: { inputs: 1, interrupted: true } });
  });

  it.each(["verify", "distill", "stats"] as const)(
    "says on the page of %s that results are missing",
    async (command) => {
      const lines = await linesOf(command);
      const page = join(directory, "page.html");
      const pageOf = async (some: typeof lines) => {
        await report(some, "--html", page, "-q");
        return readFileSync(page, "utf8");
      };
      expect(await pageOf(lines)).not.toContain("This is not all");
      const results = lines.filter((line) => "number" in line);
      const without = lines.filter((line) => line !== results[0]);
      expect(await pageOf(without)).toContain('<p class="bad">This is not all: 1 result is missing.</p>');
    },
  );

  it("says of stats what could not be measured, as stats does", async () => {
    const inputs = [file("m.btf", MODULE.bytes), join(directory, "gone"), file("text", "x")];
    const argv = ["stats", ...inputs, "-B", file("vmlinux", KERNEL.bytes)];
    const whole = await btfx(...argv);
    expect(whole.stderr).toContain("gone: ");
    expect(await report([(await btfx(...argv, "--jsonl")).stdout])).toEqual(whole);
  });

  it("counts modules that were done by the run, and those that --resume found done", async () => {
    const inputs = ["m.btf", "n.btf"].map((name) => file(name, MODULE.bytes));
    const argv = ["distill", ...inputs, "-B", file("vmlinux", KERNEL.bytes), "--jsonl"];
    const out = `${directory}/out/`;
    const joined = async (...more: string[]) =>
      await report([(await btfx(...argv, "-o", out, ...more)).stdout]);
    expect(await joined()).toEqual({ exitCode: 0, stdout: "2 of 2 modules distilled\n", stderr: "" });
    const again = await joined("--resume");
    expect(again.stdout).toBe("2 of 2 modules distilled (2 of them before)\n");
  });

  it.each([2, -1])("refuses a result of number %d in a run of two", async (number) => {
    const [run, first, second] = await linesOf("verify");
    const { exitCode, stderr } = await report([run, { ...first, number }, second]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`line 2 has result ${number} of a run of 2 results [bad-results]`);
  });

  it("exits with the code of an input if that is higher", async () => {
    const [run, , unreadable] = await linesOf("verify");
    expect(await report([run, unreadable])).toMatchObject({ exitCode: 4 });
  });

  it("knows how many results a module has that was tried on several kernels", async () => {
    const kernels = ["a", "b"].flatMap((name) => ["-B", file(name, KERNEL.bytes)]);
    const inputs = ["m.btf", "n.btf"].map((name) => file(name, MODULE.bytes));
    const { stdout } = await btfx("relocate", "-n", ...inputs, ...kernels, "--jsonl");
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(5);
    expect((await report(lines)).stderr).not.toContain("none of these files");
    const { exitCode, stderr } = await report(lines.slice(0, 3));
    expect([exitCode, stderr]).toEqual([
      3,
      expect.stringContaining("2 of 4 results are in none of these files"),
    ]);
  });

  it("refuses a value that is nested a million times", async () => {
    const [run, result] = await linesOf("stats");
    const deep = JSON.stringify(result).replace(/}$/, `,"x":${"[".repeat(1e6)}${"]".repeat(1e6)}}`);
    const { exitCode, stderr } = await report([run, deep], "-j");
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("'x' of line 2")]);
  });
});
