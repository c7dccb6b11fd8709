import { expect, test } from "vitest";
import { btf, raw, rawText } from "./btf.ts";

const everyKind = raw`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] PTR '(anon)' type_id=5
  [3] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=4294967295
  [4] STRUCT 'plain' size=16777220 vlen=2
    'a' type_id=1 bits_offset=4294967295
    '(anon)' type_id=1 bits_offset=32
  [5] STRUCT 'bits' size=4 vlen=2
    'a' type_id=1 bits_offset=0 bitfield_size=255
    'b' type_id=1 bits_offset=16777215
  [6] UNION 'u' size=8 vlen=1
    'a' type_id=3 bits_offset=0
  [7] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
    'A' val=4294967295
    'B' val=0
  [8] ENUM 's' encoding=SIGNED size=4 vlen=1
    'C' val=-2147483648
  [9] FWD 'f' fwd_kind=struct
  [10] FWD 'fu' fwd_kind=union
  [11] TYPEDEF 't' type_id=6
  [12] VOLATILE '(anon)' type_id=11
  [13] CONST '(anon)' type_id=0
  [14] RESTRICT '(anon)' type_id=2
  [15] FUNC 'main' type_id=16 linkage=static
  [16] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2
    'argc' type_id=1
    '(anon)' type_id=0
  [17] VAR 'v' type_id=1, linkage=global
  [18] DATASEC '.data' size=4 vlen=1
    type_id=17 offset=0 size=4 (VAR 'v')
  [19] FLOAT 'float' size=4
  [20] DECL_TAG 'tag' type_id=5 component_idx=-1
  [21] TYPE_TAG 'user' type_id=0
  [22] ENUM64 'e64' encoding=UNSIGNED size=8 vlen=1
    'D' val=18446744073709551615ULL
  [23] ENUM64 's64' encoding=SIGNED size=8 vlen=1
    'E' val=-9223372036854775808LL
  [24] INT 'it's \xff\x0a' size=16 bits_offset=3 nr_bits=128 encoding=BOOL
  [25] VAR 'x' type_id=1, linkage=extern
  [26] FUNC 'g' type_id=16 linkage=extern`;

test.each([
  ["little-endian", {}],
  ["big-endian", { littleEndian: false }],
  ["with a header of 32 bytes", { hdrLen: 32 }],
])("the text of every kind survives, %s", (_, form) => {
  expect(rawText(btf.as(form)`${everyKind}`)).toBe(everyKind);
});
