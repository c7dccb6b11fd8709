import { spawnSync } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { completerOfArgument, completerOfValue } from "../../src/cli/completion/candidates.ts";
import { describedProgram } from "../../src/cli/program.ts";
import { btfx, workDirectory } from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";
import { hasTool } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vmlinux = join(root, "samples/vmlinux-a");

/** What a script is told when it asks with the cursor in `words[index]`. */
async function answer(words: readonly string[], index: number): Promise<{ files: boolean; words: string[] }> {
  const { stdout } = await btfx("completion", "bash", "--", String(index), ...words);
  const [files, ...lines] = stdout.trimEnd().split("\n");
  return { files: files === "files", words: lines.map((line) => line.split("\t")[0]) };
}

describe("completion", () => {
  it("knows what completes each option and argument of each command", () => {
    const silent = { isTerminal: false, write() {} };
    const { commands } = describedProgram({ stdout: silent, stderr: silent, env: {} });
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands) {
      for (const option of command.options) if (option.required) completerOfValue(option);
      for (const argument of command.registeredArguments) completerOfArgument(command, argument);
    }
  });

  it.each([
    ["ver", ["verify"]],
    ["help rel", ["relocate"]],
    ["help errors bad-mag", ["bad-magic"]],
    ["-j -B VMLINUX btf dump --form", ["--format"]],
    ["btf dump --uns", ["--unsorted"]],
    ["gen min_core_btf --outp", ["--output"]],
    ["verify -B x --ht", ["--html"]],
    ["dump --format ", ["raw", "c", "json"]],
    ["dump --format=j", ["json"]],
    ["dump --color=al", ["always"]],
    ["dump --color x format ", ["raw", "c", "json"]],
    ["dump x format ", ["raw", "c", "json"]],
    ["dump --kind struct,un", ["struct,union"]],
    ["diff --fail-on re", ["relocation"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["verify -k 6.1", ["6.1", "6.12", "6.18"]],
    ["dump VMLINUX -C pow", ["power_state"]],
    ["dump VMLINUX -C machine_ops,lat", ["machine_ops,latch"]],
    ["dump -B VMLINUX -C pow", ["power_state"]],
    ["dump 'VMLINUX' --name=pow", ["power_state"]],
    ["who POWER_O VMLINUX", ["POWER_OFF", "POWER_ON"]],
    ["layout u VMLINUX", ["u8", "u32", "u64"]],
    ["offsets machine.l VMLINUX", ["machine.link", "machine.level", "machine.latch", "machine.locked"]],
    ["offsets machine.se VMLINUX", ["machine.serial"]],
    ["offsets machine.latch.o VMLINUX", ["machine.latch.owner"]],
    ["offsets machine.ops.s VMLINUX", []],
    ["dump VMLINUX -- --for", []],
  ])("%s", async (line, expected) => {
    const words = line.replaceAll("VMLINUX", vmlinux).split(" ");
    const atEnd = line.endsWith("VMLINUX") ? words.length - 2 : words.length - 1;
    const { words: found } = await answer(words, atEnd);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it.each([
    ["distill ", true],
    ["distill -B ", true],
    ["distill x.ko -o ", true],
    ["layout sk_buff ", true],
    ["layout /lib/", true],
    ["dump ", true],
    ["dump x root_id ", false],
    ["verify -k ", false],
    ["", false],
  ])("asks the shell for files: %s %s", async (line, expected) => {
    const words = line.split(" ");
    expect((await answer(words, words.length - 1)).files).toBe(expected);
  });

  it("offers no name that is not one word to every shell, and reads no pipe", async () => {
    const { stdout } = await btfx("completion", "fish", "--", "1", "layout", "", vmlinux);
    expect(stdout).not.toContain("unsigned char");
    expect((await answer(["layout", "", "/dev/zero", "-B", "/dev/zero"], 1)).words).toEqual([]);
  });
});

/** A directory with the built command as `btfx`, and a file whose name has a space. */
function shellDirectory(): { cwd: string; path: string } {
  const cwd = workDirectory();
  symlinkSync(join(root, "bin/btfx.js"), join(cwd, "btfx"));
  symlinkSync(vmlinux, join(cwd, "vmlinux-a"));
  writeFileSync(join(cwd, "two words.ko"), "");
  return { cwd, path: cwd };
}

/** What is typed, and what the line holds once the Tab key was pressed. */
const TYPED: readonly (readonly [typed: string, shown: string])[] = [
  ["btfx rel", "btfx relocate "],
  ["btfx dump --no-kf", "btfx dump --no-kfuncs "],
  ["btfx dump --kind=stru", "btfx dump --kind=struct "],
  ["btfx dump vmlinux-a -C pow", "btfx dump vmlinux-a -C power_state "],
  ["btfx offsets -B vmlinux-a machine.ser", "btfx offsets -B vmlinux-a machine.serial "],
  ["btfx layout vml", "btfx layout vmlinux-a "],
  ["btfx verify two", "btfx verify two\\ words.ko "],
];

const isBuilt = existsSync(join(root, "dist/bundle/btfx.cjs"));

/** Heading that says why a shell is left out. */
function inShell(name: string): string {
  if (!isBuilt) return `completion in ${name} (left out: not built)`;
  return hasTool(name) && hasTool("script")
    ? `completion in ${name}`
    : `completion in ${name} (left out: no ${name})`;
}

const cannot = (name: string) => !isBuilt || !hasTool(name) || !hasTool("script");

describe.each([
  { name: "bash", command: "bash --norc --noprofile -i", setup: ["source <(btfx completion bash)"] },
  {
    name: "zsh",
    command: "zsh -f -i",
    setup: ["autoload -U compinit; compinit -u -D", "source <(btfx completion zsh)"],
  },
])("$name", ({ name, command, setup }) => {
  let terminal: Terminal | undefined;
  afterEach(() => terminal?.close());

  it.skipIf(cannot(name))(inShell(name), async () => {
    const shell = new Terminal(command, shellDirectory());
    terminal = shell;
    await shell.shows("READY> ");
    for (const line of [...setup, "echo set-up-is-'done'"]) shell.type(`${line}\n`);
    await shell.shows("set-up-is-done");
    for (const [typed, shown] of TYPED) {
      shell.type(`${typed}\t`);
      await shell.shows(shown);
      shell.type("\u0015");
    }
  });
});

it.skipIf(cannot("fish"))(inShell("fish"), () => {
  const { cwd, path } = shellDirectory();
  const env = { ...process.env, HOME: cwd, PATH: `${path}:${process.env.PATH}` };
  const asks = TYPED.map(([typed]) => `complete -C ${JSON.stringify(typed)}; echo ==`);
  const script = ["source (btfx completion fish | psub)", ...asks].join("\n");
  const { stdout } = spawnSync("fish", ["--no-config", "-c", script], { cwd, env, encoding: "utf8" });
  const words = stdout.split("==\n").map((lines) => lines.split("\t")[0].trimEnd());
  // fish tells the word without the quotes that it will write.
  const expected = TYPED.map(([typed, shown]) => {
    const before = typed.slice(0, typed.lastIndexOf(" ") + 1);
    return shown.slice(before.length).trimEnd().replace("\\", "");
  });
  expect(words).toEqual([...expected, ""]);
});
