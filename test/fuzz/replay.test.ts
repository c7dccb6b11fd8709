import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mutateBtf, mutateBytes } from "./mutate.ts";
import { Random } from "./random.ts";
import { runInputs } from "./run-inputs.ts";
import { PARTS, samples } from "./samples.ts";
import { Steps } from "./steps.ts";
import { restored } from "./stored.ts";

const seeds = join(import.meta.dirname, "seeds");

// No folder where nothing was found yet.
test.each(existsSync(seeds) ? readdirSync(seeds) : [])("the finding %s stays fixed", async (name) => {
  expect(await runInputs(restored(readFileSync(join(seeds, name), "utf8")))).toBeUndefined();
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
