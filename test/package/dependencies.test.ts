import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/shared.mjs";

const text = (name: string) => readFileSync(join(root, name), "utf8");
const { dependencies, devDependencies } = JSON.parse(text("package.json")) as Record<
  string,
  Record<string, string>
>;

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}
const locked = JSON.parse(text("package-lock.json")).packages as Record<string, Locked>;
const installed = Object.entries(locked).filter(([path, { dev }]) => path !== "" && dev !== true);

/** Rows of the table: name, version, day, licence, where it goes. */
const rows = text("docs/dependencies.md")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| Package") && !line.startsWith("| ---"))
  .map((line) => line.slice(2, -2).split(" | "));

/** Packages whose code is in what is shipped, as the build lists them with their licences. */
const bundled = new Set(
  Array.from(text("dist/bundle/LICENSES.txt").matchAll(/^(\S+) (\d+\.\d+\.\d+\S*), /gm), ([, name]) => name),
);

describe("docs/dependencies.md", () => {
  it("names every dependency with its version and licence, and no other", () => {
    const there = Object.entries({ ...dependencies, ...devDependencies }).map(([name, version]) => [
      name,
      version,
      locked[`node_modules/${name}`].license,
    ]);
    const named = rows.map(([name, version, , license]) => [name, version, license]);
    expect(named).toEqual(there.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
  });

  it("says where each goes", () => {
    const place = (name: string) =>
      name in dependencies ? "installed" : bundled.has(name) ? "bundled" : "development";
    expect(rows.map(([name, , , , goes]) => [name, goes])).toEqual(rows.map(([name]) => [name, place(name)]));
  });

  it("dates each", () => {
    expect(rows.filter(([, , day]) => !/^20\d\d-\d\d-\d\d$/.test(day))).toEqual([]);
  });

  it("names what they bring along", () => {
    const own = new Set(Object.keys(dependencies).map((name) => `node_modules/${name}`));
    const brought = installed.filter(([path]) => !own.has(path));
    for (const [path, { version }] of brought) {
      expect(text("docs/dependencies.md")).toContain(`\`${path.split("/").at(-1)}\` ${version}`);
    }
  });
});

describe("what a user installs", () => {
  it("runs no script when it is installed", () => {
    expect(installed.length).toBeGreaterThan(0);
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
    const { scripts } = JSON.parse(text("package.json"));
    expect(["preinstall", "install", "postinstall", "prepare"].filter((name) => name in scripts)).toEqual([]);
  });

  it("is pinned exactly", () => {
    const versions = Object.values({ ...dependencies, ...devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
