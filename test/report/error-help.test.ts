import { describe, expect, it, test } from "vitest";
import { ERROR_CODES } from "../../src/errors.ts";
import { EXPLAINED_CODES, explainError } from "../../src/report/error-help.ts";
import { btfx, btfxOn } from "../support/cli.ts";

test("every error code can be explained, in whole sentences", () => {
  expect(EXPLAINED_CODES).toEqual(expect.arrayContaining(Object.keys(ERROR_CODES)));
  for (const code of EXPLAINED_CODES) {
    const { meaning, cause, cure } = explainError(code)!;
    expect(meaning, code).toMatch(/^[^A-Z].*[^.]$/);
    expect(cause, code).toMatch(/^['A-Z.].*\.$/);
    expect(cure, code).toMatch(/^['A-Z/-].*\.$/);
  }
});

describe("btfx help errors", () => {
  it("lists all codes, one to a line where there is room", async () => {
    const { stdout, exitCode } = await btfx("help", "errors");
    expect(exitCode).toBe(0);
    for (const code of EXPLAINED_CODES) expect(stdout).toMatch(new RegExp(`^  ${code} {2,}\\S`, "m"));
  });

  it.each([40, 60, 80, 120])("fits on a terminal of %i columns", async (columns) => {
    const output = { isTerminal: true, columns };
    const { stdout } = await btfxOn({ stdout: output, stderr: output, env: {} }, "help", "errors");
    expect(stdout.split("\n").filter((line) => line.length > columns)).toEqual([]);
  });

  it("tells cause, cure and exit code of one", async () => {
    const { stdout } = await btfx("help", "errors", "wrong-base");
    expect(stdout).toMatch(/^wrong-base: the split BTF was not built against this base\n\nCause\n {2}/);
    expect(stdout).toMatch(/\n\nCure\n {2}.*vermagic/);
    expect(stdout).toMatch(/\n\nExit code: 1\n$/);
    expect((await btfx("help", "errors", "unmapped")).stdout).toContain("Exit code: 1");
  });

  it("refuses a code that there is not", async () => {
    const { exitCode, stderr } = await btfx("help", "errors", "toString");
    expect([exitCode, stderr]).toEqual([
      2,
      "btfx: there is no error code 'toString'\n      'btfx help errors' lists them\n",
    ]);
  });
});
