import { describe, expect, test } from "vitest";
import type { Btf } from "../../src/btf/btf.ts";
import { BtfBuilder } from "../../src/btf/builder.ts";
import { encodeBtf, formOf, rewriteTypes, withTypes } from "../../src/btf/encode.ts";
import { PTR, STRUCT } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";
import { assemble, btf, type Form, LAYOUT, raw, rawText } from "../support/btf.ts";

const text = raw`
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 's' size=8 vlen=2
    'a' type_id=1 bits_offset=0
    'b' type_id=1 bits_offset=32
  [3] ENUM64 'e' encoding=SIGNED size=8 vlen=1
    'A' val=-2LL`;

const FORMS: [string, Form][] = [
  ["little-endian, 24 bytes of header", {}],
  ["little-endian, 32 bytes of header", { hdrLen: 32 }],
  ["big-endian, 24 bytes of header", { littleEndian: false }],
  ["big-endian, 32 bytes of header", { littleEndian: false, hdrLen: 32 }],
];

function encoded(source: Btf): Uint8Array {
  return encodeBtf(source.words, source.strings.bytes, formOf(source));
}

test.each(FORMS)("what was parsed is encoded to the same bytes: %s", (_, form) => {
  const bytes = assemble(text, null, form);
  expect(encoded(parseBtf(bytes))).toEqual(bytes);
});

test.each(FORMS)("split BTF too: %s", (_, form) => {
  const base = btf`${text}`;
  const bytes = assemble("[4] TYPEDEF 'x' type_id=2\n[5] TYPEDEF 'int' type_id=4", base, form);
  expect(encoded(parseBtf(bytes, base))).toEqual(bytes);
});

test.each<[number, number]>([
  [24, 24],
  [28, 24],
  [32, 32],
  [40, 32],
])("a header of %i bytes is written with %i", (read, written) => {
  expect(formOf(parseBtf(assemble(text, null, { hdrLen: read }))).hdrLen).toBe(written);
});

test("gaps and the layout section are not written", () => {
  const source = btf.as({ layout: LAYOUT, gaps: [4, 4, 4] })`${text}`;
  expect(encoded(source)).toEqual(assemble(text, null, { hdrLen: 32 }));
});

describe("other types in the same bytes", () => {
  test.each<[string, Form]>([
    ...FORMS,
    ["with gaps, layout and bytes after the end", { layout: LAYOUT, gaps: [4, 3, 5] }],
    ["with 40 bytes of header", { hdrLen: 40 }],
  ])("leave the rest as it was: %s", (_, form) => {
    const bytes = assemble(text, null, form);
    const source = parseBtf(bytes);
    const words = source.words.slice();
    words[source.start(2) + 2] = 16;
    const before = bytes.slice();
    const expected = assemble(text.replace("size=8 vlen=2", "size=16 vlen=2"), null, form);
    expect(withTypes(source, words)).toEqual(expected);
    expect(rewriteTypes(source, (types) => types.set(words))).toEqual(expected);
    expect(bytes).toEqual(before);
  });
});

describe("a Node buffer", () => {
  test("stays as it was when other types are put into its bytes", () => {
    const bytes = Buffer.from(assemble(text));
    const before = bytes.toString("hex");
    const read = parseBtf(bytes);
    withTypes(read, new Uint32Array(read.words.length));
    rewriteTypes(read, (words) => words.fill(0));
    expect(bytes.toString("hex")).toBe(before);
  });
});

describe("a builder", () => {
  test("makes the BTF of what is appended, growing as it goes", () => {
    const source = btf`${text}`;
    const builder = new BtfBuilder(null, 1);
    for (const off of [1, 5, 7, 9, 11, 13]) builder.strings.add(source.strings.bytes, off);
    builder.append(source.words, 0, source.words.length, 3);
    builder.appendHead(0, PTR, 2);
    builder.appendHead(5, STRUCT, 12);
    expect(builder.nextId).toBe(6);
    const made = parseBtf(builder.encode({ littleEndian: false, hdrLen: 32 }));
    expect(rawText(made)).toBe(raw`
      ${text}
      [4] PTR '(anon)' type_id=2
      [5] STRUCT 's' size=12 vlen=0`);
  });

  test("copies long runs of words as short ones", () => {
    const many = Array.from({ length: 100 }, (_, i) => `[${i + 1}] PTR '(anon)' type_id=${i}`).join("\n");
    const source = btf`${many}`;
    const builder = new BtfBuilder();
    builder.append(source.words, 0, 30, 10);
    builder.append(source.words, 30, 300, 90);
    expect(builder.encode({ littleEndian: true, hdrLen: 24 })).toEqual(assemble(many));
  });

  test("goes on from its base", () => {
    const base = new BtfBuilder();
    base.appendHead(base.strings.add(Buffer.from("s\0"), 0), STRUCT, 4);
    const split = new BtfBuilder(base);
    split.appendHead(split.strings.add(Buffer.from("x\0"), 0), STRUCT, 8);
    split.appendHead(split.strings.add(Buffer.from("s\0"), 0), STRUCT, 8);
    const form = { littleEndian: true, hdrLen: 24 };
    const below = parseBtf(base.encode(form));
    expect(rawText(parseBtf(split.encode(form), below))).toBe(raw`
      [2] STRUCT 'x' size=8 vlen=0
      [3] STRUCT 's' size=8 vlen=0`);
  });
});
