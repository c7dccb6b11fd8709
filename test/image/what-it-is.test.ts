import { expect, it } from "vitest";
import { memorySource } from "../../src/elf/byte-source.ts";
import { whatItIs } from "../../src/image/what-it-is.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

it.each([
  ["!<arch>\ndebian-binary", "an ar archive (.deb, .a)"],
  ["\xed\xab\xee\xdb\x03", "an RPM package"],
  [`${"\0".repeat(257)}ustar`, "a tar archive"],
  ["version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"],
  ["hello\nworld\n", 'text ("hello")'],
  ["\n\n#!/bin/sh -e and more than fits\n", 'text ("#!/bin/sh -e and more th…")'],
  ["\x00\x01\x02\xff\xff", "something that begins with 00 01 02 ff"],
  ["\x1b[31m", "something that begins with 1b 5b 33 31"],
])("tells %j", (text, what) => {
  expect(whatItIs(memorySource(bytesOf(text))).what).toBe(what);
});
