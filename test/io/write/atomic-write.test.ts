import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeOutputs } from "../../../src/io/write/atomic-write.ts";
import { workDirectory } from "../../support/cli.ts";

const bytes = new TextEncoder().encode("new");

it("clears what a killed run left, and nothing of one that is running", () => {
  const directory = workDirectory();
  const dead = spawnSync("true").pid;
  const names = [
    `.btfx-${dead}-abc.tmp`,
    `.btfx-${process.pid}-abc.tmp`,
    `.btfx-${dead}-young.tmp`,
    ".btfx-note",
  ];
  for (const name of names) writeFileSync(join(directory, name), "");
  const old = new Date(Date.now() - 60_000);
  for (const name of names.slice(0, 2)) utimesSync(join(directory, name), old, old);
  writeOutputs([{ path: join(directory, "out"), bytes }], false);
  expect(readdirSync(directory).sort()).toEqual([...names.slice(1), "out"].sort());
});

it("replaces no file that another process makes between the look and the name", () => {
  const directory = workDirectory();
  const path = join(directory, "out");
  // The second file lies where the first one was looked for, as two runs with one -o do it.
  expect(() =>
    writeOutputs(
      [
        { path, bytes },
        { path, bytes: new TextEncoder().encode("other") },
      ],
      false,
    ),
  ).toThrow(
    expect.objectContaining({ code: "exists", message: expect.stringMatching(/^it exists already/) }),
  );
  expect(readdirSync(directory)).toEqual([]);
});

const setfattr = (path: string) =>
  spawnSync("setfattr", ["-n", "user.note", "-v", "kept", path]).status === 0;

it("keeps extended attributes and the mode of a file that it replaces", (context) => {
  const path = join(workDirectory(), "module.ko");
  writeFileSync(path, "old", { mode: 0o640 });
  if (!setfattr(path)) return context.skip("no setfattr here, or no attributes on this file system");
  writeOutputs([{ path, bytes }], true);
  expect(readFileSync(path, "utf8")).toBe("new");
  const { stdout } = spawnSync("getfattr", ["--only-values", "-n", "user.note", path], { encoding: "utf8" });
  expect(stdout).toBe("kept");
  expect(existsSync(path)).toBe(true);
});
