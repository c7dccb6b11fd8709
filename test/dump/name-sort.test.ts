import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Btf, TypeId } from "../../src/btf/btf.ts";
import { encodeBtf } from "../../src/btf/encode.ts";
import { makeInfo, STRUCT } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { type COptions, dumpC } from "../../src/dump/c.ts";
import { printed } from "../support/dump.ts";

/** Empty structs whose names begin at these offsets. */
function structs(strings: Uint8Array, offs: readonly number[]): Btf {
  const words = Uint32Array.from(offs.flatMap((off) => [off, makeInfo(STRUCT, 0), 0]));
  return parseBtf(encodeBtf(words, strings, { littleEndian: true, hdrLen: 24 }));
}

/** Their ids in the order of `strcmp`, those of one name ascending. */
function sorted(strings: Uint8Array, offs: readonly number[]): TypeId[] {
  const name = (id: TypeId) => Buffer.from(strings.subarray(offs[id - 1], strings.indexOf(0, offs[id - 1])));
  return offs.map((_, i) => i + 1).sort((a, b) => Buffer.compare(name(a), name(b)) || a - b);
}

const section = (text: string) => Buffer.from(`\0${text}\0`, "latin1");
const c = (btf: Btf, options: COptions): string => printed((sink) => dumpC(btf, sink, options));

describe("sorting by name", () => {
  it("is strcmp's order, for names that share long beginnings and are ends of each other too", () => {
    const text = fc.array(fc.constantFrom("a".repeat(90), "a".repeat(7), "b", "\0", "\xe4"), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 200 }), (parts, places) => {
        const strings = section(parts.join(""));
        const offs = places.map((place) => place % (strings.length - 1)).filter((off) => strings[off] !== 0);
        const btf = structs(strings, offs);
        const ids = sorted(strings, offs);
        const kept = { noKfuncs: true, ids: ids.slice().sort((a, b) => a - b) };
        expect(c(btf, kept)).toBe(c(btf, { noKfuncs: true, ids, unsorted: true }));
      }),
    );
  });

  it("costs each byte of a name once: 20,000 ends of one string of 4,000 bytes", () => {
    const strings = section("a".repeat(4000));
    const offs = Array.from({ length: 20_000 }, (_, i) => 1 + ((i * 7919) % 4000));
    const btf = structs(strings, offs);
    const before = process.cpuUsage();
    const text = c(btf, {});
    const { user } = process.cpuUsage(before);
    expect(user / 1e6).toBeLessThan(4);
    const lengths = [...text.matchAll(/^struct (a+)/gm)].map(([, name]) => name.length);
    expect(lengths).toHaveLength(20_000);
    expect(lengths).toEqual(lengths.slice().sort((a, b) => a - b));
  });
});
