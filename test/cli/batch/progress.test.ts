import { afterEach, describe, expect, it, vi } from "vitest";
import { Progress } from "../../../src/cli/batch/progress.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a run prints of its progress where stderr is no terminal and each input takes that long. */
async function told(inputs: number, milliseconds: number): Promise<string> {
  let now = 0;
  vi.spyOn(process.hrtime, "bigint").mockImplementation(() => BigInt(now * 1e6));
  const lines: unknown[] = [];
  const output = { isTerminal: false, write: (data: string | Uint8Array) => void lines.push(data) };
  const progress = await Progress.begin(
    { stdout: output, stderr: output, env: {} },
    "distill",
    inputs,
    false,
  );
  for (let i = 0; i < inputs; i++) {
    now += milliseconds;
    progress.step();
  }
  progress.end();
  return lines.join("");
}

describe("progress where stderr is no terminal", () => {
  it("is a line every few seconds", async () => {
    expect(await told(4, 4000)).toBe("distill: 2 of 4, 0/s, 8 s left\n");
  });

  it("is nothing for a quick run", async () => {
    expect(await told(1000, 1)).toBe("");
  });

  it("says nothing once all is done: one input on a slow machine prints what it prints on a quick one", async () => {
    expect(await told(1, 60_000)).toBe("");
  });
});
