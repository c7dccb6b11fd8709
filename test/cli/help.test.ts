import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import type { BtfxCommand } from "../../src/cli/definitions/command.ts";
import { EXIT_CODES } from "../../src/cli/exit.ts";
import { describedProgram } from "../../src/cli/program.ts";
import { btfxOn, fakeTerminal } from "../support/cli.ts";

const commands = describedProgram(fakeTerminal(80)).commands as readonly BtfxCommand[];
const names = commands.map((command) => command.name());

/** The help of a command on a terminal so wide. */
async function helpOf(name: string, columns: number): Promise<string> {
  return (await btfxOn(fakeTerminal(columns), "help", name)).stdout;
}

/** The parts of a help text by their headings. */
function partsOf(help: string): Map<string, string[]> {
  const parts = help.split(/\n\n(?=[A-Z][\w ]*:\n)/).slice(1);
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf(":")), part.trimEnd().split("\n").slice(1)]),
  );
}

describe.each(names)("help of %s", (name) => {
  const command = commands.find((each) => each.name() === name)!;

  it.each([60, 80, 120, 200])("keeps to %d columns, but for lines to copy", async (columns) => {
    const help = await helpOf(name, columns);
    const copied = new Set(command.examples.map(({ line }) => `  ${line}`));
    for (const line of help.split("\n")) {
      if (!copied.has(line) && !line.startsWith("Usage:")) {
        expect(line.length, line).toBeLessThanOrEqual(Math.min(columns, 120));
      }
    }
  });

  it("has a line for each option at 80 columns", async () => {
    const parts = partsOf(await helpOf(name, 80));
    const lines = [...parts]
      .filter(([title]) => !/Arguments|Examples/.test(title))
      .flatMap(([, each]) => each);
    expect(lines.filter((line) => !line.startsWith("  -"))).toEqual([]);
  });

  it("breaks the description only where a line is full", async () => {
    const [, description] = (await helpOf(name, 80)).split("\n\n");
    const lines = description.split("\n");
    for (let i = 0; i + 1 < lines.length; i++) {
      const [word] = lines[i + 1].split(" ");
      expect(`${lines[i]} ${word}`.length).toBeGreaterThan(80);
    }
  });

  it("has examples, each of which it understands", () => {
    expect(command.examples.length).toBeGreaterThan(1);
    for (const { line } of command.examples) {
      const [, own] = /(?:^|\()(btfx[^|>)]*)/.exec(line)!;
      const words = own.trim().split(" ");
      for (const option of words.slice(2).filter((word) => word.startsWith("-") && word !== "-")) {
        const known = commands.find((each) => each.name() === words[1])!.options;
        expect(
          known.some(({ short, long }) => option === short || option === long),
          line,
        ).toBe(true);
      }
    }
  });

  it("names all values that an option takes", () => {
    const told = `${command.description()} ${command.options.map(({ description }) => description).join(" ")}`;
    for (const { argChoices = [] } of command.options)
      for (const value of argChoices) expect(told).toContain(value);
  });
});

test("the summary of each command is a line at 80 columns", async () => {
  const { stdout } = await btfxOn(fakeTerminal(80), "--help");
  for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S.*\\n(  \\w|\\n)`, "m"));
});

test("the README has the exit codes of the help", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8").replaceAll("`", "");
  for (const { codes, meaning } of EXIT_CODES) {
    expect(readme).toContain(`\n| ${codes.join(", ")} | ${meaning} |\n`);
  }
});
