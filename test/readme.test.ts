import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import type { BtfxCommand } from "../src/cli/definitions/command.ts";
import { describedProgram } from "../src/cli/program.ts";
import { CHANGE_CLASSES } from "../src/engine/diff/change.ts";
import { fakeTerminal } from "./support/cli.ts";

/** What the README says of the command line, against the definitions of the commands. `samples.test.ts` has its sample. */
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const commands = describedProgram(fakeTerminal(80)).commands as readonly BtfxCommand[];
const named = new Map(commands.map((command) => [command.name(), command]));

/** Command lines in the README's code, without what pipes and comments add. */
const lines = Array.from(readme.matchAll(/```sh\n([\s\S]*?)```|`(btfx [^`\n]+)`/g))
  .flatMap(([, block, inline]) => (block ?? inline).split("\n"))
  .flatMap((line) => line.replace(/(^|\s)#.*$/, "").split("|"))
  .map((line) => line.trim())
  .filter((line) => /^(npx )?btfx [a-z]/.test(line));

/** The first cells of the table under a heading of the README. */
function firstCells(tableHead: string): string[] {
  const from = readme.indexOf(tableHead);
  expect(from).toBeGreaterThan(0);
  const [table] = readme.slice(from).split("\n\n", 1);
  return Array.from(table.matchAll(/^\| `?([^|`]+?)`? +\|/gm), ([, cell]) => cell).slice(1);
}

test("the README has a row for each command", () => {
  const rows = Array.from(readme.matchAll(/^\| `btfx ([a-z]+)/gm), ([, name]) => name);
  const ofMany = ["stats", "report", "completion"];
  expect([...rows, ...ofMany].sort()).toEqual([...named.keys()].sort());
  for (const name of ofMany) expect(readme).toContain(`\`btfx ${name} `);
});

test("the README names the classes of changes", () => {
  expect(firstCells("| class | meaning |")).toEqual([...CHANGE_CLASSES]);
});

describe("command lines of the README", () => {
  it("are there", () => {
    expect(lines.length).toBeGreaterThan(40);
  });

  it.each(lines)("%s", (line) => {
    const words = line.replace(/^npx /, "").split(/\s+/);
    const at = words[1] === "btf" ? 2 : 1;
    if (["help", "gen"].includes(words[at])) return;
    const command = named.get(words[at]);
    expect(command, words[at]).toBeDefined();
    for (const word of words.slice(at + 1)) {
      const [flag] = word.replace(/[\][…]|\.\.\./g, "").split("=");
      if (!/^-\w|^--\w/.test(flag)) continue;
      expect(
        command?.options.some(({ short, long }) => flag === short || flag === long),
        `${flag} in ${line}`,
      ).toBe(true);
    }
  });
});
