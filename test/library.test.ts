import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as library from "../src/index.ts";
import * as withFiles from "../src/node.ts";

const sample = (name: string) => new URL(`../samples/${name}`, import.meta.url).pathname;

it("distills and relocates a module from a program, as the documentation of both entry points has it", () => {
  const { btf: base } = withFiles.readBase(sample("vmlinux-a"));
  const module = withFiles.readModule(sample("meter.ko"));
  const { split, evidence } = withFiles.parseOnBase(module, base);
  expect(evidence.wrong).toBe(false);
  const distilled = new library.Distiller(base).distill(split);
  const { btf: later } = withFiles.readBase(sample("vmlinux-b"));
  const onDistilled = library.parseBtf(distilled.split, library.parseBtf(distilled.base));
  const relocation = new library.Relocator(later).relocate(onDistilled);
  expect(relocation.ok).toBe(true);
});

it("has everything of btfx in btfx/node", () => {
  expect(Object.keys(withFiles)).toEqual(expect.arrayContaining(Object.keys(library)));
});

it("leaves the bytes of a Node buffer that it was given as they are", () => {
  const { btf: base } = withFiles.readBase(sample("vmlinux-a"));
  const bytes = Buffer.from(readFileSync(sample("meter.ko")));
  const module = withFiles.readModule(sample("meter.ko"));
  const buffer = Buffer.from(module.btf);
  const before = Buffer.from(buffer);
  const { base: distilledBase, split } = library.distillBase(library.parseBtf(buffer, base));
  library.relocateBase(
    library.parseBtf(Buffer.from(split), library.parseBtf(Buffer.from(distilledBase))),
    base,
  );
  expect(buffer).toEqual(before);
  expect(readFileSync(sample("meter.ko"))).toEqual(bytes);
});
