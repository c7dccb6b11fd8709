import { describe, expect, test } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { forEachNameOff, forEachTypeId } from "../../src/btf/fields.ts";
import { btf, LAYOUT, typeText } from "../support/btf.ts";

/** Ids and names of a type as the walkers find them, and as the raw text has them. */
function walked(source: Btf, id: number): { ids: number[]; names: string[] } {
  const ids: number[] = [];
  const names: string[] = [];
  forEachTypeId(source.words, source.start(id), (word) => ids.push(source.words[word]));
  forEachNameOff(source.words, source.start(id), (word) => {
    names.push(source.words[word] === 0 ? "(anon)" : source.strings.text(source.words[word]));
  });
  return { ids, names };
}

function written(text: string): { ids: number[]; names: string[] } {
  const bare = text.replace(/ \(\w+ '[^']*'\)$/gm, "");
  return {
    ids: [...bare.matchAll(/\w*type_id=(\d+)/g)].map((match) => Number(match[1])),
    names: [...bare.matchAll(/'([^']*)'/g)].map((match) => match[1]),
  };
}

const everyKind = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] PTR '(anon)' type_id=5
  [3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=7
  [4] STRUCT 's' size=8 vlen=2
    'a' type_id=1 bits_offset=0
    '(anon)' type_id=5 bits_offset=32
  [5] UNION '(anon)' size=8 vlen=2
    'bit' type_id=1 bits_offset=0 bitfield_size=3
    'b' type_id=3 bits_offset=0
  [6] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
    'A' val=1
    'B' val=2
  [7] FWD 'f' fwd_kind=union
  [8] TYPEDEF 't' type_id=6
  [9] VOLATILE '(anon)' type_id=8
  [10] CONST '(anon)' type_id=0
  [11] RESTRICT '(anon)' type_id=2
  [12] FUNC 'main' type_id=13 linkage=extern
  [13] FUNC_PROTO '(anon)' ret_type_id=9 vlen=2
    'argc' type_id=1
    '(anon)' type_id=0
  [14] VAR 'v' type_id=4, linkage=global
  [15] DATASEC '.data' size=4 vlen=2
    type_id=14 offset=0 size=8 (VAR 'v')
    type_id=14 offset=8 size=8 (VAR 'v')
  [16] FLOAT 'float' size=4
  [17] DECL_TAG 'tag' type_id=4 component_idx=1
  [18] TYPE_TAG 'user' type_id=17
  [19] ENUM64 'e64' encoding=SIGNED size=8 vlen=2
    'C' val=-1LL
    'D' val=1LL
  [20] LOC_PARAM '(anon)' size=8 flags=56 vlen=2 words=2,16
  [21] LOC_PROTO '(anon)' vlen=2
    type_id=20
    type_id=0
  [22] LOCSEC 'inline.text' vlen=2
    func_type_id=12 loc_proto_type_id=21 offset=64
    func_type_id=12 loc_proto_type_id=0 offset=128`;

test.each(Array.from({ length: 22 }, (_, i) => [typeText(everyKind, i + 1).split("\n")[0], i + 1] as const))(
  "the walkers visit the ids and names of %s, in the order of the text",
  (_, id) => {
    expect(walked(everyKind, id)).toEqual(written(typeText(everyKind, id)));
  },
);

test("a walker may rewrite what it visits", () => {
  const words = everyKind.words.slice();
  forEachTypeId(words, everyKind.start(3), (word) => {
    words[word] += 100;
  });
  expect([...words.subarray(everyKind.start(3), everyKind.start(4))]).toEqual([0, 3 << 24, 0, 102, 101, 7]);
});

describe("of a kind that only the layout describes", () => {
  const source = btf.as({ layout: [...LAYOUT, [4, 4]] })`
    [1] UNKNOWN 'new' kind=23 vlen=1 size=1 words=1,1`;
  test("the walkers know no more than the name", () => {
    expect(walked(source, 1)).toEqual({ ids: [], names: ["new"] });
  });
});
