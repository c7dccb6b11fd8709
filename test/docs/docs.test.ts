import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { madeDocuments } from "../../src/docs/docs.ts";
import { roffOf } from "../../src/docs/roff.ts";
import { hasTool } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = readdirSync(join(root, "man")).map((name) => `man/${name}`);

describe("documents made from the code", () => {
  const made = madeDocuments(textOf("CHANGELOG.md"));

  it.each([...made.keys()])("%s is what `npm run docs` makes", (path) => {
    expect(textOf(path)).toBe(made.get(path));
  });

  it("leave no page of a command that is no more", () => {
    expect(pages.filter((path) => !made.has(path))).toEqual([]);
  });
});

/** Names that an entry point of the library exports, types included. */
function exportsOf(file: string): string[] {
  const lists = textOf(file).matchAll(/^export (?:type )?\{([^}]+)\} from/gm);
  return Array.from(lists, ([, list]) => list.split(","))
    .flat()
    .map((each) =>
      each
        .trim()
        .replace(/^type /, "")
        .replace(/^.* as /, ""),
    )
    .filter((name) => name !== "" && name !== "KIND");
}

describe("the library's reference", () => {
  const headings = (page: string) => Array.from(textOf(page).matchAll(/^### (\w+)$/gm), ([, name]) => name);
  const known = headings("docs/api/btfx.md");

  it.each([
    ["src/index.ts", "docs/api/btfx.md"],
    ["src/node.ts", "docs/api/btfx-node.md"],
    ["src/wire.ts", "docs/api/btfx-wire.md"],
  ])("tells all that %s exports (else: `npm run docs`)", (file, page) => {
    const told = new Set([...known, ...headings(page)]);
    expect(exportsOf(file).length).toBeGreaterThan(5);
    expect(exportsOf(file).filter((name) => !told.has(name))).toEqual([]);
  });
});

describe("man pages", () => {
  it("are named in package.json, which is how npm installs them", () => {
    const { man } = JSON.parse(textOf("package.json"));
    expect(man.toSorted()).toEqual(pages.map((path) => `./${path}`).toSorted());
  });

  it("tell every option of a command, its exit codes and examples", () => {
    const page = textOf("man/btfx-distill.1");
    expect(page).toContain("\\fB\\-B, \\-\\-base\\-btf \\fR\\fIvmlinux\\fR\nthe vmlinux of the build");
    expect(page).toContain("\n\\fB70\\fR\na bug in btfx;");
    expect(page).toContain(
      "Writes out/veth.ko:\n.PP\n.RS 4\n.EX\nbtfx distill veth.ko \\-B vmlinux \\-o out/\n",
    );
  });

  it("escape what roff takes for its own", () => {
    const blocks = [{ text: ".BTF's \\n is ~5 %, \u201cso\u201d" }, { example: "'a' -b\n.c" }];
    const page = roffOf({
      name: "x-y",
      summary: "z",
      date: "2026-01-02",
      source: "x 1",
      sections: [{ title: "A", blocks }],
    });
    expect(page.split("\n").slice(1)).toEqual([
      ...[".nh", ".ad l", ".SH NAME", "x\\-y \\- z", ".SH A"],
      "\\&.BTF\\(aqs \\en is \\(ti5 %, \\[u201C]so\\[u201D]",
      ...[".PP", ".RS 4", ".EX", "\\(aqa\\(aq \\-b", "\\&.c", ".EE", ".RE", ""],
    ]);
  });

  const noMandoc = hasTool("mandoc") ? "" : " (left out: no mandoc)";
  it.skipIf(noMandoc !== "")(`have no fault that mandoc finds${noMandoc}`, () => {
    const { stdout } = spawnSync("mandoc", ["-T", "lint", ...pages], { cwd: root, encoding: "utf8" });
    expect(stdout).toBe("");
  });

  const noGroff = hasTool("groff") ? "" : " (left out: no groff)";
  it.skipIf(noGroff !== "")(`have none that groff warns of${noGroff}`, () => {
    const args = ["-ww", "-man", "-Tutf8", "-z", ...pages];
    const { stderr } = spawnSync("groff", args, { cwd: root, encoding: "utf8" });
    expect(stderr).toBe("");
  });
});
