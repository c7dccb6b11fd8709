import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { workDirectory } from "../support/cli.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const recipes = [
  ...readdirSync(join(root, "docs/recipes")).filter((name) => name !== "README.md"),
  "../../README.md",
];
const textOf = (recipe: string): string => readFileSync(join(root, "docs/recipes", recipe), "utf8");

/** The code blocks of a recipe that are in a language, without the indent of a list. */
function blocks(recipe: string, language: string): string[] {
  const found = textOf(recipe).matchAll(/^( *)```(\w+)\n([\s\S]*?)^ *```$/gm);
  return Array.from(found)
    .filter(([, , each]) => each === language)
    .map(([, indent, , code]) => code.replace(new RegExp(`^${indent}`, "gm"), ""));
}

/** A directory with the samples, under the names that recipes give them, and the built command as `btfx`. */
function bench(): { cwd: string; env: NodeJS.ProcessEnv } {
  const cwd = workDirectory();
  for (const name of ["vmlinux-a", "vmlinux-b", "meter.ko", "pump.ko"]) {
    copyFileSync(join(root, "samples", name), join(cwd, name));
  }
  copyFileSync(join(cwd, "vmlinux-a"), join(cwd, "vmlinux"));
  copyFileSync(join(cwd, "meter.ko"), join(cwd, "veth.ko"));
  mkdirSync(join(cwd, "node_modules"));
  symlinkSync(root, join(cwd, "node_modules/btfx"));
  mkdirSync(join(cwd, "bin"));
  symlinkSync(join(root, "bin/btfx.js"), join(cwd, "bin/btfx"));
  return { cwd, env: { ...process.env, PATH: `${join(cwd, "bin")}:${process.env.PATH}` } };
}

/** Of the samples' structs none has a hole, or would be smaller with another order of members. */
const PRINTS_NOTHING = [" -H 1 ", " -P "];

const END = "-- end of what this printed --";

/** Runs the commands of a session in one shell, and gives back the session with what they print now. */
function sessionOf(commands: readonly string[], at: ReturnType<typeof bench>): string[] {
  const script = commands.map((command) => `${command}\nstatus=$?\necho '${END}'\n(exit $status)`).join("\n");
  const { stdout } = spawnSync("sh", ["-c", `exec 2>&1\n${script}`], { ...at, encoding: "utf8" });
  return stdout.split(`${END}\n`).slice(0, -1);
}

/** Text as a pattern in which `…` stands for anything. */
function patternOf(text: string): RegExp {
  const parts = text.split(/…\n?/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*")}$`);
}

const isBuilt = existsSync(join(root, "dist/bundle/btfx.cjs")) && existsSync(join(root, "dist/esm/index.js"));

describe.skipIf(!isBuilt)(`recipes${isBuilt ? "" : " (left out: not built)"}`, () => {
  it.each(recipes.filter((recipe) => blocks(recipe, "console").length > 0))(
    "%s prints what it says",
    (recipe) => {
      const parts = blocks(recipe, "console").flatMap((block) => block.split(/^\$ /m).slice(1));
      const told = parts.map((part) => ({
        command: part.split("\n", 1)[0],
        printed: part.replace(/^.*\n/, ""),
      }));
      const printed = sessionOf(
        told.map(({ command }) => command),
        bench(),
      );
      expect(printed.length).toBe(told.length);
      for (const [i, each] of told.entries())
        expect(printed[i].trimEnd(), each.command).toMatch(patternOf(each.printed.trimEnd()));
    },
  );

  const [slurmArray] = blocks("many-machines.md", "sh").filter((each) => each.includes("#SBATCH"));
  const kubernetesJob = textOf("many-machines.md").match(/- \|\n((?: {14}.*\n)+)/)?.[1] ?? "";

  it.each([
    ["a Slurm array", slurmArray, (i: number) => `SLURM_ARRAY_TASK_ID=${i} SLURM_ARRAY_TASK_COUNT=4`],
    ["a Kubernetes Job", kubernetesJob, (i: number) => `JOB_COMPLETION_INDEX=${i - 1}`],
  ])("the shards of %s, joined by report, are one run", (_, script, environment) => {
    const at = bench();
    writeFileSync(join(at.cwd, "shard.sh"), script);
    const before = ["mkdir modules", "btfx distill -q meter.ko pump.ko -B vmlinux-a -o modules/"];
    const whole = "btfx verify modules/ -B vmlinux-a -B vmlinux-b -j; echo $?";
    const shards = [1, 2, 3, 4].map((i) => `${environment(i)} sh shard.sh`);
    const joined = "btfx report part-*.jsonl -j; echo $?";
    const printed = sessionOf([...before, whole, ...shards, joined], at);
    const result = printed[before.length];
    expect(result).toMatch(/\n1\n$/);
    expect(printed.filter((text) => text !== "")).toEqual([result, result]);
  });

  it("the library's lines print what they say", () => {
    const { cwd, env } = bench();
    sessionOf(["btfx distill pump.ko -B vmlinux-a"], { cwd, env });
    const [program] = blocks("library.md", "js");
    writeFileSync(join(cwd, "ten.mjs"), program);
    const { stdout, stderr } = spawnSync(process.execPath, ["ten.mjs"], { cwd, env, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toMatch(patternOf(blocks("library.md", "text")[0]));
    expect(program.split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(10);
  });

  const rows = textOf("from-bpftool-and-pahole.md").matchAll(/^\| `.*` \| `(btfx .*)` \|$/gm);
  const replacements = Array.from(rows, ([, command]) =>
    command.replaceAll("task_struct", "machine").replaceAll("task_", "mach").replaceAll("list_head", "chain"),
  );

  it("bpftool and pahole have many command lines that are replaced", () => {
    expect(replacements.length).toBeGreaterThan(20);
  });

  it.each(replacements)("%s does something", (command) => {
    const [printed, size] = sessionOf(
      [`${command} > out.txt || echo failed: $?`, "wc -c < out.txt"],
      bench(),
    );
    expect(printed).toBe("");
    if (!PRINTS_NOTHING.some((option) => command.includes(option))) expect(Number(size)).toBeGreaterThan(0);
  });
});
