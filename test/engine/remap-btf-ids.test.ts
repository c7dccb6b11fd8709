import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BtfIdsLayout } from "../../src/btf/btf-ids.ts";
import { remapBtfIds } from "../../src/engine/remap-btf-ids.ts";

/** As in nf_conntrack.ko: a list of two structs, a set8 of three functions, a gap, a set of three. */
const LAYOUT: BtfIdsLayout = {
  entries: [
    { offset: 0, kind: "struct", name: "nf_conn" },
    { offset: 4, kind: "struct", name: "nf_conn___init" },
    { offset: 16, kind: "func", name: "a" },
    { offset: 24, kind: "func", name: "b" },
    { offset: 32, kind: "func", name: "c" },
    { offset: 60, kind: "typedef", name: "last" },
  ],
  sets: [
    { offset: 8, kind: "set8", name: "kfuncs", count: 3, size: 32 },
    { offset: 44, kind: "set", name: "plain", count: 3, size: 16 },
  ],
  labels: [],
  strays: [],
};

function section(words: readonly number[], littleEndian: boolean): Uint8Array {
  const out = new Uint8Array(words.length * 4);
  const view = new DataView(out.buffer);
  for (const [i, word] of words.entries()) view.setUint32(i * 4, word, littleEndian);
  return out;
}

//             list      cnt flg  id  flags            gap  cnt ids          last
const WORDS = [500, 900, 3, 1, 1001, 16, 1002, 7, 1003, 5, 77, 3, 30, 40, 50, 0];

describe.each([{ littleEndian: true }, { littleEndian: false }])(
  "remapBtfIds, little-endian $littleEndian",
  ({ littleEndian }) => {
    const bytes = section(WORDS, littleEndian);

    it("changes ids and nothing else", () => {
      const { bytes: out } = remapBtfIds(bytes, LAYOUT, littleEndian, (id) => id + 10000);
      expect(out).toEqual(
        section(
          [10500, 10900, 3, 1, 11001, 16, 11002, 7, 11003, 5, 77, 3, 10030, 10040, 10050, 0],
          littleEndian,
        ),
      );
    });

    it("sorts sets by the new ids, and flags go with them", () => {
      const { bytes: out } = remapBtfIds(bytes, LAYOUT, littleEndian, (id) => 2000 - id);
      expect(out).toEqual(
        section([1500, 1100, 3, 1, 997, 5, 998, 7, 999, 16, 77, 3, 1950, 1960, 1970, 0], littleEndian),
      );
    });

    it("writes 0 for an id without a new one, and reports it", () => {
      const { bytes: out, unmapped } = remapBtfIds(bytes, LAYOUT, littleEndian, (id) =>
        id === 900 || id === 1003 ? 0 : id,
      );
      expect(out).toEqual(
        section([500, 0, 3, 1, 0, 5, 1001, 16, 1002, 7, 77, 3, 30, 40, 50, 0], littleEndian),
      );
      expect(unmapped).toEqual([
        { offset: 32, id: 1003, newId: 0, set: LAYOUT.sets[0], symbol: undefined },
        { offset: 4, id: 900, newId: 0, set: undefined, symbol: LAYOUT.entries[1] },
      ]);
    });

    it("reports the ids that a kernel would not relocate: those outside a set8", () => {
      const { outsideSet8 } = remapBtfIds(bytes, LAYOUT, littleEndian, (id) => id);
      expect(outsideSet8.map(({ id, set, symbol }) => [id, set?.name ?? symbol?.name])).toEqual([
        [30, "plain"],
        [40, "plain"],
        [50, "plain"],
        [500, "nf_conn"],
        [900, "nf_conn___init"],
      ]);
    });

    it("never asks about id 0 and leaves the input alone", () => {
      const before = bytes.slice();
      remapBtfIds(bytes, LAYOUT, littleEndian, (id) => {
        expect(id).not.toBe(0);
        return 1;
      });
      expect(bytes).toEqual(before);
    });

    it("undoes itself with the inverse map", () => {
      const ids = fc.uniqueArray(fc.integer({ min: 1, max: 0x7ffffffe }), { minLength: 8, maxLength: 8 });
      fc.assert(
        fc.property(ids, ([a, b, ...rest]) => {
          const [c, d, e] = rest.slice(0, 3).sort((x, y) => x - y);
          const [f, g, h] = rest.slice(3).sort((x, y) => x - y);
          const input = section([a, b, 3, 1, c, 1, d, 2, e, 3, 9, 3, f, g, h, 0], littleEndian);
          const flip = (id: number) => 0x7fffffff - id;
          const once = remapBtfIds(input, LAYOUT, littleEndian, flip).bytes;
          expect(remapBtfIds(once, LAYOUT, littleEndian, flip).bytes).toEqual(input);
        }),
      );
    });
  },
);
