import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = readFileSync(join(root, "docs/architecture.md"), "utf8");

/** Folders that a name may count from: the checkout, `src`, and each folder in `src` that has rooms of its own. */
const STARTS = [
  root,
  join(root, "src"),
  ...["wasm", "wasm/assembly", "engine", "dump", "engine/core"].map((each) => join(root, "src", each)),
];

/**
 * Names of files and folders in code quotes: those with a slash that are no package, no path in a system and no import.
 */
const named = Array.from(text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)\/?`/g), ([, name]) => name).filter(
  (name) => !["btfx/wire", "btfx/node"].includes(name),
);

it("names many files", () => {
  expect(named.length).toBeGreaterThan(100);
});

it.each([...new Set(named)])("%s, which the architecture names, is there", (name) => {
  const paths = STARTS.flatMap((start) => ["", ".ts"].map((ending) => join(start, name + ending)));
  // `npm run build` makes dist; this test may run before it.
  expect(name.startsWith("dist/") || paths.some((path) => existsSync(path))).toBe(true);
});

it("has a row for each folder of src", () => {
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((each) =>
    each.isDirectory(),
  );
  expect(folders.filter(({ name }) => !text.includes(`\`src/${name}`)).map(({ name }) => name)).toEqual([]);
});
