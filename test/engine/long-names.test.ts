import { describe, expect, test, vi } from "vitest";
import { encodeBtf } from "../../src/btf/encode.ts";
import { makeInfo, PTR, STRUCT } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { hashName } from "../../src/btf/strings.ts";
import { diffBtf } from "../../src/engine/diff/diff.ts";
import { Distiller } from "../../src/engine/distill.ts";
import { mergeSplits } from "../../src/engine/merge.ts";
import { Relocator } from "../../src/engine/relocate.ts";
import { btf } from "../support/btf.ts";
import { cpuSeconds } from "../support/cpu.ts";

const FORM = { littleEndian: true, hdrLen: 24 };
const COUNT = 400_000;
const LENGTH = 4000;

/** Structs that are named by the rests of one string, each rest a hundred times. */
function structs(count: number) {
  const words = new Uint32Array(count * 3);
  for (let i = 0; i < count; i++) words.set([1 + (i % LENGTH), makeInfo(STRUCT, 0), 0], i * 3);
  return parseBtf(encodeBtf(words, Buffer.from(`\0${"n".repeat(LENGTH)}\0`), FORM));
}

vi.setConfig({ testTimeout: 30_000 });

describe("400,000 types with names that lie in 4,000 bytes", () => {
  const base = structs(COUNT);

  test("are looked up, compared and distilled in time that their records take, not their names", () => {
    const pointers = new Uint32Array(COUNT * 3);
    for (let i = 0; i < COUNT; i++) pointers.set([0, makeInfo(PTR, 0), i + 1], i * 3);
    const split = parseBtf(encodeBtf(pointers, Buffer.from("own\0"), FORM), base);
    const took = cpuSeconds(() => {
      expect(base.find("n".repeat(LENGTH))).toBe(1);
      expect(diffBtf(base, structs(COUNT)).changes).toEqual([]);
      expect(new Distiller(base).distill(split).baseTypes).toBe(COUNT);
    });
    expect(took).toBeLessThan(6);
  });

  test("are looked for by a module that needs each name, in time that both files take", () => {
    const pointers = new Uint32Array(LENGTH * 3);
    for (let i = 0; i < LENGTH; i++) pointers.set([0, makeInfo(PTR, 0), i + 1], i * 3);
    const made = new Distiller(base).distill(parseBtf(encodeBtf(pointers, Buffer.from("own\0"), FORM), base));
    const split = parseBtf(made.split, parseBtf(made.base));
    const took = cpuSeconds(() => {
      expect(new Relocator(base).relocate(split)).toHaveProperty("failures.length", LENGTH);
    });
    expect(took).toBeLessThan(1.5);
  });
});

describe("names of about 64 bytes", () => {
  const lengths = [1, 62, 63, 64, 65, 66, 127, 128, 129, 500];
  const names = lengths.flatMap((length) => ["x".repeat(length), `${"x".repeat(length - 1)}y`]);

  test("have a hash by what they are, not by where they are", () => {
    const [here, there] = [names, names.toReversed()].map((each) => Buffer.from(`${each.join("\0")}\0`));
    const hashes = (bytes: Buffer) =>
      names.map((name) => hashName(bytes, `\0${bytes.toString()}`.indexOf(`\0${name}\0`)));
    expect(hashes(here)).toEqual(hashes(there));
    expect(hashes(here)).toEqual(hashes(here));
    expect(new Set(hashes(here)).size).toBe(new Set(names).size);
  });

  test("are told apart where types are merged, and one where they are the same", () => {
    const base = btf`[1] STRUCT '${names[5]}' size=8 vlen=0`;
    const own = names.map((name, i) => `[${i + 2}] STRUCT '${name}' size=8 vlen=0`);
    const turned = names.map((_, i) => `[${i + 2}] STRUCT '${names.at(-1 - i)}' size=8 vlen=0`);
    const merged = mergeSplits(base, [
      btf.split(base)`${own.join("\n")}`,
      btf.split(base)`${turned.join("\n")}`,
    ]);
    const all = [...parseBtf(merged.bytes, base).ids()].map((id) => parseBtf(merged.bytes, base).name(id));
    expect(all.toSorted()).toEqual([...new Set(names)].filter((name) => name !== names[5]).toSorted());
  });
});
