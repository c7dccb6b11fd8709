import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { workDirectory } from "../support/cli.ts";

const root = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
/** Runs the built command line in a Node that lacks the function, as 20.0 to 20.15 and 22.0 to 22.2 do. */
function run(cwd: string, argv: readonly string[], input?: Uint8Array) {
  const without = join(cwd, "without.cjs");
  writeFileSync(without, "process.getBuiltinModule = undefined;\n");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--require", without, root("bin/btfx.js"), ...argv],
    { cwd, encoding: "utf8", ...(input && { input }) },
  );
  return { status, stdout, stderr };
}

describe("a Node without process.getBuiltinModule", () => {
  it("reads standard input", () => {
    const { status, stdout, stderr } = run(
      workDirectory(),
      ["dump", "-"],
      readFileSync(root("samples/vmlinux-a")),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("[1] ");
  });

  it("replaces files, and writes and reads compressed modules", () => {
    const dir = workDirectory();
    const module = join(dir, "meter.ko");
    copyFileSync(root("samples/meter.ko"), module);
    const base = ["-q", "-f", "-B", root("samples/vmlinux-a")];
    for (const argv of [
      ["distill", ...base, module, "-o", "one.ko.gz"],
      ["distill", ...base, module, "-o", "one.ko.zst"],
      ["distill", ...base, "--in-place", module],
      ["relocate", ...base, "one.ko.gz", "-o", "two.ko"],
      ["relocate", ...base, "one.ko.zst", "-o", "two.ko"],
    ]) {
      expect({ argv, ...run(dir, argv) }).toEqual({ argv, status: 0, stdout: "", stderr: "" });
    }
  });
});
