import { spawnSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decompressZstdFrame } from "../../../src/io/codecs/zstd-wasm.ts";

/** A frame of bytes that do not compress, by the program zstd. */
function frameOf(bytes: Uint8Array): Uint8Array {
  const { stdout, status } = spawnSync("zstd", ["-1", "-c"], { input: bytes, maxBuffer: 1 << 28 });
  expect(status).toBe(0);
  return stdout;
}

const SMALL = randomFillSync(new Uint8Array(100_000));
/** Its frame is so large that a thread decompresses it. */
const LARGE = randomFillSync(new Uint8Array(5 << 20));

describe.skipIf(spawnSync("zstd", ["--version"]).error !== undefined)("Zstandard by WebAssembly", () => {
  it.each([
    ["here", SMALL],
    ["in a thread", LARGE],
  ])("decompresses a frame %s", async (_, bytes) => {
    const output = await decompressZstdFrame(frameOf(bytes), bytes.length);
    expect(Buffer.from(output).equals(bytes)).toBe(true);
  });

  it.each([
    ["here", SMALL],
    ["in a thread", LARGE],
  ])("refuses a damaged frame %s", async (_, bytes) => {
    const frame = frameOf(bytes);
    frame[frame.length - 1] ^= 1;
    await expect(decompressZstdFrame(frame, bytes.length)).rejects.toThrow("code -22");
  });

  it("says that the output is too large, from a thread too", async () => {
    const input = spawnSync("zstd", ["-1", "-c", "--no-content-size"], { input: LARGE, maxBuffer: 1 << 28 });
    await expect(decompressZstdFrame(input.stdout, 1 << 20)).rejects.toThrow(RangeError);
  });
});
