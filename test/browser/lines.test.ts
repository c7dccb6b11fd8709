import { expect, test } from "vitest";
import { changeRows, oldPath } from "../../samples/browser/page/change-rows.ts";
import { layoutRows, layoutTotals } from "../../samples/browser/page/layout-rows.ts";
import { mapLines, segmentsOf } from "../../samples/browser/page/memory-lines.ts";
import type { LayoutNode } from "../../samples/browser/shared/model.ts";
import { listTypes } from "../../samples/browser/worker/type-list.ts";
import { TypeSearch } from "../../samples/browser/worker/type-search.ts";
import { viewType } from "../../samples/browser/worker/type-view.ts";
import { diffBtf, type MemberChange } from "../../src/index.ts";
import { btf } from "../support/btf.ts";

/** What the page of samples/browser makes of types before it shows them. */
const TYPES = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=SIGNED
  [3] INT 'long int' size=8 bits_offset=0 nr_bits=64 encoding=SIGNED
  [4] STRUCT 'sock' size=680 vlen=6
    'c' type_id=2 bits_offset=0
    'flags' type_id=1 bits_offset=32 bitfield_size=3
    '(anon)' type_id=5 bits_offset=64
    'rest' type_id=6 bits_offset=128
    'l' type_id=3 bits_offset=5248
    'd' type_id=2 bits_offset=5312
  [5] UNION '(anon)' size=8 vlen=2
    'a' type_id=1 bits_offset=0
    'b' type_id=3 bits_offset=0
  [6] ARRAY '(anon)' type_id=3 index_type_id=1 nr_elems=80
  [7] TYPEDEF 'sock_t' type_id=4
  [8] FUNC_PROTO '(anon)' ret_type_id=0 vlen=1
    'sk' type_id=9
  [9] PTR '(anon)' type_id=4
  [10] FUNC 'sock_init' type_id=8 linkage=static
  [11] STRUCT 'vsock_sock' size=8 vlen=1
    'sk' type_id=9 bits_offset=0
  [12] STRUCT 'Sock' size=0 vlen=0
`;

function layoutOf(name: string, types = TYPES): LayoutNode {
  const view = viewType(types, types.find(name, "STRUCT") ?? 0, 8);
  if (!("layout" in view)) throw new Error(`${name} has no layout`);
  return view.layout as LayoutNode;
}

const SOCK = layoutOf("sock");

test("a layout in lines has its members, what is unused, and where cachelines begin", () => {
  const lines = layoutRows(SOCK).map((row) => {
    if (row.row === "member")
      return `${"  ".repeat(row.depth)}${row.member.name ?? row.member.kind} ${row.member.offset}`;
    return Object.values(row).join(" ");
  });
  expect(lines).toEqual([
    "c 0",
    "hole 0 1 3",
    "flags 4",
    "bit hole 0 29",
    "UNION 8",
    "  a 8",
    "  b 8",
    "rest 16",
    // 656 is 10 cachelines and 16 bytes.
    "cacheline 10 16",
    "l 656",
    "d 664",
    "padding 0 665 15",
  ]);
  expect(layoutTotals(SOCK)).toEqual({ members: 6, holes: 1, holeBytes: 3, bitHoles: 1, cachelines: 11 });
});

test("an unnamed member with a tag and a qualifier has its members in it, with their names", () => {
  const types = btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'tag' size=4 vlen=1
      'in' type_id=1 bits_offset=0
    [3] CONST '(anon)' type_id=2
    [4] STRUCT 's' size=8 vlen=2
      'first' type_id=1 bits_offset=0
      '(anon)' type_id=3 bits_offset=32
  `;
  const [, tagged] = layoutOf("s", types).members;
  expect(tagged).toMatchObject({
    name: null,
    type: "const struct tag",
    members: [{ name: "in", offset: 4 }],
  });
});

test("a map leaves no bit of a struct out, and folds the cachelines that one member fills", () => {
  const segments = segmentsOf(SOCK);
  let end = 0;
  for (const segment of segments) {
    expect(segment.start).toBe(end);
    end = segment.end;
  }
  expect(end).toBe(11 * 64 * 8);
  expect(segments.map(({ label }) => label)).toEqual([
    "c",
    "hole",
    "flags",
    "hole",
    "a | b",
    "rest",
    "l",
    "d",
    "padding",
    "",
  ]);
  const { lines, left } = mapLines(segments, SOCK.size, 100);
  expect(lines.map(({ from, to }) => [from, to])).toEqual([
    [0, 0],
    [1, 9],
    [10, 10],
  ]);
  for (const { parts } of lines) expect(parts.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(100);
  expect(left).toBe(0);
  expect(mapLines(segments, SOCK.size, 1)).toMatchObject({ lines: [{ from: 0 }], left: 10 });
});

test("search has the name itself first, then what begins with it, then words and parts of names; types before functions", () => {
  const list = listTypes(TYPES);
  const search = new TypeSearch(list);
  const names = (query: string, kinds: number[] = []) =>
    Array.from(search.find(query, kinds), (place) =>
      list.names.slice(list.starts[place], list.starts[place + 1] - 1),
    );
  expect(names("sock")).toEqual(["sock", "Sock", "sock_t", "sock_init", "vsock_sock"]);
  expect(names("SOCK init")).toEqual(["sock_init"]);
  expect(names("sock", [TYPES.kind(7)])).toEqual(["sock_t"]);
  expect(names("nothing")).toEqual([]);
  // Four uses: `long int` (two members, an array, whose member counts too) and `sock` (a typedef, a pointer and its two
  // users).
  expect(names("")).toEqual(["long int", "sock", "int", "char", "sock_t", "sock_init", "vsock_sock", "Sock"]);
});

test("members that moved alike are told together, after what changed otherwise", () => {
  const struct = (members: string, size: number) => btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 's' size=${size} vlen=${members.split("\n").length}
      ${members}
  `;
  const member = (name: string, at: number) => `'${name}' type_id=1 bits_offset=${at * 8}`;
  const old = struct([member("a", 0), member("b", 4), member("c", 8), member("d", 12)].join("\n"), 16);
  const next = struct(
    [member("a", 0), member("new", 4), member("b", 8), member("c", 12), member("d", 16)].join("\n"),
    20,
  );
  const [{ members }] = diffBtf(old, next).changes;
  expect(changeRows(members as MemberChange[])).toMatchObject([
    { row: "change", change: { change: "added", name: "new" } },
    { row: "moved", first: { name: "b" }, last: { name: "d" }, count: 3, by: 32 },
  ]);
});

test("a renamed member of a struct in a struct has its old name at the end of the same path", () => {
  const struct = (name: string) => btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 's' size=8 vlen=2
      'first' type_id=1 bits_offset=0
      'held' type_id=3 bits_offset=32
    [3] STRUCT '(anon)' size=4 vlen=1
      '${name}' type_id=1 bits_offset=0
  `;
  const [{ members }] = diffBtf(struct("before"), struct("after")).changes;
  expect(members.map((member) => [oldPath(member), member.path])).toEqual([["held.before", "held.after"]]);
});
