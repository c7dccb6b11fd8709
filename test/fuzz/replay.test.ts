import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastLine } from "../kernel/answers.ts";
import { verifiedAsKernel } from "./compare-kernel.ts";
import { comparisons } from "./compare-peers.ts";
import { mutateBtf, mutateBytes } from "./mutate.ts";
import { Random } from "./random.ts";
import { COMMAND, runCommands, whatIsWrong } from "./run-commands.ts";
import { runInputs } from "./run-inputs.ts";
import { PARTS, samples } from "./samples.ts";
import { Steps } from "./steps.ts";
import { restored } from "./stored.ts";

const seeds = join(import.meta.dirname, "seeds");

const kernel = verifiedAsKernel();
const compared = [...comparisons(), ...(typeof kernel === "string" ? [] : [kernel])];

test.each(readdirSync(seeds))("the finding %s stays fixed", async (name) => {
  const text = readFileSync(join(seeds, name), "utf8");
  const { step } = JSON.parse(text) as { step: string };
  const inputs = restored(text);
  expect(await runInputs(inputs)).toBeUndefined();
  if (step.startsWith(COMMAND)) {
    expect(await runCommands(inputs, (command) => command === step.slice(COMMAND.length))).toBeUndefined();
  }
  // The peers that are there, and the kernel where it may be asked.
  for (const compare of compared) expect(compare(inputs)).toBeUndefined();
});

test("a line of the kernel's log may have line feeds, which are a name's", () => {
  const log = "\\x0a[1] INT a size=4\\x0a[2] FWD st\\x0a\tate struct Invalid name";
  expect(lastLine({ errno: 22, log }, "[2] FWD st\\x0a\\x09ate struct Invalid name")).toBe(
    "[2] FWD st\\x0a\\x09ate struct Invalid name",
  );
  expect(lastLine({ errno: 22, log }, "[2] FWD state struct Invalid name")).toBe("\tate struct Invalid name");
  expect(lastLine({ errno: 22, log: "Invalid magic" }, null)).toBe("Invalid magic");
});

test("sound inputs come to every step", async () => {
  const steps = new Steps();
  for (let seed = 1; seed <= 6; seed++) {
    expect(await runInputs(samples(new Random(seed)), steps)).toBeUndefined();
  }
  const text = await readFile(join(import.meta.dirname, "run-inputs.ts"), "utf8");
  const more = await readFile(join(import.meta.dirname, "run-object.ts"), "utf8");
  const named = (text + more).matchAll(/steps\.(?:run|mustNotThrow|runAsync)\("([^"]+)"/g);
  const names = Array.from(named, ([, name]) => name);
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !steps.reached.has(name))).toEqual([]);
});

test("each command runs over sound inputs, and comes to an end that is not an error", async () => {
  const steps = new Steps();
  expect(await runCommands(samples(new Random(4)), () => true, steps)).toBeUndefined();
  const names =
    "dump layout offsets who diff verify distill relocate minimize stats extract completion".split(" ");
  expect(names.filter((name) => !steps.reached.has(`${COMMAND}${name}`))).toEqual([]);
});

test("what a name must not bring into an output is a finding", async () => {
  for (const [form, text] of [
    ["lines", "i\u001b[31m"],
    ["lines", "i\u009b2J"],
    ["json", '{"name": "\n"}'],
    ["jsonl", "{}\n}"],
    ["page", "<td><i-evil></td>"],
    ["page", '<td title="i" onevil=1 "">'],
  ] as const) {
    expect(whatIsWrong(text, form), text).toBeDefined();
  }
  expect(whatIsWrong("a\tb\nc", "lines")).toBeUndefined();
  expect(whatIsWrong("<td>&lt;i-evil></td>", "page")).toBeUndefined();
  expect(whatIsWrong("<td>i' onevil=1 &quot; onevil=1</td>", "page")).toBeUndefined();
});

test("sound and mutated inputs run, and a step that fails is a finding", async () => {
  const random = new Random(1);
  const sound = samples(random);
  expect(await runInputs(sound)).toBeUndefined();
  for (let i = 0; i < 25; i++) {
    const inputs = {
      ...sound,
      base: mutateBtf(random, sound.base),
      module: mutateBytes(random, sound.module),
    };
    expect(await runInputs(inputs)).toBeUndefined();
  }
  const broken = {
    ...sound,
    get ext(): Uint8Array {
      throw new TypeError("not an error of ours");
    },
  };
  expect(await runInputs(broken)).toMatchObject({ step: "parse .BTF.ext" });
  expect(PARTS.every((part) => sound[part].length > 0)).toBe(true);
});
