import { describe, expect, it } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { dumpRaw, type RawOptions } from "../../src/dump/raw.ts";
import { btf, LAYOUT } from "../support/btf.ts";
import { printed } from "../support/dump.ts";

const raw = (types: Btf, options: RawOptions = {}): string =>
  printed((sink) => dumpRaw(types, sink, options));

/** One type of every kind, as bpftool 7.8 prints them. */
const EVERY_KIND = `[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
[2] INT 'flag' size=1 bits_offset=0 nr_bits=8 encoding=BOOL
[3] PTR '(anon)' type_id=0
[4] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=4294967295
[5] STRUCT 's' size=8 vlen=2
	'a' type_id=1 bits_offset=0 bitfield_size=3
	'(anon)' type_id=1 bits_offset=32
[6] UNION '(anon)' size=4 vlen=0
[7] ENUM 'e' encoding=UNSIGNED size=4 vlen=2
	'ZERO' val=0
	'TOP' val=4294967295
[8] ENUM '(anon)' encoding=SIGNED size=4 vlen=1
	'NEG' val=-2147483648
[9] FWD 'f' fwd_kind=struct
[10] FWD 'g' fwd_kind=union
[11] TYPEDEF 't' type_id=1
[12] VOLATILE '(anon)' type_id=1
[13] CONST '(anon)' type_id=12
[14] RESTRICT '(anon)' type_id=3
[15] FUNC_PROTO '(anon)' ret_type_id=0 vlen=2
	'p' type_id=1
	'(anon)' type_id=0
[16] FUNC 'run' type_id=15 linkage=static
[17] FUNC 'ext' type_id=15 linkage=extern
[18] VAR 'v' type_id=1, linkage=global
[19] DATASEC '.data' size=4 vlen=1
	type_id=18 offset=0 size=4 (VAR 'v')
[20] FLOAT 'double' size=8
[21] DECL_TAG 'tag' type_id=5 component_idx=-1
[22] TYPE_TAG 'user' type_id=3
[23] ENUM64 'big' encoding=UNSIGNED size=8 vlen=1
	'MAX' val=18446744073709551615ULL
[24] ENUM64 'low' encoding=SIGNED size=8 vlen=2
	'MIN' val=-9223372036854775808LL
	'ONE' val=1LL
`;

describe("raw dump", () => {
  it("prints every kind as bpftool does", () => {
    expect(raw(btf`${EVERY_KIND}`)).toBe(EVERY_KIND);
  });

  it("is the same for BTF of the other byte order", () => {
    expect(raw(btf.as({ littleEndian: false })`${EVERY_KIND}`)).toBe(EVERY_KIND);
  });

  it("prints the own types of split BTF, with ids that go on from the base", () => {
    const base = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
    const split = btf.split(base)`[2] PTR '(anon)' type_id=1`;
    expect(raw(split)).toBe("[2] PTR '(anon)' type_id=1\n");
  });

  it("prints chosen types in the order given, of the base too, and void", () => {
    const base = btf`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
    const split = btf.split(base)`[2] TYPEDEF 't' type_id=1`;
    expect(raw(split, { ids: [2, 0, 1] })).toBe(
      "[2] TYPEDEF 't' type_id=1\n[0] UNKNOWN '(anon)'\n[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n",
    );
  });

  it("prints names as they are, or escaped for a terminal", () => {
    const types = btf`[1] TYPEDEF '\x1b[31m\x5c\xe9' type_id=0`;
    expect(raw(types)).toBe("[1] TYPEDEF '\x1b[31m\\\xe9' type_id=0\n");
    expect(raw(types, { escapeControl: true })).toBe("[1] TYPEDEF '\\x1b[31m\\x5c\\xe9' type_id=0\n");
  });

  it("is the same whatever the size of the buffer", () => {
    for (const capacity of [64, 65, 100, 1 << 18]) {
      expect(printed((sink) => dumpRaw(btf`${EVERY_KIND}`, sink), capacity)).toBe(EVERY_KIND);
    }
  });

  it("prints nothing of an unknown kind but its name", () => {
    const types = btf.as({ hdrLen: 32, layout: [...LAYOUT, [4, 8]] })`
      [1] UNKNOWN 'new' kind=23 vlen=1 size=0 words=1,2,3
      [2] PTR '(anon)' type_id=1`;
    expect(raw(types)).toBe("[1] UNKNOWN 'new'\n[2] PTR '(anon)' type_id=1\n");
  });
});
