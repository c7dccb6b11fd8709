import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isRefused, type Refused } from "../../../src/cli/batch/attempt-job.ts";
import { Interrupt } from "../../../src/cli/batch/interrupt.ts";
import { runInPool } from "../../../src/cli/batch/pool.ts";
import type { Work } from "../../../src/cli/jobs/jobs.ts";
import { main } from "../../../src/cli/main.ts";
import { fakeTerminal, workDirectory } from "../../support/cli.ts";
import { SPLIT, VMLINUX } from "../../support/driver.ts";

interface TestJob {
  readonly number: number;
  readonly dies?: boolean;
  readonly waits?: number;
}
const MORTAL: Work<object, TestJob, { number: number }> = {
  name: "mortal",
  // What this thread does of them, which works along.
  load: () =>
    Promise.resolve(() => async ({ number, waits = 1 }: TestJob) => {
      await new Promise((resolve) => setTimeout(resolve, waits));
      return { number };
    }),
};
const worker = new URL("../../support/mortal-worker.mjs", import.meta.url);

async function run(jobs: TestJob[], interrupt: Interrupt, script = worker) {
  const taken: ({ number: number } | Refused)[] = [];
  const end = await runInPool(
    {
      work: MORTAL,
      settings: {},
      bases: [],
      jobs,
      threads: 2,
      inputOf: ({ number }) => ({ path: `${number}.ko`, below: `${number}.ko`, found: true }),
      take: (result, i) => {
        expect(taken.length).toBe(i);
        taken.push(result);
      },
    },
    interrupt,
    script,
  );
  return { taken, end };
}

describe("a pool of threads", () => {
  it("gives results in the order of the jobs, whichever is done first", async () => {
    const interrupt = new Interrupt();
    const jobs = Array.from({ length: 100 }, (_, number) => ({ number, waits: number % 7 === 0 ? 20 : 0 }));
    const { taken, end } = await run(jobs, interrupt);
    interrupt.stop();
    expect(taken).toEqual(jobs.map(({ number }) => ({ number })));
    expect(end).toEqual({ done: 100, signal: undefined });
  });

  it("names the input whose thread died, and does the others", async () => {
    const interrupt = new Interrupt();
    // This thread waits long for the first, so that the other gets the deadly one.
    const jobs = Array.from({ length: 40 }, (_, number) => ({
      number,
      ...(number === 3 ? { dies: true } : { waits: number === 0 ? 1000 : 1 }),
    }));
    const { taken } = await run(jobs, interrupt);
    interrupt.stop();
    const refused = taken.filter((result) => isRefused(result));
    expect(refused.map(({ input, refusal }) => [input, refusal.code])).toEqual([["3.ko", "crashed"]]);
    expect(taken.length).toBe(40);
  });

  it("does all in this thread if no other comes up", async () => {
    const interrupt = new Interrupt();
    const jobs = Array.from({ length: 600 }, (_, number) => ({ number, waits: 0 }));
    const { end } = await run(jobs, interrupt, new URL("../../support/no-such-worker.mjs", import.meta.url));
    interrupt.stop();
    expect(end).toEqual({ done: 600, signal: undefined });
  });

  it("stops when a signal comes, without what is not done", async () => {
    const interrupt = new Interrupt();
    const jobs = Array.from({ length: 400 }, (_, number) => ({ number, waits: 10 }));
    setTimeout(() => process.kill(process.pid, "SIGINT"), 200);
    const begun = performance.now();
    const { taken, end } = await run(jobs, interrupt);
    interrupt.stop();
    expect(performance.now() - begun).toBeLessThan(1500);
    expect(end.signal).toBe("SIGINT");
    expect(taken.length).toBe(end.done);
    expect(end.done).toBeLessThan(400);
  });
});

const bin = fileURLToPath(new URL("../../../bin/btfx.js", import.meta.url));
const sample = (name: string) => fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));

/** A tree of raw modules, one of which is damaged, and their vmlinux. */
function tree(modules = 100): string {
  const directory = workDirectory();
  writeFileSync(join(directory, "vmlinux"), VMLINUX.bytes);
  for (let i = 0; i < modules; i++) {
    const at = join(directory, "in", `${i % 7}`);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, `m${i}.btf`), i === 23 ? SPLIT.bytes.subarray(0, 30) : SPLIT.bytes);
  }
  return directory;
}

const filesIn = (at: string) =>
  readdirSync(at, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1))
    .sort();

describe("btfx --jobs", () => {
  it.each([
    [3, ["distill", "in", "-B", "vmlinux", "-j", "-o", "OUT/"]],
    [3, ["distill", "in", "-B", "vmlinux", "-o", "OUT/"]],
    [1, ["verify", "in", "-B", "vmlinux", "-j"]],
    [1, ["verify", "in", "-B", "vmlinux", "-B", "vmlinux"]],
  ])(
    "prints and writes the same on two threads as on one: %i, %j",
    { timeout: 30_000 },
    (exitCode, words) => {
      // So many that threads are of use.
      const directory = tree(300);
      const [one, two] = ["1", "2"].map((jobs) => {
        const argv = [...words.map((word) => word.replace("OUT", `out${jobs}`)), "--jobs", jobs];
        const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], {
          cwd: directory,
          encoding: "utf8",
        });
        return { status, stdout: stdout.replaceAll(`out${jobs}/`, "out/"), stderr };
      });
      expect(two).toEqual(one);
      expect(one.status).toBe(exitCode);
      if (!words.includes("-o")) return;
      expect(filesIn(join(directory, "out2"))).toEqual(filesIn(join(directory, "out1")));
      expect(filesIn(join(directory, "out1"))).toHaveLength(299 * 2);
      for (const name of ["0/m0.BTF", "0/m0.BTF.base", "3/m297.BTF"]) {
        expect(readFileSync(join(directory, "out2", name))).toEqual(
          readFileSync(join(directory, "out1", name)),
        );
      }
    },
  );
});

describe("SIGINT in the middle of a tree", () => {
  it.each(["1", "2"])(
    "leaves whole files, says how far it came, and --resume finishes: --jobs %s",
    { timeout: 30_000 },
    async (jobs) => {
      const directory = tree(300);
      const argv = [bin, "distill", "in", "-B", "vmlinux", "-o", "out/", "--jobs", jobs];
      const child = spawn(process.execPath, argv, { cwd: directory });
      let stderr = "";
      child.stderr.on("data", (text) => {
        stderr += text;
      });
      child.stdout.once("data", () => child.kill("SIGINT"));
      const exitCode = await new Promise((resolve) => child.once("close", resolve));
      const left = filesIn(join(directory, "out"));
      expect(left.filter((name) => !/\.BTF(\.base)?$/.test(name))).toEqual([]);
      // On a fast machine all is done before the signal comes.
      if (exitCode !== 3) {
        expect(exitCode).toBe(130);
        expect(stderr).toMatch(
          /btfx: stopped by SIGINT after [\d]+ of 300 inputs; run it again with --resume/,
        );
      }
      const again = spawnSync(process.execPath, [...argv, "--resume"], { cwd: directory, encoding: "utf8" });
      expect(again.status).toBe(3);
      expect(again.stdout).toMatch(/299 of 300 modules distilled \(\d+ of them before\), 1 failed/);
      expect(filesIn(join(directory, "out"))).toHaveLength(299 * 2);
    },
  );

  it("does not blame a module for a program that the signal ended too", { timeout: 30_000 }, async () => {
    const directory = workDirectory();
    mkdirSync(join(directory, "bin"));
    writeFileSync(
      join(directory, "bin/xz"),
      `#!/bin/sh\n[ "$1" = --version ] && exit\ntouch begun\nexec sleep 20\n`,
      { mode: 0o755 },
    );
    const argv = [bin, "distill", sample("meter.ko"), "-B", sample("vmlinux-a"), "-o", "meter.ko.xz"];
    // A group of its own, which gets the signal as a whole, as from a terminal.
    const env = { ...process.env, PATH: `${directory}/bin:${process.env.PATH}` };
    const child = spawn(process.execPath, argv, { cwd: directory, detached: true, env });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    const waiting = setInterval(() => {
      if (!existsSync(join(directory, "begun"))) return;
      clearInterval(waiting);
      process.kill(-(child.pid ?? 0), "SIGINT");
    }, 20);
    const exitCode = await new Promise((resolve) => child.once("close", resolve));
    expect([exitCode, stderr]).toEqual([
      130,
      "btfx: stopped by SIGINT after 0 of 1 inputs; run it again with --resume for the rest\n",
    ]);
  });

  it.each(["verify", "distill", "stats"])("has the page of %s say that results are missing", async (name) => {
    const directory = tree(3);
    const page = join(directory, "page.html");
    const write = (line: string | Uint8Array): void => {
      if (`${line}`.includes('"number":0')) process.emit("SIGINT", "SIGINT");
    };
    const host = { ...fakeTerminal(80, false), stdout: { isTerminal: false, write } };
    const argv = [name, join(directory, "in"), "-B", join(directory, "vmlinux"), "--jsonl", "--html", page];
    expect(await main(name === "distill" ? [...argv, "-n"] : argv, host)).toBe(130);
    expect(readFileSync(page, "utf8")).toContain("This is not all: 2 results are missing.");
  });

  it("does again what is older than its input", () => {
    const directory = tree();
    const argv = [bin, "distill", "in", "-B", "vmlinux", "-o", "out/", "--resume"];
    spawnSync(process.execPath, argv, { cwd: directory });
    const past = new Date(1e12);
    utimesSync(join(directory, "out/0/m0.BTF"), past, past);
    const again = spawnSync(process.execPath, argv, { cwd: directory, encoding: "utf8" });
    expect(again.stdout).toMatch(/99 of 100 modules distilled \(98 of them before\), 1 failed/);
  });
});

describe("btfx report", () => {
  it.each([
    [["verify", "in", "-B", "vmlinux", "-B", "vmlinux"]],
    [["distill", "in", "-B", "vmlinux", "-n"]],
    [["stats", "in", "-B", "vmlinux"]],
  ])("joins shards to what one run prints: %j", { timeout: 30_000 }, (words) => {
    const cwd = tree();
    const btfx = (...argv: string[]) =>
      spawnSync(process.execPath, [bin, ...argv, ...(argv[0] === "report" ? [] : ["--jobs", "1"])], {
        ...{ cwd, encoding: "utf8" as const },
      });
    const whole = btfx(...words, "-j");
    const files = [1, 2].map((i) => {
      const shard = btfx(...words, "--jsonl", "--shard", `${i}/2`);
      writeFileSync(join(cwd, `${i}.jsonl`), shard.stdout);
      return `${i}.jsonl`;
    });
    const joined = btfx("report", ...files.reverse(), "-j");
    expect(joined.stdout).toBe(whole.stdout);
    expect(joined.status).toBe(whole.status);
    const part = btfx("report", "1.jsonl");
    expect(part.status).toBe(3);
    expect(part.stderr).toMatch(
      /btfx: \d+ of 100 results are in none of these files \[bad-results\]\n {6}add the results of --shard 2\/2\n$/,
    );
    expect(JSON.parse(btfx("report", "1.jsonl", "-j").stdout)).toMatchObject({
      summary: { interrupted: true },
    });
    writeFileSync(join(cwd, "cut.jsonl"), readFileSync(join(cwd, "1.jsonl")).subarray(0, -20));
    expect(btfx("report", "cut.jsonl")).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/it may be cut off/),
    });
  });
});
