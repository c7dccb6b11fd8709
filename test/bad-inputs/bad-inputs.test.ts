import { afterAll, describe, expect, test } from "vitest";
import { BtfxError } from "../../src/index.ts";
import { DISTILLED } from "./distilled.ts";
import { ELF } from "./elf.ts";
import { HEADER } from "./header.ts";
import { OK } from "./make.ts";
import { PACKED } from "./packed.ts";
import { STRINGS } from "./strings.ts";
import { TYPES } from "./types.ts";

/**
 * Every bad input that peers were seen to fail on, made here, with what must be said of it: `ok`, the code and words of
 * an error, or the kernel's phrase. The run prints the table: input, expected, got.
 */
/** What came of it: `ok`, the code and the message of the error, or the word that the row gives. */
async function outcome(run: () => unknown): Promise<string> {
  try {
    const result = await run();
    return typeof result === "string" && result.length < 100 ? result : OK;
  } catch (error) {
    if (error instanceof BtfxError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const table: string[][] = [];

describe.each([
  ["header", HEADER],
  ["strings", STRINGS],
  ["types", TYPES],
  [".BTF.base", DISTILLED],
  ["ELF", ELF],
  ["compression", PACKED],
])("bad input: %s:", (group, rows) => {
  test.each(rows)("%s: %s", async (input, expected, run) => {
    const before = process.memoryUsage().rss;
    const cpu = process.cpuUsage();
    const got = await outcome(run);
    const { user, system } = process.cpuUsage(cpu);
    table.push([group, input, expected, got]);
    if (expected === OK) expect(got).toBe(OK);
    else {
      const [code, words = ""] = expected.split(": ");
      expect(got.startsWith(code)).toBe(true);
      expect(got).toContain(words);
    }
    expect((user + system) / 1e6).toBeLessThan(2);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(256);
  });
});

afterAll(() => {
  const text = table.map(
    ([group, input, expected, got]) => `${group} | ${input} | ${expected} | ${got.slice(0, 90)}`,
  );
  console.log(`bad inputs: input | expected | got\n${text.join("\n")}`);
});
