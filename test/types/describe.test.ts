import fc from "fast-check";
import { expect, it, describe as suite } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { Builder, type NewType } from "../../src/types/build.ts";
import { describe } from "../../src/types/describe.ts";
import type { TypeDescription } from "../../src/types/description.ts";
import { families, parsed } from "../support/arbitrary.ts";
import { btf, raw, rawText } from "../support/btf.ts";

const text = raw`
  [1] INT 'signed char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
  [2] INT '_Bool' size=1 bits_offset=0 nr_bits=8 encoding=BOOL
  [3] PTR '(anon)' type_id=0
  [4] ARRAY '(anon)' type_id=1 index_type_id=2 nr_elems=7
  [5] STRUCT 's' size=8 vlen=3
    'a' type_id=1 bits_offset=0 bitfield_size=3
    '(anon)' type_id=6 bits_offset=32
    'flex' type_id=19 bits_offset=64
  [6] UNION '(anon)' size=4 vlen=1
    'f' type_id=16 bits_offset=0
  [7] ENUM 'e' encoding=SIGNED size=4 vlen=1
    'MINUS' val=-1
  [8] FWD 'opaque' fwd_kind=union
  [9] TYPEDEF 's_t' type_id=5
  [10] CONST '(anon)' type_id=9
  [11] VOLATILE '(anon)' type_id=10
  [12] RESTRICT '(anon)' type_id=3
  [13] FUNC 'printk' type_id=14 linkage=static
  [14] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2
    'fmt' type_id=3
    '(anon)' type_id=0
  [15] VAR 'jiffies' type_id=11, linkage=extern
  [16] FLOAT 'float' size=4
  [17] DECL_TAG 'tag' type_id=5 component_idx=-1
  [18] TYPE_TAG 'rcu' type_id=3
  [19] ARRAY '(anon)' type_id=1 index_type_id=2 nr_elems=0
  [20] ENUM64 'e64' encoding=UNSIGNED size=8 vlen=1
    'ALL' val=18446744073709551615ULL
  [21] DATASEC '.data' size=8 vlen=1
    type_id=15 offset=0 size=8 (VAR 'jiffies')
`;
const all = btf`${text}`;

const expected: TypeDescription[] = [
  { id: 0, kind: "VOID", name: "" },
  {
    id: 1,
    kind: "INT",
    name: "signed char",
    size: 1,
    bits: 8,
    bitOffset: 0,
    signed: true,
    char: false,
    bool: false,
  },
  {
    id: 2,
    kind: "INT",
    name: "_Bool",
    size: 1,
    bits: 8,
    bitOffset: 0,
    signed: false,
    char: false,
    bool: true,
  },
  { id: 3, kind: "PTR", name: "", type: 0 },
  { id: 4, kind: "ARRAY", name: "", type: 1, indexType: 2, length: 7 },
  {
    id: 5,
    kind: "STRUCT",
    name: "s",
    size: 8,
    members: [
      { name: "a", type: 1, bitOffset: 0, bitSize: 3, bitfieldSize: 3 },
      { name: "", type: 6, bitOffset: 32, bitSize: 32, bitfieldSize: 0 },
      { name: "flex", type: 19, bitOffset: 64, bitSize: 0, bitfieldSize: 0 },
    ],
  },
  {
    id: 6,
    kind: "UNION",
    name: "",
    size: 4,
    members: [{ name: "f", type: 16, bitOffset: 0, bitSize: 32, bitfieldSize: 0 }],
  },
  { id: 7, kind: "ENUM", name: "e", size: 4, signed: true, enumerators: [{ name: "MINUS", value: -1 }] },
  { id: 8, kind: "FWD", name: "opaque", of: "union" },
  { id: 9, kind: "TYPEDEF", name: "s_t", type: 5 },
  { id: 10, kind: "CONST", name: "", type: 9 },
  { id: 11, kind: "VOLATILE", name: "", type: 10 },
  { id: 12, kind: "RESTRICT", name: "", type: 3 },
  { id: 13, kind: "FUNC", name: "printk", type: 14, linkage: "static" },
  {
    id: 14,
    kind: "FUNC_PROTO",
    name: "",
    returns: 0,
    params: [{ name: "fmt", type: 3 }],
    variadic: true,
  },
  { id: 15, kind: "VAR", name: "jiffies", type: 11, linkage: "extern" },
  { id: 16, kind: "FLOAT", name: "float", size: 4 },
  { id: 17, kind: "DECL_TAG", name: "tag", type: 5, componentIndex: -1, attribute: false },
  { id: 18, kind: "TYPE_TAG", name: "rcu", type: 3, attribute: false },
  { id: 19, kind: "ARRAY", name: "", type: 1, indexType: 2, length: 0 },
  {
    id: 20,
    kind: "ENUM64",
    name: "e64",
    size: 8,
    signed: false,
    enumerators: [{ name: "ALL", value: 0xffff_ffff_ffff_ffffn }],
  },
  { id: 21, kind: "DATASEC", name: ".data", size: 8, variables: [{ type: 15, offset: 0, size: 8 }] },
];

suite("describe", () => {
  it.each(expected)("says what $kind is", (description) => {
    expect(describe(all, description.id)).toEqual(description);
  });

  it("reaches the types of the base, and says what it does not know", () => {
    const split = btf.split(all, {
      hdrLen: 32,
      layout: Array.from({ length: 31 }, () => [0, 0] as const),
    })`[22] UNKNOWN 'new' kind=30`;
    expect(describe(split, 22)).toEqual({ id: 22, kind: "UNKNOWN", name: "new", kindNumber: 30 });
    expect(describe(split, 16)).toEqual(describe(all, 16));
  });

  it("refuses an id that no type has", () => {
    for (const id of [22, -1, 0.5]) {
      expect(() => describe(all, id)).toThrow(
        new RangeError(`there is no type id ${id}: this BTF and its bases have 0 to 21`),
      );
    }
  });
});

/** The same types, added one after the other. */
function rebuilt(source: Btf, base: Btf | null): Btf {
  const builder = new Builder(base);
  for (const id of source.ids()) {
    const description = describe(source, id);
    if (description.kind === "VOID" || description.kind === "UNKNOWN") throw new Error(description.kind);
    const type: NewType = description;
    expect(builder.add(type)).toBe(id);
  }
  return builder.toBtf();
}

suite("Builder", () => {
  it("makes every kind again of its description", () => {
    expect(rawText(rebuilt(all, null))).toBe(text);
  });

  it("makes any BTF again, with its base, of what it is described as", () => {
    fc.assert(
      fc.property(families(), ({ base, splits }) => {
        const below = parsed(base);
        const split = parsed(splits[0], below);
        for (const [source, onto] of [
          [below, null],
          [split, below],
        ] as const) {
          const again = rebuilt(source, onto);
          const described = (btf: Btf) => [...btf.ids()].map((id) => describe(btf, id));
          expect(described(again)).toEqual(described(source));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("keeps a name of the base where the base has it, and the base's byte order", () => {
    const base = btf.as({
      littleEndian: false,
    })`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
    const builder = new Builder(base);
    expect(builder.nextId).toBe(2);
    builder.add({ kind: "TYPEDEF", name: "int", type: 1 });
    const split = builder.toBtf();
    expect(split.header.littleEndian).toBe(false);
    expect(split.strings.bytes.length).toBe(0);
    expect(rawText(split)).toBe(raw`[2] TYPEDEF 'int' type_id=1`);
    expect(builder.toBytes({ hdrLen: 32 })[4 + 3]).toBe(32);
  });

  it.each<[string, NewType]>([
    ["value: -1 does not fit", { kind: "ENUM", name: "e", enumerators: [{ name: "A", value: -1 }] }],
    ["value: 1.5 does not fit", { kind: "ENUM", name: "e", enumerators: [{ name: "A", value: 1.5 }] }],
    [
      "value: 18446744073709551616 does not fit",
      { kind: "ENUM64", name: "e", enumerators: [{ name: "A", value: 1n << 64n }] },
    ],
    ["size or type: -4 does not fit", { kind: "PTR", type: -4 }],
    ["bits of 'huge': 512 does not fit", { kind: "INT", name: "huge", size: 64 }],
    [
      "bitfieldSize of member 'm': 256 does not fit",
      { kind: "STRUCT", size: 1, members: [{ name: "m", type: 1, bitOffset: 0, bitfieldSize: 256 }] },
    ],
    ["a name with a NUL inside", { kind: "TYPEDEF", name: "a\0b", type: 0 }],
  ])("refuses with '%s'", (message, type) => {
    const builder = new Builder();
    expect(() => builder.add(type)).toThrow(new RangeError(message));
    expect(builder.nextId).toBe(1);
  });

  it("refuses the id of a type that was never added when it is finished", () => {
    const builder = new Builder();
    builder.add({ kind: "PTR", type: 2 });
    expect(() => builder.toBtf()).toThrow("invalid referenced type ID 2");
  });
});
