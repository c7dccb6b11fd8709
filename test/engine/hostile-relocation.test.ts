import { describe, expect, test, vi } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { encodeBtf } from "../../src/btf/encode.ts";
import { CONST, FWD, INT, makeInfo, PTR, STRUCT } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { btf } from "../support/btf.ts";
import { cpuSeconds } from "../support/cpu.ts";
import { relocateBase } from "../support/rewritten.ts";

const FORM = { littleEndian: true, hdrLen: 24 };
const KERNEL = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;

function made(words: readonly number[], strings: string, base: Btf | null = null): Btf {
  return parseBtf(encodeBtf(Uint32Array.from(words), Buffer.from(strings, "latin1"), FORM), base);
}

/** So many STRUCTs, all of the name that is at the offset, of sizes from 1 on. */
function structs(count: number, nameOff: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => [nameOff(i), makeInfo(STRUCT, 0), i + 1]).flat();
}

// Machines that run tests are slow at times: what took a minute, or ended the process, must take seconds.
vi.setConfig({ testTimeout: 30_000 });

describe("relocation of a hostile module ends soon", () => {
  test("with 127,000 types that the kernel does not have", () => {
    const count = 127_000;
    // Names are the ends of one string: as short a file as there can be.
    const base = made(
      structs(count, (i) => 1 + (i % 400)),
      `\0${"x".repeat(400)}\0`,
    );
    const split = made([0, makeInfo(PTR, 0), 1], "", base);
    const took = cpuSeconds(() => {
      const relocation = relocateBase(split, KERNEL);
      expect(relocation.ok || relocation.failures.length).toBe(count);
    });
    expect(took).toBeLessThan(10);
  });

  test("with 10,000 of them below a chain of 100,000 qualifiers that a named type ends", () => {
    const missing = 10_000;
    const chain = 100_000;
    const base = made(
      structs(missing, () => 1),
      "\0gone\0",
    );
    const words: number[] = [];
    // A prototype refers to all that is missing, the chain to the prototype, the struct to the chain.
    words.push(0, makeInfo(13, missing), 0);
    for (let id = 1; id <= missing; id++) words.push(0, id);
    for (let i = 0; i < chain; i++) words.push(0, makeInfo(CONST, 0), base.typeCount + i);
    words.push(base.strings.end, makeInfo(STRUCT, 1), 8, 0, base.typeCount + chain, 0);
    const split = made(words, "user\0", base);
    const took = cpuSeconds(() => {
      const relocation = relocateBase(split, KERNEL);
      if (relocation.ok) throw new Error("it relocated");
      expect(relocation.failures).toHaveLength(missing);
      for (const failure of [relocation.failures[0], relocation.failures[missing - 1]]) {
        expect(failure.users.map(({ name, how }) => `${how} ${name}`)).toEqual(["uses user"]);
      }
    });
    expect(took).toBeLessThan(10);
  });

  test("with 5,000 types that each have 5,000 candidates", () => {
    const count = 5000;
    const kernel = made(
      structs(count, () => 1),
      "\0many\0",
    );
    const words = Array.from({ length: count }, (_, i) => [1, makeInfo(INT, 0), i + 100_000, 32]).flat();
    const base = made(words, "\0many\0");
    const split = made([0, makeInfo(PTR, 0), 1], "", base);
    const took = cpuSeconds(() => {
      const relocation = relocateBase(split, kernel);
      if (relocation.ok) throw new Error("it relocated");
      expect(relocation.failures).toHaveLength(count);
      expect(relocation.failures[0].candidateCount).toBe(count);
      expect(relocation.failures[0].candidates).toHaveLength(8);
    });
    expect(took).toBeLessThan(10);
  });

  test("with more pairs of equal names than can be compared", () => {
    const count = 10_000;
    const kernel = made(
      structs(count, () => 1),
      "\0many\0",
    );
    const base = made(
      Array.from({ length: count }, (_, i) => [1, makeInfo(INT, 0), i + 100_000, 32]).flat(),
      "\0many\0",
    );
    const split = made([0, makeInfo(PTR, 0), 1], "", base);
    expect(() => relocateBase(split, kernel)).toThrow(expect.objectContaining({ code: "unsupported" }));
  });

  test("with 200,000 types of one name in the kernel", () => {
    const kernel = made(Array.from({ length: 200_000 }, () => [1, makeInfo(FWD, 0), 0]).flat(), "\0many\0");
    const base = made([1, makeInfo(FWD, 0), 0], "\0many\0");
    const relocation = relocateBase(made([0, makeInfo(PTR, 0), 1], "", base), kernel);
    expect(relocation.ok || relocation.failures[0].rule).toBe("several-candidates");
  });
});

test("results do not depend on the hash of names, which differs from run to run", async () => {
  const hashes = new Set<number>();
  const results = new Set<string>();
  for (let run = 0; run < 4; run++) {
    vi.resetModules();
    const { hashName } = await import("../../src/btf/strings.ts");
    const { parseBtf: parse } = await import("../../src/btf/parse.ts");
    const { distillBase } = await import("../support/rewritten.ts");
    const { mergeSplits } = await import("../../src/engine/merge.ts");
    hashes.add(hashName(Buffer.from("name\0"), 0));
    const names = Array.from({ length: 500 }, (_, i) => `n${i}`);
    let words: number[] = [];
    let at = 1;
    for (const name of names) {
      words.push(at, makeInfo(STRUCT, 0), 4);
      at += name.length + 1;
    }
    const base = parse(encodeBtf(Uint32Array.from(words), Buffer.from(`\0${names.join("\0")}\0`), FORM));
    words = names.flatMap((_, i) => [at + i * 2, makeInfo(STRUCT, 1), 4, 0, 500 - i, 0]);
    const split = parse(encodeBtf(Uint32Array.from(words), Buffer.from("m\0".repeat(500)), FORM), base);
    const distilled = distillBase(split);
    const merged = mergeSplits(base, [split, split]);
    results.add(
      [distilled.base, distilled.split, merged.bytes]
        .map((bytes) => Buffer.from(bytes).toString("hex"))
        .join(),
    );
  }
  expect(hashes.size).toBeGreaterThan(1);
  expect(results.size).toBe(1);
});
