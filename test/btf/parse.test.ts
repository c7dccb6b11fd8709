import { describe, expect, test } from "vitest";
import { Btf } from "../../src/btf/btf.ts";
import { encodeBtf } from "../../src/btf/encode.ts";
import { HEAD_WORDS, KIND, KINDS, type Kind, makeInfo, NAME_OFF } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { Builder } from "../../src/types/build.ts";
import { assemble, btf, type Form, LAYOUT, raw, rawText, typeText } from "../support/btf.ts";
import { refused } from "../support/refused.ts";

const INT = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";

/** `bytes` with some replaced: at the offset, as many as given. */
function patched(bytes: Uint8Array, patches: Record<number, number[]>): Uint8Array {
  const copy = bytes.slice();
  for (const [at, values] of Object.entries(patches)) copy.set(values, Number(at));
  return copy;
}

const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];

describe("a header is refused", () => {
  // `struct btf_header`: magic 0, version 2, flags 3, hdr_len 4, type_off 8, type_len 12, str_off 16, str_len 20,
  // layout_off 24, layout_len 28. The INT takes 16 bytes, the strings 5.
  const good = assemble(INT);
  const long = assemble(INT, null, { hdrLen: 32 });
  const laidOut = assemble(INT, null, { layout: LAYOUT });

  test.each<[string, Uint8Array, ErrorCode, number | undefined, RegExp]>([
    ["no bytes", new Uint8Array(0), "truncated", undefined, /BTF header not found/],
    ["23 bytes", good.subarray(0, 23), "truncated", undefined, /23 bytes, at least 24/],
    ["another magic", patched(good, { 0: [0x7f, 0x45] }), "bad-magic", 0, /Invalid BTF magic: 0x457f/],
    ["a header of 20 bytes", patched(good, { 4: u32(20) }), "bad-header", 4, /header length 20/],
    ["a header beyond the data", patched(good, { 4: u32(46) }), "bad-header", 4, /larger than data size 45/],
    ["a header of 4 GiB", patched(good, { 4: u32(0xffffffff) }), "bad-header", 4, /larger than data size/],
    [
      "strings beyond the data",
      patched(good, { 20: u32(6) }),
      "truncated",
      16,
      /strings end at 22, but only 21/,
    ],
    ["strings that wrap 32 bits", patched(good, { 16: u32(0xfffffff0), 20: u32(32) }), "truncated", 16, /./],
    ["the last byte missing", good.subarray(0, good.length - 1), "truncated", 16, /only 20 bytes/],
    ["types beyond the strings", patched(good, { 12: u32(20) }), "bad-header", 8, /sections layout/],
    [
      "types that wrap 32 bits",
      patched(good, { 8: u32(0xfffffffc), 12: u32(16) }),
      "bad-header",
      8,
      /layout/,
    ],
    ["unaligned types", patched(good, { 8: u32(2), 12: u32(12) }), "bad-header", 8, /not aligned to 4/],
    ["an unaligned layout", patched(laidOut, { 24: u32(17) }), "bad-header", 24, /not aligned to 4/],
    [
      "a layout over the types",
      patched(laidOut, { 24: u32(12) }),
      "bad-header",
      24,
      /layout data at 12 \+ 92/,
    ],
    [
      "a layout over the strings",
      patched(laidOut, { 28: u32(96) }),
      "bad-header",
      24,
      /layout data at 16 \+ 96/,
    ],
    [
      "a layout in a file without",
      patched(long, { 24: u32(16), 28: u32(4) }),
      "bad-header",
      24,
      /layout data/,
    ],
    ["a layout of 79 bytes", patched(laidOut, { 28: u32(79) }), "bad-layout", 28, /79 bytes/],
  ])("with %s", (_, bytes, code, offset, message) => {
    const error = refused(() => parseBtf(bytes));
    expect(error).toMatchObject({ code, at: offset === undefined ? {} : { offset } });
    expect(error.message).toMatch(message);
  });

  test("in the big-endian form at the same offset", () => {
    const big = assemble(INT, null, { littleEndian: false });
    expect(refused(() => parseBtf(patched(big, { 4: [0, 0, 0, 20] })))).toMatchObject({
      code: "bad-header",
      at: { offset: 4 },
    });
  });
});

describe("a header is read", () => {
  // libbpf asks nothing of version and flags, allows gaps, trailing bytes and longer headers.
  test.each<[string, Form]>([
    ["of 24 bytes", { hdrLen: 24 }],
    ["of 25 bytes", { hdrLen: 25 }],
    ["of 28 bytes, that is without layout_len", { hdrLen: 28 }],
    ["of 32 bytes", { hdrLen: 32 }],
    ["of 40 bytes, the last eight unknown", { hdrLen: 40 }],
    ["with the layout of all kinds", { layout: LAYOUT }],
    ["with gaps and bytes after the end", { gaps: [4, 3, 5] }],
    ["in big-endian order", { littleEndian: false }],
    ["in big-endian order with the layout", { littleEndian: false, layout: LAYOUT, gaps: [8, 4, 0] }],
    ["with strings that nothing refers to", { strings: ["unused", "unused", "int"] }],
  ])("%s", (_, form) => {
    expect(rawText(parseBtf(assemble(INT, null, form)))).toBe(INT);
  });

  test("with a version and flags of any value", () => {
    const { header } = parseBtf(patched(assemble(INT), { 2: [9, 8] }));
    expect(header).toMatchObject({ version: 9, flags: 8 });
  });

  test("and says where its first unknown byte is that is not zero", () => {
    const bytes = assemble(INT, null, { hdrLen: 40 });
    expect(parseBtf(bytes).header.extraAt).toBe(0);
    expect(parseBtf(patched(bytes, { 37: [1] })).header.extraAt).toBe(37);
  });

  test("at any alignment in a larger buffer", () => {
    const bytes = assemble(INT);
    for (const shift of [1, 2, 3]) {
      const buffer = new Uint8Array(bytes.length + 8);
      buffer.set(bytes, shift);
      expect(rawText(parseBtf(buffer.subarray(shift, shift + bytes.length)))).toBe(INT);
    }
  });
});

describe("the strings are refused", () => {
  test.each<[string, Record<number, number[]>, ErrorCode, RegExp]>([
    ["without a NUL at the end", { 44: [0x41] }, "bad-strings", /last byte is not NUL/],
    ["when there are none", { 20: u32(0) }, "bad-strings", /it is empty/],
    [
      "as split BTF without a NUL at the start",
      { 40: [0x41] },
      "needs-base",
      /did you forget to provide base/,
    ],
  ])("%s", (_, patches, code, message) => {
    const error = refused(() => parseBtf(patched(assemble(INT), patches)));
    expect(error).toMatchObject({ code, at: { offset: 40 } });
    expect(error.message).toMatch(message);
  });

  test("of split BTF when its end is not NUL", () => {
    const bytes = assemble("[2] TYPEDEF 'x' type_id=1", parseBtf(assemble(INT)));
    const error = refused(() => parseBtf(patched(bytes, { 37: [0x41] }), parseBtf(assemble(INT))));
    expect(error.code).toBe("bad-strings");
  });
});

describe("a type is refused", () => {
  const text = raw`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 's' size=8 vlen=2
      'a' type_id=1 bits_offset=0
      'b' type_id=1 bits_offset=32`;
  // [2] begins at 24 + 16 = 40, its members at 52 and 64; the strings ("", int, s, a, b: 11 bytes) at 76.
  const good = assemble(text);

  test.each<[string, Record<number, number[]>, ErrorCode, number, number, RegExp]>([
    ["of kind 0", { 44: u32(0) }, "bad-type", 2, 40, /Unsupported BTF_KIND: 0/],
    ["of a kind beyond the known", { 44: u32(23 << 24) }, "bad-type", 2, 40, /Unsupported BTF_KIND: 23/],
    ["of kind 127", { 44: u32(0xff000000) }, "bad-type", 2, 40, /Unsupported BTF_KIND: 127/],
    [
      "with more elements than bytes",
      { 44: u32((4 << 24) | 3) },
      "bad-type",
      2,
      40,
      /STRUCT with 3 elements/,
    ],
    [
      "with 16,777,215 elements",
      { 44: u32((4 << 24) | 0xffffff) },
      "bad-type",
      2,
      40,
      /takes 201326592 bytes/,
    ],
    [
      "whose name is outside",
      { 40: u32(11) },
      "bad-name-off",
      2,
      40,
      /string offset 11 is outside the 11 bytes/,
    ],
    ["whose member's name is outside", { 64: u32(0xffffffff) }, "bad-name-off", 2, 64, /offset 4294967295/],
    ["whose member's type is missing", { 68: u32(3) }, "bad-type-id", 2, 68, /invalid referenced type ID 3/],
  ])("%s", (_, patches, code, typeId, offset, message) => {
    const error = refused(() => parseBtf(patched(good, patches)));
    expect(error).toMatchObject({ code, at: { typeId, offset } });
    expect(error.message).toMatch(message);
  });

  test("when the section ends inside it", () => {
    const error = refused(() => parseBtf(patched(good, { 12: u32(48) })));
    expect(error).toMatchObject({ code: "bad-type", at: { typeId: 2 } });
  });

  test.each([4, 8])("when %i bytes are left after the last", (more) => {
    const bytes = assemble(INT, null, { gaps: [0, more, 0] });
    const error = refused(() => parseBtf(patched(bytes, { 12: u32(16 + more) })));
    expect(error.code).toBe("bad-type");
    expect(error.message).toContain(`${more} bytes are left`);
  });

  test.each([1, 2, 3])("when the section is %i bytes longer than whole words", (more) => {
    const bytes = assemble(INT, null, { gaps: [0, 4, 0] });
    expect(refused(() => parseBtf(patched(bytes, { 12: u32(16 + more) }))).code).toBe("bad-type");
  });

  test.each([
    ["void", "type_id=0", /referenced type \[0\] is not FUNC_PROTO but void/],
    ["an INT", "type_id=1", /is not FUNC_PROTO but INT/],
    ["itself", "type_id=2", /is not FUNC_PROTO but FUNC/],
  ])("when a FUNC is of %s", (_, id, message) => {
    const bytes = assemble(`${INT}\n[2] FUNC 'f' ${id} linkage=static`);
    const error = refused(() => parseBtf(bytes));
    expect(error).toMatchObject({ code: "bad-type-id", at: { typeId: 2 } });
    expect(error.message).toMatch(message);
  });

  test("when a FUNC is of a type after it that is none", () => {
    const bytes = assemble("[1] FUNC 'f' type_id=2 linkage=static\n[2] PTR '(anon)' type_id=0");
    const error = refused(() => parseBtf(bytes));
    expect(error).toMatchObject({ code: "bad-type-id", at: { typeId: 1 } });
    expect(error.message).toMatch(/type \[2\] is not FUNC_PROTO but PTR/);
  });

  // Every id field there is, one past the last type.
  test.each([
    "PTR '(anon)' type_id=3",
    "TYPEDEF 't' type_id=3",
    "VOLATILE '(anon)' type_id=3",
    "CONST '(anon)' type_id=3",
    "RESTRICT '(anon)' type_id=3",
    "TYPE_TAG 't' type_id=3",
    "DECL_TAG 't' type_id=3 component_idx=-1",
    "VAR 'v' type_id=3, linkage=static",
    "FUNC 'f' type_id=3 linkage=static",
    "ARRAY '(anon)' type_id=3 index_type_id=1 nr_elems=1",
    "ARRAY '(anon)' type_id=1 index_type_id=3 nr_elems=1",
    "FUNC_PROTO '(anon)' ret_type_id=3 vlen=0",
    "FUNC_PROTO '(anon)' ret_type_id=0 vlen=1\n'a' type_id=3",
    "STRUCT 's' size=4 vlen=1\n'a' type_id=3 bits_offset=0",
    "UNION 's' size=4 vlen=1\n'a' type_id=3 bits_offset=0",
    "DATASEC 's' size=4 vlen=1\ntype_id=3 offset=0 size=4",
  ])("when its id names no type: %s", (line) => {
    const error = refused(() => parseBtf(assemble(`${INT}\n[2] ${line}`)));
    expect(error).toMatchObject({ code: "bad-type-id", at: { typeId: 2 } });
    expect(error.toString()).toContain("type [2]");
  });

  // Every name field there is; the strings end at byte 5 with "int".
  test.each([
    ...[
      "INT '(anon)' name_off=5 size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
      "PTR '(anon)' name_off=5 type_id=1",
      "ARRAY '(anon)' name_off=5 type_id=1 index_type_id=1 nr_elems=1",
      "FWD '(anon)' name_off=5 fwd_kind=struct",
      "FLOAT '(anon)' name_off=5 size=4",
      "FUNC_PROTO '(anon)' name_off=5 ret_type_id=0 vlen=0",
      "FUNC_PROTO '(anon)' ret_type_id=0 vlen=1\n'(anon)' type_id=1 name_off=5",
      "STRUCT '(anon)' size=4 vlen=1\n'(anon)' type_id=1 bits_offset=0 name_off=5",
      "UNION '(anon)' size=4 vlen=1\n'(anon)' type_id=1 bits_offset=0 name_off=5",
      "ENUM '(anon)' encoding=SIGNED size=4 vlen=1\n'(anon)' val=1 name_off=5",
      "ENUM64 '(anon)' encoding=SIGNED size=8 vlen=1\n'(anon)' val=1LL name_off=5",
    ],
  ])("when its name lies outside: %s", (line) => {
    expect(refused(() => parseBtf(assemble(`${INT}\n[2] ${line}`)))).toMatchObject({
      code: "bad-name-off",
      at: { typeId: 2 },
    });
  });

  test("not for what libbpf does not ask: loops, void members, odd sizes, encodings and linkages", () => {
    const text = raw`
      [1] PTR '(anon)' type_id=2
      [2] CONST '(anon)' type_id=1
      [3] STRUCT 's' size=0 vlen=2
        'a' type_id=3 bits_offset=64
        'b' type_id=0 bits_offset=0
      [4] ENUM 'e' encoding=UNSIGNED size=3 vlen=0
      [5] VAR 'v' type_id=0, linkage=global
      [6] DATASEC '(anon)' size=0 vlen=1
        type_id=3 offset=4294967295 size=4294967295 (STRUCT 's')`;
    expect(rawText(btf`${text}`)).toBe(text);
    expect(rawText(btf`[1] INT 'i' size=9 bits_offset=0 nr_bits=0 encoding=15`)).toContain("encoding=UNKN");
  });

  test("no BTF at all: a file without types is fine", () => {
    const empty = parseBtf(assemble(""));
    expect(empty.typeCount).toBe(1);
    expect(empty.starts).toEqual(Uint32Array.of(0));
  });
});

describe("split BTF", () => {
  const base = btf`
    [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
    [2] STRUCT 'list_head' size=16 vlen=0`;
  const text = raw`
    [3] PTR '(anon)' type_id=2
    [4] STRUCT 'dev' size=16 vlen=2
      'list_head' type_id=3 bits_offset=0
      'id' type_id=1 bits_offset=64`;
  const split = btf.split(base)`${text}`;

  test("goes on from the base's ids and strings", () => {
    expect(rawText(split)).toBe(text);
    expect(split).toMatchObject({ firstId: 3, typeCount: 5, base });
    // "list_head" is the base's at 5; "dev" begins where the base's 15 bytes end.
    expect(split.words[split.start(4)]).toBe(15);
    expect(split.words[split.start(4) + 3]).toBe(5);
  });

  test("answers for the base's types too", () => {
    expect(split.name(2)).toBe("list_head");
    expect(split.kind(1)).toBe(1);
    expect(split.sizeOrType(2)).toBe(16);
    expect(split.kind(0)).toBe(0);
    expect(split.name(0)).toBe("");
    expect(split.vlen(4)).toBe(2);
    expect(split.holder(1)).toBe(base);
    expect(split.holder(3)).toBe(split);
  });

  test("on split BTF adds up", () => {
    const third = btf.split(split)`
      [5] CONST '(anon)' type_id=4
      [6] TYPEDEF 'third' type_id=1`;
    expect(third.firstId).toBe(5);
    expect(third.name(2)).toBe("list_head");
    expect(third.name(4)).toBe("dev");
    expect(third.name(6)).toBe("third");
    expect(third.holder(4)).toBe(split);
    expect(typeText(third, 2)).toBe("[2] STRUCT 'list_head' size=16 vlen=0");
    expect(third.strings.firstOff).toBe(base.strings.bytes.length + split.strings.bytes.length);
  });

  test("may have no strings of its own", () => {
    const bare = btf.split(base)`[3] PTR '(anon)' type_id=2`;
    expect(bare.strings.bytes).toHaveLength(0);
    expect(bare.strings.end).toBe(base.strings.end);
  });

  test("may have no types, and may stand on a base of the other byte order", () => {
    const big = btf.as({
      littleEndian: false,
    })`[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED`;
    expect(btf.split(big)``.typeCount).toBe(2);
    expect(rawText(btf.split(big)`[2] PTR '(anon)' type_id=1`)).toBe("[2] PTR '(anon)' type_id=1");
  });

  test("without its base asks for it", () => {
    const error = refused(() => parseBtf(assemble(text, base)));
    expect(error.code).toBe("needs-base");
    expect(error.hint).toContain("-B");
  });

  test("on a base too short names the type and the place, and doubts the base", () => {
    const short = parseBtf(assemble(INT));
    const error = refused(() => parseBtf(assemble(text, base), short));
    expect(error).toMatchObject({ code: "bad-name-off", at: { typeId: 3 } });
    expect(error.hint).toContain("not built against this base");
  });

  test("whose FUNC has its prototype in the base", () => {
    const protos = btf`[1] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0`;
    expect(btf.split(protos)`[2] FUNC 'f' type_id=1 linkage=global`.typeCount).toBe(3);
  });

  test("whose FUNC is of a type of the base that is no prototype", () => {
    const bytes = assemble("[3] FUNC 'f' type_id=1 linkage=global", base);
    const error = refused(() => parseBtf(bytes, base));
    expect(error).toMatchObject({ code: "bad-type-id", at: { typeId: 3 } });
  });
});

test("a FUNC may stand before its prototype", () => {
  const text = "[1] FUNC 'f' type_id=2 linkage=static\n[2] FUNC_PROTO '(anon)' ret_type_id=0 vlen=0";
  expect(rawText(parseBtf(assemble(text)))).toBe(raw`${text}`);
});

test.each([0, 1, 2, 3])("BTF is read wherever it lies in memory: at byte %i of a word", (shift) => {
  const bytes = assemble(INT);
  const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
  shifted.set(bytes);
  expect(rawText(parseBtf(shifted))).toBe(raw`${INT}`);
});

describe("a kind that only the layout describes", () => {
  const layout = [...LAYOUT, [8, 4] as const];
  const text = `
    ${INT}
    [2] UNKNOWN 'new' kind=23 vlen=3 size=4294967295 words=1,2,3,4,5
    [3] PTR '(anon)' type_id=2`;

  test.each<[string, Form]>([
    ["little-endian", { layout }],
    ["big-endian", { layout, littleEndian: false }],
  ])("is skipped by it, %s", (_, form) => {
    const parsed = parseBtf(assemble(text, null, form));
    expect(rawText(parsed)).toBe(raw`
      ${INT}
      [2] UNKNOWN 'new'
      [3] PTR '(anon)' type_id=2`);
    expect(parsed.unknownKindId).toBe(2);
    expect(parsed.start(3) - parsed.start(2)).toBe(8);
  });

  test("may stand in split BTF by the layout of the base", () => {
    const base = btf.as({ layout })`${INT}`;
    const split = btf.split(base)`
      [2] UNKNOWN 'a' kind=23 words=7,8
      [3] UNKNOWN 'b' kind=23 words=7,8`;
    expect(split.unknownKindId).toBe(2);
    expect(base.unknownKindId).toBe(0);
  });

  test("does not make known kinds follow the layout", () => {
    const odd = layout.map((): [number, number] => [0, 0]);
    expect(rawText(btf.as({ layout: odd })`${INT}`)).toBe(INT);
  });

  test.each<[string, number, number, ErrorCode, RegExp]>([
    ["info_sz", 6, 4, "bad-layout", /Unsupported info_sz 6 for kind 23/],
    ["elem_sz", 8, 3, "bad-layout", /Unsupported elem_sz 3 for kind 23/],
    ["a size past the section", 252, 4, "bad-type", /malformed/],
  ])("is refused with a bad %s", (_, info, elem, code, message) => {
    const error = refused(() => btf.as({ layout: [...LAYOUT, [info, elem]] })`${text}`);
    expect(error).toMatchObject({ code, at: { typeId: 2 } });
    expect(error.message).toMatch(message);
  });

  test("is refused when the layout stops before it", () => {
    expect(refused(() => btf.as({ layout: LAYOUT })`${text}`).message).toBe("Unsupported BTF_KIND: 23");
  });

  test("has a name that must lie inside the strings", () => {
    const bad = assemble("[1] UNKNOWN '(anon)' name_off=1 kind=23 vlen=0", null, { layout });
    expect(parseBtf(assemble("[1] UNKNOWN 'x' kind=23 words=0,0", null, { layout })).typeCount).toBe(2);
    expect(() => parseBtf(bad)).toThrow();
  });
});

describe("every place that a row of the kinds declares is checked:", () => {
  const ELEMENTS = 2;
  const NO_STRINGS = new Uint8Array(1);
  const form = { littleEndian: true, hdrLen: 24 };
  const proto = [0, makeInfo(KIND.FUNC_PROTO, 0), 0];
  /** A FUNC_PROTO, and a record of the kind with two elements; a FUNC refers to the prototype, all else to void. */
  const sound = ({ number, info, elem }: Kind) => {
    const target = number === KIND.FUNC ? 1 : 0;
    const rest = new Array<number>(info + elem * ELEMENTS).fill(0);
    return [...proto, 0, makeInfo(number, elem > 0 ? ELEMENTS : 0), target, ...rest];
  };
  const rows = KINDS.filter((row) => row.name !== "UNKNOWN");
  const places = rows.flatMap((row) => {
    const inElements = (position: number) =>
      Array.from({ length: ELEMENTS }, (_, i) => HEAD_WORDS + row.info + i * row.elem + position);
    const names = [NAME_OFF, ...(row.elemName < 0 ? [] : inElements(row.elemName))];
    return [
      ...[...row.headIds, ...row.elemIds.flatMap(inElements)].map(
        (word) => [row.name, "id", word, row] as const,
      ),
      ...names.map((word) => [row.name, "name", word, row] as const),
    ];
  });

  test.each(places)("a %s with a bad %s in word %i is refused", (_, what, word, row) => {
    const words = sound(row);
    parseBtf(encodeBtf(Uint32Array.from(words), NO_STRINGS, form));
    // The first id and the first name offset that do not exist.
    words[proto.length + word] = what === "id" ? 3 : 1;
    const error = refused(() => parseBtf(encodeBtf(Uint32Array.from(words), NO_STRINGS, form)));
    expect(error.code).toBe(what === "id" ? "bad-type-id" : "bad-name-off");
    expect(error.at).toEqual({ typeId: 2, offset: form.hdrLen + (proto.length + word) * 4 });
  });
});

describe("a hostile file", () => {
  test("of 200,000 types that point at each other in a ring is read without recursion", () => {
    const count = 200_000;
    const words = new Uint32Array(count * 3);
    for (let i = 0; i < count; i++) words.set([0, 10 << 24, ((i + 1) % count) + 1], i * 3);
    const bytes = new Uint8Array(24 + words.byteLength + 1);
    bytes.set([
      0x9f,
      0xeb,
      1,
      0,
      ...u32(24),
      ...u32(0),
      ...u32(words.byteLength),
      ...u32(words.byteLength),
      ...u32(1),
    ]);
    bytes.set(new Uint8Array(words.buffer), 24);
    expect(parseBtf(bytes).typeCount).toBe(count + 1);
  });

  test("of 1,000 splits on each other is read without recursion", () => {
    let top: Btf = btf`${INT}`;
    for (let id = 2; id < 1002; id++) top = btf.split(top)`[${id}] TYPEDEF 'int' type_id=${id - 1}`;
    expect(top).toBeInstanceOf(Btf);
    expect(top.name(1)).toBe("int");
  });

  test("cannot smuggle terminal escapes through a name into a message or a label", () => {
    const odd = btf`[1] TYPEDEF '\x1b[31mred\x0a\xff' type_id=0`;
    expect(odd.name(1)).toBe("\\x1b[31mred\\x0a\\xff");
  });
});

describe("types that are scanned in several pieces", () => {
  const builder = new Builder();
  const int = builder.add({ kind: "INT", name: "int", size: 4 });
  const members = Array.from({ length: 50_000 }, (_, i) => ({ name: `m${i}`, type: int, bitOffset: i * 32 }));
  const large = builder.add({ kind: "STRUCT", name: "large", size: 200_000, members });
  for (let i = 0; i < 40_000; i++) builder.add({ kind: "CONST", type: large });
  const proto = builder.add({ kind: "FUNC_PROTO", params: [] });
  builder.add({ kind: "FUNC", name: "f", type: proto });

  test.each([true, false])("are found where they begin (low byte first: %s)", (littleEndian) => {
    const types = parseBtf(builder.toBytes({ littleEndian }));
    expect(types.typeCount).toBe(40_005);
    expect(types.starts.at(-1)).toBe(types.words.length);
    expect(types.start(large + 1) - types.start(large)).toBe(HEAD_WORDS + 50_000 * 3);
    expect([large, large + 1, large + 40_000, proto, proto + 1].map((id) => types.kind(id))).toEqual([
      KIND.STRUCT,
      KIND.CONST,
      KIND.CONST,
      KIND.FUNC_PROTO,
      KIND.FUNC,
    ]);
  });

  test("are refused where the last record is cut off", () => {
    const bytes = builder.toBytes();
    const { header } = parseBtf(bytes);
    const cut = patched(bytes, { 12: u32(header.typeLen - 4) });
    expect(refused(() => parseBtf(cut)).at).toMatchObject({ offset: header.hdrLen + header.typeLen - 12 });
  });
});
