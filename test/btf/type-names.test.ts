import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameBytes, printable } from "../../src/btf/strings.ts";
import { btf } from "../support/btf.ts";

const base = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'point' size=4 vlen=1
    'x' type_id=1 bits_offset=0
  [3] TYPEDEF 'point' type_id=2
  [4] PTR '(anon)' type_id=2
  [5] STRUCT 'a\xff\x5cb' size=0 vlen=0
`;
const split = btf.split(base)`
  [6] STRUCT 'own' size=0 vlen=0
  [7] STRUCT 'point' size=0 vlen=0
  [8] INT 'own' size=4 bits_offset=0 nr_bits=32 encoding=(none)
`;

describe("find", () => {
  it("gives the lowest id of a name, or of a name and kind", () => {
    expect(base.find("point")).toBe(2);
    expect(base.find("point", "TYPEDEF")).toBe(3);
    expect(base.find("point", "UNION")).toBeUndefined();
    expect(base.find("x")).toBeUndefined();
    expect(base.find("")).toBeUndefined();
  });

  it("looks in the base first, then in the split", () => {
    expect(split.find("point")).toBe(2);
    expect(split.find("own", "INT")).toBe(8);
    expect(split.find("int")).toBe(1);
    expect(base.find("own")).toBeUndefined();
  });

  it("takes a name of any bytes as it is printed", () => {
    expect(base.name(5)).toBe("a\\xff\\x5cb");
    expect(base.find(base.name(5))).toBe(5);
  });
});

describe("named", () => {
  it("gives all ids of a name, ascending through base and split", () => {
    expect(split.named("point")).toEqual([2, 3, 7]);
    expect(split.named("point", "STRUCT")).toEqual([2, 7]);
    expect(split.named("none")).toEqual([]);
  });

  it("agrees with a scan over all names, whatever they are", () => {
    const name = fc.constantFrom("a", "b", "ab", "ba", "a___b", "(anon)");
    fc.assert(
      fc.property(fc.array(name, { maxLength: 40 }), fc.nat(40), (names, cut) => {
        const line = (each: string, i: number) => `[${i + 1}] STRUCT '${each}' size=0 vlen=0`;
        const lines = names.map(line);
        const below = btf`${lines.slice(0, cut).join("\n")}`;
        const all = btf.split(below)`${lines.slice(cut).join("\n")}`;
        // The first answers come of passes over all types, later ones of an index.
        for (const each of [...names, ...names]) {
          const ids = names.flatMap((other, i) => (other === each ? [i + 1] : []));
          const expected = each === "(anon)" ? [] : ids;
          expect(all.named(each)).toEqual(expected);
          expect(all.find(each)).toBe(expected[0]);
        }
      }),
    );
  });
});

it("goes over the names of the own types, each with all of its types", () => {
  const found: number[][] = [];
  split.names.forEachOwnName((first) => {
    const ids: number[] = [];
    for (let id = first; id !== 0; id = split.names.nextNamed(id)) ids.push(id);
    found.push(ids);
  });
  expect(found.sort((a, b) => a[0] - b[0])).toEqual([[6, 8], [7]]);
});

it("goes over ids by kind", () => {
  expect([...base.ids()]).toEqual([1, 2, 3, 4, 5]);
  expect([...base.ids("STRUCT")]).toEqual([2, 5]);
  expect([...split.ids("STRUCT")]).toEqual([6, 7]);
});

describe("an id that no type has", () => {
  it.each([-1, 9, 1.5, Number.NaN])("%d is refused by name", (id) => {
    for (const read of ["kind", "name", "nameOff", "vlen", "kflag", "sizeOrType", "holder"] as const) {
      expect(() => split[read](id)).toThrow(
        new RangeError(`there is no type id ${id}: this BTF and its bases have 0 to 8`),
      );
    }
  });

  it("is void where a record is needed, or one of the base where an own one is", () => {
    expect(() => split.holder(0)).toThrow(new RangeError("type id 0 is void, which has no record"));
    expect(() => split.start(5)).toThrow(
      new RangeError("type id 5 is not one of this BTF's own: those are 6 to 8"),
    );
    expect(split.start(9)).toBe(split.words.length);
  });

  it("is not void where only its head is asked for", () => {
    expect([split.kind(0), split.name(0), split.vlen(0), split.kflag(0), split.sizeOrType(0)]).toEqual([
      0,
      "",
      0,
      false,
      0,
    ]);
  });
});

it("reads back the bytes of any name from its text, and writes other characters as UTF-8", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
      expect(nameBytes(printable(bytes))).toEqual(Uint8Array.of(...bytes, 0));
    }),
  );
  for (const text of ["é", "漢字", "𝔘", "aßb"]) {
    expect(nameBytes(text)).toEqual(new Uint8Array(Buffer.from(`${text}\0`)));
  }
});
