import { describe, expect, it } from "vitest";
import { btfxOn, fakeTerminal } from "../../support/cli.ts";

/** Whether the message of an error is coloured. */
async function isColoured(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  isTerminal = true,
): Promise<boolean> {
  const { exitCode, stderr } = await btfxOn(
    { ...fakeTerminal(80, isTerminal), env },
    ...words,
    "dump",
    "/none",
  );
  expect(exitCode).toBe(4);
  return stderr.includes("\u001b[");
}

describe("colours", () => {
  it.each<[string, string[], Record<string, string>, boolean, boolean]>([
    ["are there on a terminal", [], {}, true, true],
    ["are not there in a pipe", [], {}, false, false],
    ["are there in a pipe with --color", ["--color"], {}, false, true],
    ["are there in a pipe with --color=always", ["--color=always"], {}, false, true],
    ["are gone with --no-color", ["--no-color"], {}, true, false],
    ["are gone with --color=never", ["--color=never"], { FORCE_COLOR: "1" }, true, false],
    ["are as the terminal with --color=auto", ["--color=auto"], { FORCE_COLOR: "1" }, false, false],
    ["are as the last option says", ["--no-color", "--color=always"], {}, false, true],
    ["are gone with NO_COLOR", [], { NO_COLOR: "1" }, true, false],
    ["are there with an empty NO_COLOR", [], { NO_COLOR: "" }, true, true],
    ["are there in a pipe with FORCE_COLOR", [], { FORCE_COLOR: "1" }, false, true],
    ["are gone with FORCE_COLOR=0", [], { FORCE_COLOR: "0" }, true, false],
    ["are stronger asked for than forbidden", [], { FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
    ["are gone on a dumb terminal", [], { TERM: "dumb" }, true, false],
  ])("%s", async (_, words, env, isTerminal, expected) => {
    expect(await isColoured(words, env, isTerminal)).toBe(expected);
  });

  it("take always, never or auto", async () => {
    const { exitCode, stderr } = await btfxOn(fakeTerminal(80, false), "dump", "--color=sometimes", "x");
    expect([exitCode, stderr]).toEqual([2, "btfx: --color takes always, never or auto, not 'sometimes'\n"]);
  });

  it("are no option behind --", async () => {
    const { stderr } = await btfxOn(fakeTerminal(80, false), "dump", "--", "--no-color");
    expect(stderr).toContain("--no-color: ");
  });
});
