import { expect, it } from "vitest";
import { membersAt, placeMember } from "../../src/types/member-path.ts";
import { similarNames } from "../../src/types/similar-names.ts";
import { btf } from "../support/btf.ts";

const types = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 'conn' size=40 vlen=5
    '(anon)' type_id=3 bits_offset=0
    'ends' type_id=6 bits_offset=64
    'flag' type_id=1 bits_offset=258 bitfield_size=3
    'next' type_id=7 bits_offset=192
    'typed' type_id=8 bits_offset=288
  [3] UNION '(anon)' size=8 vlen=2
    'pair' type_id=9 bits_offset=0
    '(anon)' type_id=4 bits_offset=0
  [4] STRUCT '(anon)' size=8 vlen=2
    'daddr' type_id=1 bits_offset=0
    'saddr' type_id=1 bits_offset=32
  [5] STRUCT 'end' size=8 vlen=2
    'ip' type_id=1 bits_offset=0
    'port' type_id=1 bits_offset=32
  [6] ARRAY '(anon)' type_id=5 index_type_id=1 nr_elems=2
  [7] PTR '(anon)' type_id=2
  [8] TYPEDEF 'number' type_id=1
  [9] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
  [10] TYPEDEF 'conn_t' type_id=2
  [11] STRUCT 'end' size=4 vlen=1
    'other' type_id=1 bits_offset=0
`;

it.each([
  ["conn.pair", 9, 0, 64],
  ["conn.saddr", 1, 32, 32],
  ["conn.ends[1].port", 1, 160, 32],
  ["conn.ends[1]", 5, 128, 64],
  ["conn_t.next", 7, 192, 64],
  ["struct conn.typed", 8, 288, 32],
  ["end.other", 1, 0, 32],
  ["conn", 2, 0, 320],
])("places %s", (path, type, bitOffset, bitSize) => {
  expect(placeMember(types, path)).toEqual({ path, type, bitOffset, bitSize, bitfieldSize: 0 });
});

it("places a bitfield", () => {
  expect(placeMember(types, "conn.flag")).toMatchObject({ bitOffset: 258, bitSize: 3, bitfieldSize: 3 });
});

it.each([
  ["nothing.at.all", "there is no struct or union 'nothing'"],
  ["conn.nothing", "struct conn has no member 'nothing'"],
  ["conn.next.pair", "'pair' lies behind a pointer, so it has no offset here"],
  ["conn.pair.x", "what 'x' is asked of is not a struct or union"],
  ["conn.pair[1]", "what [1] is asked of is not an array"],
  ["conn..x", "write a path as in C: type.member, type.array[1].member"],
])("says why there is no %s", (path, missing) => {
  expect(placeMember(types, path)).toEqual({ path, missing });
});

it.each([
  [5, ["conn.pair", "conn.saddr"]],
  [20, ["conn.ends", "conn.ends[1]", "conn.ends[1].port"]],
  [32, ["conn.flag"]],
  [33, []],
  [100, []],
])("finds all that lies at byte %d", (byte, paths) => {
  expect(membersAt(types, 2, byte).map(({ path }) => path)).toEqual(paths);
});

it("finds names that are like a wrong one, the likest first", () => {
  expect(similarNames(types, "con_t")).toEqual(["conn_t"]);
  expect(similarNames(types, "numbers")).toEqual(["number"]);
  expect(similarNames(types, "zzz")).toEqual([]);
});
