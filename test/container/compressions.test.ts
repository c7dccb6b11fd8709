import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compressionAt } from "../../src/container/compressions.ts";
import { decodeLzma2, LZMA2_ROOM } from "../../src/container/lzma2.ts";
import { BtfxError } from "../../src/errors.ts";
import { NODE_CODECS } from "../../src/io/codecs/node-codecs.ts";
import { withLzmaDecoder } from "../../src/wasm/lzma.ts";
import { kernelBytes } from "../support/kernel-bytes.ts";
import { hasTool, pipe, takes } from "../support/tools.ts";

/** Ways in which the system's tools compress: a name, the compression that it is, the command. */
const WAYS: readonly (readonly [way: string, compression: string, command: string, ...args: string[]])[] = [
  ["gzip", "gzip", "gzip", "-9c"],
  ["xz", "xz", "xz", "-c"],
  ["xz for modules", "xz", "xz", "--check=crc32", "--lzma2=dict=1MiB", "-c"],
  ["xz without a check", "xz", "xz", "--check=none", "-c"],
  ["xz with SHA-256", "xz", "xz", "--check=sha256", "-c"],
  ["xz in blocks", "xz", "xz", "--block-size=20000", "-T1", "-c"],
  ["xz in blocks, with sizes in their headers", "xz", "xz", "--block-size=20000", "-T2", "-c"],
  ["xz for x86", "xz", "xz", "--check=crc32", "--x86", "--lzma2=dict=32MiB", "-c"],
  ["xz for x86 in blocks", "xz", "xz", "--check=crc64", "--block-size=20000", "--x86", "--lzma2", "-c"],
  ["xz for x86 from an offset", "xz", "xz", "--x86=start=4096", "--lzma2", "-c"],
  ["xz with a large dictionary", "xz", "xz", "--lzma2=dict=128MiB", "-c"],
  ["xz with other properties", "xz", "xz", "--delta=dist=1", "--lzma2=preset=1,lc=1,lp=2,pb=0", "-c"],
  ["xz for arm", "xz", "xz", "--arm", "--lzma2", "-c"],
  ["xz for thumb", "xz", "xz", "--armthumb", "--lzma2", "-c"],
  ["xz for arm64", "xz", "xz", "--arm64", "--lzma2", "-c"],
  ["xz for riscv", "xz", "xz", "--riscv", "--lzma2", "-c"],
  ["xz for powerpc", "xz", "xz", "--powerpc", "--lzma2", "-c"],
  ["xz for sparc", "xz", "xz", "--sparc", "--lzma2", "-c"],
  ["xz with two filters", "xz", "xz", "--delta=dist=3", "--x86", "--lzma2", "-c"],
  ["zstd", "zstd", "zstd", "-10", "-c"],
  ["zstd without a check", "zstd", "zstd", "--no-check", "-c"],
  ["zstd without a size", "zstd", "zstd", "--no-content-size", "-c"],
  ["zstd with a large window", "zstd", "zstd", "--long=30", "-c"],
  ["lz4", "lz4", "lz4", "-l", "-9", "-c"],
  ["lzma", "lzma", "xz", "--format=lzma", "-9", "-c"],
  ["lzma for small memories", "lzma", "xz", "--format=lzma", "--lzma1=dict=64KiB,lc=3,lp=0,pb=2", "-c"],
  ["lzma with the smallest dictionary", "lzma", "xz", "--format=lzma", "--lzma1=dict=4KiB", "-c"],
  ["lzma with a dictionary between two powers", "lzma", "xz", "--format=lzma", "--lzma1=dict=96MiB", "-c"],
  ["bzip2", "bzip2", "bzip2", "-9c"],
  ["bzip2 in blocks", "bzip2", "bzip2", "-1c"],
];
// xz knows the filter for riscv from 5.6 on.
const AT_HAND = WAYS.filter(([, , command, ...args]) => hasTool(command) && takes(command, args));
const LIMIT = 1 << 26;

async function decompress(
  bytes: Uint8Array,
  limit = LIMIT,
): Promise<{ output: Uint8Array; consumed: number }> {
  const compression = compressionAt(bytes);
  if (compression === undefined) throw new Error("not recognised");
  return compression.decompress(bytes, limit, NODE_CODECS);
}

/** The error that bytes end in. */
async function failure(bytes: Uint8Array, limit = LIMIT): Promise<BtfxError> {
  try {
    await decompress(bytes, limit);
  } catch (error) {
    if (error instanceof BtfxError) return error;
    throw error;
  }
  throw new Error("it decompresses");
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe.each(AT_HAND)("%s", (_way, name, command, ...args) => {
  const contents = kernelBytes(60_000);
  const compressed = pipe(command, args, contents);

  it("is recognised and decompressed, whatever follows it", async () => {
    expect(compressionAt(compressed)?.name).toBe(name);
    const followed = new Uint8Array([...compressed, 1, 2, 3, 4]);
    for (const bytes of [compressed, followed]) {
      const { output, consumed } = await decompress(bytes);
      expect(same(output, contents)).toBe(true);
      expect(consumed).toBe(compressed.length);
    }
  });

  it.each([0, 1, 40])("holds %i bytes too", async (length) => {
    const few = kernelBytes(length + 64).subarray(0, length);
    const packed = pipe(command, args, few);
    // Of nothing, .lzma and lz4 are told by their headers only, and xz has no block whose filters could be seen.
    if (compressionAt(packed) === undefined) return expect(length).toBe(0);
    expect(same((await decompress(packed)).output, few)).toBe(true);
  });

  it("is refused when it is cut short anywhere", async () => {
    for (let cut = 20; cut < compressed.length; cut += 1997) {
      const { code, hint } = await failure(compressed.subarray(0, cut));
      expect(["truncated", "bad-container"]).toContain(code);
      expect(hint).toContain("damaged");
    }
  });

  it("is refused above the limit, before the memory is taken", async () => {
    expect((await failure(compressed, contents.length - 1)).code).toBe("too-large");
    expect((await decompress(compressed, contents.length)).output.length).toBe(contents.length);
  });

  it("never gives wrong bytes for right ones, nor anything but an error of ours", async () => {
    const isChecked = !/lz4|lzma|without a check/.test(_way);
    const damage = fc.tuple(fc.nat(compressed.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(damage, async ([at, change]) => {
        const damaged = compressed.slice();
        damaged[at] ^= change;
        if (compressionAt(damaged) === undefined) return;
        try {
          const { output } = await decompress(damaged);
          if (isChecked) expect(same(output, contents)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(BtfxError);
        }
      }),
      { numRuns: 15 },
    );
  });
});

it.skipIf(!hasTool("xz"))("LZMA2 that goes on after its dictionary began anew is refused", () => {
  const contents = Buffer.from("a type of its own, ".repeat(100));
  const whole = pipe("xz", ["--format=raw", "--lzma2", "-c"], contents);
  const chunk = whole.subarray(0, -1);
  const size = contents.length + 1;
  const stored = [1, 0, 0, 65];
  // Without a reset, and so without the byte of properties.
  const goesOn = [(chunk[0] & 0x1f) | 0x80, ...chunk.subarray(1, 5), ...chunk.subarray(6)];
  const decoded = (bytes: Uint8Array, output: number) =>
    withLzmaDecoder({ ...LZMA2_ROOM, output }, (decoder) => {
      decodeLzma2(decoder, bytes, 0);
      return decoder.output();
    });
  expect(decoded(Uint8Array.of(...chunk, ...stored, 0, 0), size).subarray(-1)).toEqual(Uint8Array.of(65));
  const bytes = Uint8Array.of(...chunk, ...stored, ...goesOn, 0);
  expect(() => decoded(bytes, size + contents.length)).toThrow("does not begin as LZMA does");
});

describe("streams in a row", () => {
  it.each(AT_HAND.filter(([way]) => ["gzip", "xz", "xz for x86", "zstd", "lz4", "bzip2"].includes(way)))(
    "of %s are one",
    async (_way, _name, command, ...args) => {
      const parts = [kernelBytes(5000, 2), kernelBytes(30_000, 3)];
      const packed = parts.map((part) => pipe(command, args, part));
      const { output, consumed } = await decompress(Buffer.concat(packed));
      expect(same(output, Buffer.concat(parts))).toBe(true);
      expect(consumed).toBe(packed[0].length + packed[1].length);
    },
  );

  it.each(AT_HAND.filter(([way]) => ["gzip", "zstd", "lz4", "bzip2"].includes(way)))(
    "of %s are refused if they are many and tiny",
    async (_way, _name, command, ...args) => {
      const tiny = pipe(command, args, Uint8Array.of(1));
      expect((await decompress(Buffer.concat(Array(200).fill(tiny)))).output.length).toBe(200);
      const { code, message } = await failure(Buffer.concat(Array(300).fill(tiny)), 1 << 20);
      expect([code, message]).toEqual([
        "bad-container",
        "it has 257 streams with 257 bytes in all, which is no kernel or module",
      ]);
    },
  );
});

describe.skipIf(!hasTool("zstd"))("zstd", () => {
  it("may begin with frames to be skipped, as pzstd writes them", async () => {
    const contents = kernelBytes(500);
    const skipped = Buffer.from("\x50\x2a\x4d\x18\x04\0\0\0size\x5f\x2a\x4d\x18\0\0\0\0", "latin1");
    const packed = Buffer.concat([skipped, pipe("zstd", ["-c"], contents)]);
    expect(compressionAt(packed)?.name).toBe("zstd");
    expect(same((await decompress(packed)).output, contents)).toBe(true);
    for (const cut of [6, 14, 20, 23]) expect(compressionAt(packed.subarray(0, cut))).toBeUndefined();
  });

  it("is refused with a window that no decoder here takes, and says what does", async () => {
    const { code, message, hint } = await failure(pipe("zstd", ["--long=31", "-c"], kernelBytes(500)));
    expect([code, message]).toEqual(["unsupported", "a window of 2,147,483,648 bytes is not known here"]);
    expect(hint).toBe("unpack it first: zstd -d --long=31 FILE");
  });
});

describe.skipIf(!hasTool("lz4"))("lz4 whose last block is full", () => {
  const contents = new Uint8Array(8 << 20);
  contents.set(kernelBytes(1000));
  const packed = pipe("lz4", ["-l", "-c"], contents);

  it.each([
    ["the end", ""],
    ["the size that a kernel's build appends", "\0\0\x80\0"],
    ["that size and a program", "\0\0\x80\0\x18\x28\x6f\x01\x01\x02\x03\x04"],
    ["a device tree", "\xd0\x0d\xfe\xed\0\0\0\x40"],
    ["padding", "\0\0\0\0\0\0\0\0"],
  ])("ends before %s", async (_what, rest) => {
    const { output, consumed } = await decompress(Buffer.concat([packed, Buffer.from(rest, "latin1")]));
    expect(same(output, contents)).toBe(true);
    expect(consumed).toBe(packed.length);
  });

  it("goes on with another frame", async () => {
    const { output } = await decompress(Buffer.concat([packed, packed]));
    expect(same(output, Buffer.concat([contents, contents]))).toBe(true);
  });

  it("is refused if a block follows that is cut short", async () => {
    const cut = Buffer.concat([packed, Buffer.from([200, 0, 0, 0, 1, 2, 3, 4])]);
    expect((await failure(cut)).code).toBe("truncated");
  });
});

describe("bombs", () => {
  it.each(AT_HAND)("of %s stop at the limit", async (_way, _name, command, ...args) => {
    const packed = pipe(command, args, new Uint8Array(1 << 22));
    expect((await failure(packed, 1 << 20)).code).toBe("too-large");
  });

  it("says the size that is announced, and the option", async () => {
    const error = await failure(pipe("xz", ["-c"], new Uint8Array(5_000_000)), 1 << 20);
    expect(error.message).toBe("it decompresses to 5,000,000 bytes, the limit is 1,048,576 bytes");
    expect(error.hint).toContain("--max-size");
  });
});

describe("gzip", () => {
  it("may name its file and carry more", async () => {
    const plain = gzipSync("hello");
    const named = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3]),
      Buffer.from([3, 0, 1, 2, 3]),
      Buffer.from("veth.ko\0a comment\0"),
      Buffer.from([0, 0]),
      plain.subarray(10),
    ]);
    expect(Buffer.from((await decompress(named)).output).toString()).toBe("hello");
    expect((await failure(named.subarray(0, 20))).code).toBe("truncated");
  });

  it("tells where a check does not match", async () => {
    const damaged = gzipSync("hello");
    damaged[damaged.length - 5] ^= 1;
    const { code, at } = await failure(damaged);
    expect([code, at.offset]).toEqual(["bad-container", damaged.length - 8]);
  });
});

it.skipIf(!hasTool("xz"))(
  "outputs too large for a decoder that is kept lie in memories of their own",
  async () => {
    const first = new Uint8Array(9 << 20).fill(1);
    const second = new Uint8Array(9 << 20).fill(2);
    const [a, b] = await Promise.all(
      [first, second].map(async (contents) => (await decompress(pipe("xz", ["-0c"], contents))).output),
    );
    expect([same(a, first), same(b, second)]).toEqual([true, true]);
  },
);
