import { describe, expect, it } from "vitest";
import { layoutOf } from "../../src/types/layout.ts";
import { alignOf, sizeOf, skipModifiers } from "../../src/types/sizes.ts";
import { btf } from "../support/btf.ts";

const types = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] PTR '(anon)' type_id=0
  [3] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=3
  [4] STRUCT 's' size=24 vlen=5
    'a' type_id=1 bits_offset=0 bitfield_size=3
    'b' type_id=2 bits_offset=64
    'c' type_id=6 bits_offset=128
    'd' type_id=6 bits_offset=144
    'e' type_id=10 bits_offset=152
  [5] TYPEDEF 's_t' type_id=7
  [6] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=CHAR
  [7] CONST '(anon)' type_id=4
  [8] FWD 'opaque' fwd_kind=struct
  [9] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0
  [10] ARRAY '(anon)' type_id=6 index_type_id=1 nr_elems=0
  [11] STRUCT 'empty' size=0 vlen=0
  [12] FUNC 'f' type_id=9 linkage=static
  [13] VAR 'v' type_id=3, linkage=static
  [14] CONST '(anon)' type_id=15
  [15] VOLATILE '(anon)' type_id=14
  [16] ARRAY '(anon)' type_id=17 index_type_id=1 nr_elems=4294967295
  [17] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=4294967295
  [18] STRUCT 'packed' size=5 vlen=2
    'a' type_id=6 bits_offset=0
    'b' type_id=1 bits_offset=8
  [19] CONST '(anon)' type_id=0
`;
const split = btf.split(types)`[20] TYPEDEF 'mine' type_id=3`;

it.each([
  [1, 4, 4],
  [2, 8, 8],
  [3, 12, 4],
  [4, 24, 8],
  [5, 24, 8],
  [10, 0, 1],
  [11, 0, 1],
  [18, 5, 1],
  [20, 12, 4],
])("type %d has %d bytes and an alignment of %d", (id, size, align) => {
  expect(sizeOf(split, id)).toBe(size);
  expect(alignOf(split, id)).toBe(align);
});

it.each([0, 8, 9, 12, 19])("type %d has neither size nor alignment", (id) => {
  expect(sizeOf(split, id)).toBeUndefined();
  expect(alignOf(split, id)).toBeUndefined();
});

it("has the size of what a variable holds, and none for what is larger than the format can say", () => {
  expect(sizeOf(types, 13)).toBe(12);
  expect(sizeOf(types, 16)).toBeUndefined();
});

it("takes pointers for as large as long", () => {
  const small = btf`
    [1] INT 'long unsigned int' size=4 bits_offset=0 nr_bits=32 encoding=(none)
    [2] PTR '(anon)' type_id=0
  `;
  expect(sizeOf(small, 2)).toBe(4);
});

it("skips typedefs, qualifiers and tags, and says which type goes round in a circle", () => {
  expect(skipModifiers(split, 20)).toBe(3);
  expect(skipModifiers(split, 5)).toBe(4);
  expect(skipModifiers(split, 19)).toBe(0);
  expect(skipModifiers(split, 0)).toBe(0);
  expect(() => skipModifiers(split, 14)).toThrow("unsatisfiable type cycle, id:[14]");
});

it("refuses an id that no type has", () => {
  const refused = new RangeError("there is no type id 21: this BTF and its bases have 0 to 20");
  for (const ask of [sizeOf, alignOf, skipModifiers, layoutOf]) {
    expect(() => ask(split, 21)).toThrow(refused);
  }
});

describe("layoutOf", () => {
  it("says where members lie and what is unused", () => {
    expect(layoutOf(split, 5)).toEqual({
      id: 4,
      kind: "STRUCT",
      name: "s",
      size: 24,
      align: 8,
      packed: false,
      members: [
        { name: "a", type: 1, offset: 0, size: 4, bitOffset: 0, bitSize: 3 },
        { name: "b", type: 2, offset: 8, size: 8, bitOffset: 0, bitSize: 0 },
        { name: "c", type: 6, offset: 16, size: 1, bitOffset: 0, bitSize: 0 },
        { name: "d", type: 6, offset: 18, size: 1, bitOffset: 0, bitSize: 0 },
        { name: "e", type: 10, offset: 19, size: 0, bitOffset: 0, bitSize: 0 },
      ],
      holes: [
        { after: 0, offset: 0, size: 0, bitSize: 29 },
        { after: 0, offset: 4, size: 4, bitSize: 0 },
        { after: 2, offset: 17, size: 1, bitSize: 0 },
      ],
      padding: 5,
      bitPadding: 0,
    });
  });

  it("knows packed structs", () => {
    expect(layoutOf(types, 18)).toMatchObject({ align: 1, packed: true, holes: [], padding: 0 });
  });

  it("refuses what is no struct or union", () => {
    expect(() => layoutOf(types, 3)).toThrow(new RangeError("type id 3 is ARRAY, not a struct or union"));
    expect(() => layoutOf(types, 19)).toThrow(new RangeError("type id 19 is void, not a struct or union"));
  });
});
