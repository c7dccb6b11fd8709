import { describe, expect, it } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { dumpJson, type JsonOptions } from "../../src/dump/json.ts";
import { btf } from "../support/btf.ts";
import { printed } from "../support/dump.ts";

const json = (types: Btf, options: JsonOptions = {}): string =>
  printed((sink) => dumpJson(types, sink, options));

const SMALL = btf`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 's' size=4 vlen=1
    'a' type_id=1 bits_offset=0 bitfield_size=3
  [3] UNION '(anon)' size=0 vlen=0
`;

describe("JSON dump", () => {
  it("prints all types on one line", () => {
    expect(json(SMALL)).toBe(
      '{"types":[{"id":1,"kind":"INT","name":"int","size":4,"bits_offset":0,"nr_bits":32,"encoding":"SIGNED"},' +
        '{"id":2,"kind":"STRUCT","name":"s","size":4,"vlen":1,"members":[{"name":"a","type_id":1,"bits_offset":0,"bitfield_size":3}]},' +
        '{"id":3,"kind":"UNION","name":"(anon)","size":0,"vlen":0,"members":[]}]}\n',
    );
  });

  it("prints a line for each field when it is to be pretty", () => {
    expect(json(SMALL, { pretty: true, ids: [2, 3] })).toBe(`{
    "types": [{
            "id": 2,
            "kind": "STRUCT",
            "name": "s",
            "size": 4,
            "vlen": 1,
            "members": [{
                    "name": "a",
                    "type_id": 1,
                    "bits_offset": 0,
                    "bitfield_size": 3
                }
            ]
        },{
            "id": 3,
            "kind": "UNION",
            "name": "(anon)",
            "size": 0,
            "vlen": 0,
            "members": []
        }
    ]
}
`);
  });

  it.each([
    [false, '{"types":[]}\n'],
    [true, '{\n    "types": []\n}\n'],
  ])("prints an empty list where there are no types (pretty: %s)", (pretty, expected) => {
    expect(json(SMALL, { ids: [], pretty })).toBe(expected);
  });

  it("names every field of every kind", () => {
    const types = btf`
      [1] PTR '(anon)' type_id=0
      [2] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=3
      [3] ENUM 'e' encoding=SIGNED size=4 vlen=1
        'A' val=-1
      [4] ENUM64 'e64' encoding=UNSIGNED size=8 vlen=1
        'B' val=18446744073709551615ULL
      [5] FWD 'f' fwd_kind=union
      [6] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1
        'p' type_id=1
      [7] FUNC 'g' type_id=6 linkage=global
      [8] VAR 'v' type_id=1, linkage=static
      [9] DATASEC '.bss' size=8 vlen=1
        type_id=8 offset=0 size=8
      [10] FLOAT 'double' size=8
      [11] DECL_TAG 't' type_id=7 component_idx=-1
    `;
    expect(json(types)).toBe(
      `${[
        '{"types":[{"id":1,"kind":"PTR","name":"(anon)","type_id":0}',
        '{"id":2,"kind":"ARRAY","name":"(anon)","type_id":1,"index_type_id":1,"nr_elems":3}',
        '{"id":3,"kind":"ENUM","name":"e","encoding":"SIGNED","size":4,"vlen":1,"values":[{"name":"A","val":-1}]}',
        '{"id":4,"kind":"ENUM64","name":"e64","encoding":"UNSIGNED","size":8,"vlen":1,"values":[{"name":"B","val":18446744073709551615}]}',
        '{"id":5,"kind":"FWD","name":"f","fwd_kind":"union"}',
        '{"id":6,"kind":"FUNC_PROTO","name":"(anon)","ret_type_id":1,"vlen":1,"params":[{"name":"p","type_id":1}]}',
        '{"id":7,"kind":"FUNC","name":"g","type_id":6,"linkage":"global"}',
        '{"id":8,"kind":"VAR","name":"v","type_id":1,"linkage":"static"}',
        '{"id":9,"kind":"DATASEC","name":".bss","size":8,"vlen":1,"vars":[{"type_id":8,"offset":0,"size":8}]}',
        '{"id":10,"kind":"FLOAT","name":"double","size":8}',
        '{"id":11,"kind":"DECL_TAG","name":"t","type_id":7,"component_idx":-1}]}',
      ].join(",")}\n`,
    );
  });

  it("prints unsigned enumerators as they are, and sign-extended for bpftool's sake", () => {
    const types = btf`
      [1] ENUM 'e' encoding=UNSIGNED size=4 vlen=1
        'TOP' val=4294967295`;
    expect(json(types)).toContain('"val":4294967295}');
    expect(json(types, { compat: true })).toContain('"val":18446744073709551615}');
  });

  it.each([
    ["quotes and backslashes", "\\x22\\x5c", '\\"\\\\'],
    ["short escapes", "\\x09\\x0a\\x0d\\x0c\\x08", "\\t\\n\\r\\f\\b"],
    ["control characters", "\\x1b[0m\\x01\\x7f", "\\u001b[0m\\u0001\\u007f"],
    [
      "UTF-8 as it is",
      "\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x90\\xa7",
      "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7",
    ],
    ["C1 controls", "\\xc2\\x9b", "\\u009b"],
    [
      "what turns text or does not show",
      "\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xd8\\x9c\\xef\\xbb\\xbf\\xe2\\x80\\x8b\\xc2\\xad\\xf3\\xa0\\x80\\x81",
      "\\u202e\\u2066\\u061c\\ufeff\\u200b\\u00ad\\udb40\\udc01",
    ],
    ["its neighbours as they are", "\\xe2\\x80\\xaf\\xe2\\x80\\xa7", "\xe2\x80\xaf\xe2\x80\xa7"],
    [
      "bytes that are no UTF-8 by their number",
      "\\xff\\xc3(\\xed\\xa0\\x80",
      "\\u00ff\\u00c3(\\u00ed\\u00a0\\u0080",
    ],
    ["overlong forms likewise", "\\xc0\\xaf\\xe0\\x80\\xaf", "\\u00c0\\u00af\\u00e0\\u0080\\u00af"],
    ["a sequence that is cut short", "\\xe2\\x82", "\\u00e2\\u0082"],
  ])("writes names with %s so that it is JSON", (_, name, expected) => {
    const text = json(btf`[1] TYPEDEF '${name}' type_id=0`);
    expect(text).toContain(`"name":"${expected}","type_id"`);
    expect(() => JSON.parse(Buffer.from(text, "latin1").toString("utf8"))).not.toThrow();
  });

  it("writes the bytes that bpftool leaves alone as they are for its sake", () => {
    expect(json(btf`[1] TYPEDEF '\x1b\x22\xff' type_id=0`, { compat: true })).toContain(
      '"name":"\x1b\\"\xff"',
    );
  });
});
