import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import type { BtfxCommand } from "../src/cli/definitions/command.ts";
import { describedProgram } from "../src/cli/program.ts";
import { CHANGE_CLASSES } from "../src/engine/diff/change.ts";
import { fakeTerminal } from "./support/cli.ts";

/** What the README and docs/commands.md say of the command line, against the definitions of the commands. */
const textOf = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const readme = textOf("README.md");
const manual = textOf("docs/commands.md");
const commands = describedProgram(fakeTerminal(80)).commands as readonly BtfxCommand[];
const named = new Map(commands.map((command) => [command.name(), command]));

/** Command lines in the code of both, without what pipes and comments add. */
const lines = Array.from(`${readme}\n${manual}`.matchAll(/```sh\n([\s\S]*?)```|`(btfx [^`\n]+)`/g))
  .flatMap(([, block, inline]) => (block ?? inline).split("\n"))
  .flatMap((line) => line.replace(/(^|\s)#.*$/, "").split("|"))
  .map((line) => line.trim())
  .filter((line) => /^(npx )?btfx [a-z]/.test(line));

/** The first cells of the table under a heading of the manual. */
function firstCells(tableHead: string): string[] {
  const from = manual.indexOf(tableHead);
  expect(from).toBeGreaterThan(0);
  const [table] = manual.slice(from).split("\n\n", 1);
  return Array.from(table.matchAll(/^\| `?([^|`]+?)`? +\|/gm), ([, cell]) => cell).slice(1);
}

test("the README has a row for each command", () => {
  const rows = Array.from(readme.matchAll(/^\| `btfx ([a-z]+)/gm), ([, name]) => name);
  expect([...rows, "completion"].sort()).toEqual([...named.keys()].sort());
  expect(readme).toContain("btfx completion ");
});

test("the manual names the classes of changes", () => {
  expect(firstCells("| class | meaning |")).toEqual([...CHANGE_CLASSES]);
});

/** The documents that come with the package, and those that only a checkout has. */
const documents = [
  ...["README.md", "CHANGELOG.md", "contrib/README.md", "samples/README.md"],
  ...["docs", "docs/recipes"].flatMap((folder) =>
    readdirSync(new URL(`../${folder}`, import.meta.url))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

test.each(documents)("%s links to what there is", (name) => {
  for (const [, link] of textOf(name).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link)) continue;
    const [path, anchor] = link.split("#");
    const target = new URL(path === "" ? `../${name}` : path, new URL(`../${name}`, import.meta.url));
    expect(existsSync(target), link).toBe(true);
    if (anchor === undefined) continue;
    const headings = readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm);
    const anchors = Array.from(headings, ([, heading]) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    );
    expect(anchors, link).toContain(anchor);
  }
});

describe("command lines of README and manual", () => {
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
