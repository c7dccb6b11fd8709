import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashName, printable, StringTable, StringTableBuilder, sameName } from "../../src/btf/strings.ts";
import { cpuSeconds } from "../support/cpu.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

describe("a string table", () => {
  const base = new StringTable(bytes("\0int\0list_head\0"));
  const split = new StringTable(bytes("dev\0\0x\0"), base);

  test("splits on the base's end", () => {
    expect([base.firstOff, base.end, split.firstOff, split.end]).toEqual([0, 15, 15, 22]);
    expect(split.holder(14)).toBe(base);
    expect(split.holder(15)).toBe(split);
  });

  test.each([
    [0, ""],
    [1, "int"],
    [5, "list_head"],
    [10, "head"],
    [15, "dev"],
    [16, "ev"],
    [19, ""],
    [20, "x"],
    [21, ""],
  ])("names offset %i %s", (off, name) => {
    expect(Buffer.from(split.slice(off)).toString()).toBe(name);
    expect(split.text(off)).toBe(name);
    expect(split.isEmpty(off)).toBe(name === "");
  });

  test("finds the ends of long strings, from wherever in them a name begins", () => {
    const long = new StringTable(
      bytes(`\0${"a".repeat(9000)}\0${"b".repeat(4096)}\0${"c".repeat(5000)}\0d\0`),
    );
    const ends = [1, 4000, 8999, 9001, 9002, 9003, 13_098, 13_099, 18_098, 18_100].map(
      (off) => off + long.slice(off).length,
    );
    expect(ends).toEqual([9001, 9001, 9001, 9001, 13_098, 13_098, 13_098, 18_099, 18_099, 18_101]);
  });

  test("finds the end of a string of 8 MB as soon as asked 100,000 times", () => {
    const long = new StringTable(bytes(`\0${"a".repeat(8 << 20)}\0`));
    const took = cpuSeconds(() => {
      for (let off = 1; off <= 100_000; off++)
        if (long.slice(off).length + off !== (8 << 20) + 1) throw new Error();
    });
    expect(took).toBeLessThan(2);
  });

  test.each([
    [0, false],
    [1, false],
    [2, true],
    [4, true],
    [5, false],
    [10, true],
    [15, false],
    [16, true],
    [20, false],
  ])("says whether offset %i lies inside a string: %s", (off, inside) => {
    expect(split.isInsideString(off)).toBe(inside);
  });
});

test.each([
  ["plain text_1.$", "plain text_1.$"],
  ["\x1b[31m", "\\x1b[31m"],
  ["\\", "\\x5c"],
  ["caf\xe9\x7f\x80\0", "caf\\xe9\\x7f\\x80\\x00"],
  ["'\"<>", "'\"<>"],
])("the bytes %j are printed as %j", (text, expected) => {
  expect(printable(bytes(text))).toBe(expected);
});

test("names have the same hash wherever they lie, and hardly ever that of another one", () => {
  expect(hashName(bytes("\0foobar\0tail"), 1)).toBe(hashName(bytes("foobar"), 0));
  const names = Array.from({ length: 10_000 }, (_, i) => bytes(`name_${i}\0`));
  expect(new Set(names.map((name) => hashName(name, 0))).size).toBeGreaterThan(9_990);
  // The low bits choose the place in a table.
  expect(new Set(names.map((name) => hashName(name, 0) & 0x3fff)).size).toBeGreaterThan(6_000);
});

test("names are the same when all bytes up to the NUL are", () => {
  const all = bytes("ab\0ab\0abc\0b\0");
  expect(sameName(all, 0, all, 3)).toBe(true);
  expect(sameName(all, 0, all, 6)).toBe(false);
  expect(sameName(all, 6, all, 0)).toBe(false);
  expect(sameName(all, 1, all, 10)).toBe(true);
  expect(sameName(all, 2, all, 5)).toBe(true);
});

describe("a string table builder", () => {
  test("adds whole strings once, in order of first use, without sharing tails", () => {
    const builder = new StringTableBuilder();
    const offsets = ["foobar", "bar", "foobar", "", "bar"].map((each) => builder.add(bytes(`${each}\0`), 0));
    expect(offsets).toEqual([1, 8, 1, 0, 8]);
    expect(Buffer.from(builder.finish()).toString()).toBe("\0foobar\0bar\0");
  });

  test("keeps the base's offset for a string that the base has whole", () => {
    const base = new StringTableBuilder();
    base.add(bytes("list_head\0"), 0);
    const split = new StringTableBuilder(base);
    const offsets = ["list_head", "head", ""].map((each) => split.add(bytes(`${each}\0`), 0));
    expect(offsets).toEqual([1, 11, 0]);
    expect(Buffer.from(split.finish()).toString()).toBe("head\0");
    expect(split.end).toBe(16);
  });

  test("takes a name from the middle of other bytes", () => {
    const builder = new StringTableBuilder();
    expect(builder.add(bytes("xx\0name\0yy"), 3)).toBe(1);
    expect(Buffer.from(builder.finish()).toString()).toBe("\0name\0");
  });

  test("does what a Map does, for any strings and any first size", () => {
    const names = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\xff", "\x01"), maxLength: 5 }), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(names, names, fc.constantFrom(1, 16, 4096), (below, above, sizeHint) => {
        const expected = new Map<string, number>();
        const lengths = [0, 0];
        const place = (name: string, table: number): number => {
          const known = expected.get(name);
          if (known !== undefined) return known;
          const off = lengths[0] + lengths[1];
          expected.set(name, off);
          lengths[table] += name.length + 1;
          return off;
        };
        const base = new StringTableBuilder(null, sizeHint);
        const split = [place("", 0)];
        for (const name of below) expect(base.add(bytes(`${name}\0`), 0)).toBe(place(name, 0));
        const builder = new StringTableBuilder(base, sizeHint);
        for (const name of above) expect(builder.add(bytes(`${name}\0`), 0)).toBe(place(name, 1));
        expect(builder.end).toBe(lengths[0] + lengths[1]);
        const all = new StringTable(builder.finish(), new StringTable(base.finish()));
        for (const [name, off] of expected) {
          expect(Buffer.from(all.slice(off)).toString("latin1")).toBe(name);
        }
        return split.length === 1;
      }),
      { numRuns: 50 },
    );
  });
});
