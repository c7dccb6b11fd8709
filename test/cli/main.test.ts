import { expect, it } from "vitest";
import type { Host } from "../../src/cli/host.ts";
import { main } from "../../src/cli/main.ts";
import { btfx } from "../support/cli.ts";

/** A host whose stdout fails as no system does. */
function brokenHost(env: Host["env"]): { host: Host; text: () => string } {
  let text = "";
  const host: Host = {
    stdout: {
      isTerminal: false,
      write: () => {
        throw new TypeError("nobody\u001b[31m foresaw this");
      },
    },
    stderr: {
      isTerminal: false,
      write: (data) => {
        text += data;
      },
    },
    env,
  };
  return { host, text: () => text };
}

it("calls what nobody foresaw a bug, with an exit code of its own and no stack trace", async () => {
  const { host, text } = brokenHost({});
  expect(await main(["--version"], host)).toBe(70);
  expect(text()).toContain("internal error: nobody\\u001b[31m foresaw this");
  expect(text()).not.toMatch(/^ {4}at /m);
});

it("says where with BTFX_DEBUG", async () => {
  const { host, text } = brokenHost({ BTFX_DEBUG: "1" });
  expect(await main(["--version"], host)).toBe(70);
  expect(text()).toMatch(/^ {4}at /m);
});

it("has help of each command, and says when there is no such command", async () => {
  expect((await btfx("help", "verify")).stdout).toMatch(/^Usage: btfx verify /);
  const unknown = await btfx("help", "prog");
  expect([unknown.exitCode, unknown.stdout]).toEqual([2, ""]);
  expect(unknown.stderr).toMatch(
    /^btfx: there is no command 'prog'\n {6}commands are dump, layout, offsets(, [a-z]+)*\n$/,
  );
});
