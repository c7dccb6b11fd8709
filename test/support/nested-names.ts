import type { Btf } from "../../src/btf/btf.ts";
import { encodeBtf } from "../../src/btf/encode.ts";
import { makeInfo, TYPEDEF } from "../../src/btf/kinds.ts";
import { parseBtf } from "../../src/btf/parse.ts";

/**
 * Split BTF of typedefs of void that are named by the rests of long strings, each from its own place on: names of
 * `strings` times half a square of `length` bytes, in a file of some `strings * length` times 13.
 */
export function nestedNames(base: Btf, strings: number, length: number): Btf {
  const bytes = new Uint8Array(strings * (length + 1)).fill(0x6e);
  const words = new Uint32Array(strings * length * 3);
  let at = 0;
  for (let i = 0; i < strings; i++) {
    const start = i * (length + 1);
    // Each string has bytes of its own, so that no two rests are the same.
    for (let digit = 0, value = i; digit < 8; digit++, value >>= 1)
      bytes[start + length - 1 - digit] = 0x61 + (value & 1);
    bytes[start + length] = 0;
    for (let j = 0; j < length; j++, at += 3)
      words.set([base.strings.end + start + j, makeInfo(TYPEDEF, 0), 0], at);
  }
  return parseBtf(encodeBtf(words, bytes, { littleEndian: true, hdrLen: 24 }), base);
}
