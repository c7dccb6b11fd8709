import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { InputFile } from "../../../src/io/collect.ts";
import { planOutputs } from "../../../src/io/write/outputs.ts";
import { workDirectory } from "../../support/cli.ts";

/**
 * Inputs besides those that a test is about: with many of them directories are listed, with few each file is asked for.
 */
it.each([[0], [40]])("finds inputs and outputs behind links, among %d more inputs", (others) => {
  const at = workDirectory();
  mkdirSync(join(at, "in"));
  mkdirSync(join(at, "out"));
  const input = (name: string): InputFile => ({ path: join(at, "in", name), below: name, found: true });
  const names = ["a.ko", "b.ko", "c.ko", ...Array.from({ length: others }, (_, i) => `m${i}.ko`)];
  for (const name of names) writeFileSync(join(at, "in", name), "");
  symlinkSync("../in/c.ko", join(at, "out/a.ko"));
  symlinkSync("new.ko", join(at, "out/b.ko"));
  symlinkSync("out", join(at, "through"));
  const plans = planOutputs(names.map(input), { output: `${at}/through/` }, "distilled", [`${at}/out/c.ko`]);
  const taken = plans.flatMap((plan) => Object.entries(plan.taken ?? {}));
  expect(taken).toEqual([
    [join(at, "through/a.ko"), "an input"],
    [join(at, "through/c.ko"), "an input"],
  ]);
});
