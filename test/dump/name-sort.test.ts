import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sortIdsByName } from "../../src/dump/c/name-sort.ts";

/** The ids by name, those of one name in the order in which they were, and the ranges that share a name. */
function sorted(strings: Uint8Array, offs: readonly number[]) {
  const ids = Uint32Array.from(offs, (_, i) => i);
  const ranges: [number, number][] = [];
  sortIdsByName(ids, Uint32Array.from(offs), 0, strings, (start, end) => void ranges.push([start, end]));
  return { ids: Array.from(ids), ranges: ranges.sort(([a], [b]) => a - b) };
}

/** The same by `strcmp` of all with all. */
function expected(strings: Uint8Array, offs: readonly number[]) {
  const name = (i: number) => Buffer.from(strings.subarray(offs[i], strings.indexOf(0, offs[i])));
  const ids = offs.map((_, i) => i).sort((a, b) => Buffer.compare(name(a), name(b)) || a - b);
  const ranges: [number, number][] = [];
  for (let start = 0, end = 0; start < ids.length; start = end) {
    while (end < ids.length && name(ids[end]).equals(name(ids[start]))) end++;
    if (end - start > 1) ranges.push([start, end]);
  }
  return { ids, ranges };
}

const section = (text: string) => Buffer.from(`\0${text}\0`, "latin1");

describe("sorting by name", () => {
  it("is strcmp's order, for names that share long beginnings and are ends of each other too", () => {
    const text = fc.array(fc.constantFrom("a".repeat(90), "a".repeat(7), "b", "\0", "\xe4"), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 200 }), (parts, places) => {
        const strings = section(parts.join(""));
        const offs = places.map((place) => place % (strings.length - 1));
        expect(sorted(strings, offs)).toEqual(expected(strings, offs));
      }),
    );
  });

  it("costs each byte of a name once: 20,000 ends of one string of 4,000 bytes", () => {
    const strings = section("a".repeat(4000));
    const offs = Array.from({ length: 20_000 }, (_, i) => 1 + ((i * 7919) % 4000));
    const before = process.cpuUsage();
    const { ids, ranges } = sorted(strings, offs);
    const { user } = process.cpuUsage(before);
    expect(user / 1e6).toBeLessThan(4);
    expect(ranges).toHaveLength(4000);
    expect(offs[ids[0]]).toBe(4000);
    expect(offs[ids[19_999]]).toBe(1);
  });
});
