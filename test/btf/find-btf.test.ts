import { describe, expect, it } from "vitest";
import { findBtf } from "../../src/btf/find-btf.ts";
import { assemble } from "../support/btf.ts";
import { kernelBytes } from "../support/kernel-bytes.ts";

const SMALL = "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED";
const LARGE = `${SMALL}\n[2] PTR '(anon)' type_id=1\n[3] TYPEDEF 'handle' type_id=2`;

/** Bytes of a kernel with some at places. */
function image(...parts: readonly (readonly [at: number, bytes: Uint8Array])[]): Uint8Array {
  const bytes = kernelBytes(20_000);
  for (const [at, part] of parts) bytes.set(part, at);
  return bytes;
}

describe("findBtf", () => {
  it.each([true, false])("finds BTF at any place (little-endian: %s)", (littleEndian) => {
    const btf = assemble(LARGE, null, { littleEndian });
    for (const offset of [0, 4001, 20_000 - btf.length]) {
      expect(findBtf(image([offset, btf]))).toEqual({ offset, bytes: btf });
    }
  });

  it("takes the largest, and only what parses to its end", () => {
    const [small, large] = [assemble(SMALL), assemble(LARGE)];
    const damaged = assemble(`${LARGE}\n[4] CONST '(anon)' type_id=3`);
    damaged[24 + 4 * 4] = 99;
    const found = findBtf(image([100, small], [5000, large], [6000, small], [9000, damaged]));
    expect(found).toEqual({ offset: 5000, bytes: large });
  });

  it.each([
    ["no BTF", image()],
    ["a magic at the very end", image([19_998, Uint8Array.of(0x9f, 0xeb)])],
    ["BTF that is cut short", image([20_000 - 40, assemble(LARGE).subarray(0, 40)])],
    ["split BTF", image([500, assemble(SMALL).fill(0x41, 40, 41)])],
    ["nothing", new Uint8Array(0)],
  ])("finds none in an image with %s", (_what, bytes) => {
    expect(findBtf(bytes)).toBeUndefined();
  });

  it("gives up where a great many headers claim the same bytes", () => {
    // Types that parse for long, and then one that does not.
    const types = new Uint8Array(60_000 * 12).map((_, i) => (i % 12 === 7 ? 13 : 0)).fill(0xff, -4);
    const strings = Uint8Array.of(0, 0);
    const headers = new Uint8Array(5000 * 24);
    const view = new DataView(headers.buffer);
    for (let at = 0; at < headers.length; at += 24) {
      const start = headers.length - at - 24;
      view.setUint32(at, 0x0001eb9f, true);
      const words = [24, start, types.length, start + types.length, strings.length];
      for (const [i, word] of words.entries()) view.setUint32(at + 4 + i * 4, word, true);
    }
    const started = performance.now();
    expect(findBtf(Uint8Array.from([...headers, ...types, ...strings]))).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2000);
    // All of them are only as bad as the last type.
    types.fill(0, -4);
    expect(findBtf(Uint8Array.from([...headers.subarray(-24), ...types, ...strings]))?.offset).toBe(0);
  });
});
