import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mutateBtf, mutateBytes } from "./mutate.ts";
import { Random } from "./random.ts";
import { runInputs } from "./run-inputs.ts";
import { PARTS, samples } from "./samples.ts";
import { restored } from "./stored.ts";

const seeds = join(import.meta.dirname, "seeds");

// No folder where nothing was found yet.
test.each(existsSync(seeds) ? readdirSync(seeds) : [])("the finding %s stays fixed", async (name) => {
  expect(await runInputs(restored(readFileSync(join(seeds, name), "utf8")))).toBeUndefined();
});

test("sound and mutated inputs run, and a step that fails is a finding", async () => {
  const random = new Random(1);
  const sound = samples(random);
  expect(await runInputs(sound)).toBeUndefined();
  for (let i = 0; i < 50; i++) {
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
