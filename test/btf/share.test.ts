import { expect, it } from "vitest";
import { parseBtf } from "../../src/btf/parse.ts";
import { btfOfShared, shareBtf } from "../../src/btf/share.ts";
import { assemble } from "../support/btf.ts";

const TEXT = `
  [1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED
  [2] STRUCT 's' size=4 vlen=1
    'm' type_id=1 bits_offset=0`;

it.each([
  ["words that are a view of the bytes", { littleEndian: true }],
  ["words of another byte order", { littleEndian: false }],
])("a BTF with %s is the same in shared memory, and holds its words once", (_, form) => {
  const btf = parseBtf(assemble(TEXT, null, form));
  const shared = shareBtf(btf);
  const { words, starts, kinds, strings, typeCount, bytes } = btfOfShared(shared);
  expect([words, starts, kinds, typeCount]).toEqual([btf.words, btf.starts, btf.kinds, btf.typeCount]);
  expect([...strings.bytes]).toEqual([...btf.strings.bytes]);
  expect(shared.words.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(words.buffer === bytes.buffer).toBe(form.littleEndian);
});
