import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { hasXz } from "../../../src/io/codecs/compress.ts";
import { xz } from "../../../src/io/codecs/xz-program.ts";

/** Bytes that do not compress, the same each time. */
function noise(size: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}

function unpacked(bytes: Uint8Array): Buffer {
  const { stdout, status } = spawnSync("xz", ["-dc"], { input: bytes, maxBuffer: 1 << 28 });
  expect(status).toBe(0);
  return stdout;
}

describe.skipIf(!hasXz())("the program xz, kept running", () => {
  it("gives a stream of its own for each of many inputs, whatever their sizes", async () => {
    for (const input of [noise(3 << 20), new Uint8Array(0), Uint8Array.of(0x59, 0x5a), noise(70_001)]) {
      expect(unpacked(await xz(input)).equals(input)).toBe(true);
    }
  });

  it("gives what it gives when it is called as the kernel's makefile does", async () => {
    const input = noise(100_000);
    const args = ["--check=crc32", "--lzma2=dict=1MiB", "-T1", "-c"];
    const { stdout } = spawnSync("xz", args, { input });
    expect(Buffer.from(await xz(input)).equals(stdout)).toBe(true);
  });

  it("keeps inputs apart that are given at once", async () => {
    const inputs = [noise(500_000), Uint8Array.of(1, 2, 3), noise(90)];
    const outputs = await Promise.all(inputs.map(xz));
    for (const [i, output] of outputs.entries()) expect(unpacked(output).equals(inputs[i])).toBe(true);
  });
});
