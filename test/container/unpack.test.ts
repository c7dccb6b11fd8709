import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { isPacked, PACKED_START_BYTES, type Unpacked, unpack } from "../../src/container/unpack.ts";
import { BtfxError } from "../../src/errors.ts";
import { NODE_CODECS } from "../../src/io/codecs/node-codecs.ts";
import { assemble } from "../support/btf.ts";
import { assembleElf } from "../support/elf.ts";
import { androidBoot, bzImage, flatImage, pe, stub, uImage, zboot } from "../support/images.ts";
import { kernelBytes } from "../support/kernel-bytes.ts";
import { hasTool, pipe } from "../support/tools.ts";

const BTF = assemble("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED");
const ELF = assembleElf({
  bits: 64,
  littleEndian: true,
  type: 2,
  sections: [{ name: ".BTF", data: BTF }],
});
/** A kernel without section headers. */
const BARE = kernelBytes(3000);
BARE.set(Buffer.from("Linux version 6.12.1 (gcc) #1 SMP\n"), 100);
BARE.set(BTF, 2000);
const gzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));

function open(bytes: Uint8Array, maxBytes = 1 << 24): Promise<Unpacked> {
  return unpack(bytes, { codecs: NODE_CODECS, maxBytes });
}

async function failure(bytes: Uint8Array): Promise<string> {
  try {
    await open(bytes);
  } catch (error) {
    if (error instanceof BtfxError) return `${error.code}: ${error}`;
    throw error;
  }
  throw new Error("it opens");
}

describe("unpack", () => {
  it.each<[string, Uint8Array, Unpacked["form"], readonly string[]]>([
    ["an x86 bzImage", bzImage(gzip(ELF)), "elf", ["x86 bzImage", "gzip"]],
    ["a bzImage before protocol 2.08", bzImage(gzip(ELF), 0x207), "elf", ["x86 bzImage", "gzip"]],
    ["a zboot image of arm64", zboot(gzip(BARE)), "image", ["EFI zboot image", "gzip"]],
    ["an Image of arm64", flatImage(0x38, "ARMd", BARE), "image", ["arm64 Image"]],
    ["an Image.gz", gzip(flatImage(0x38, "ARMd", BARE)), "image", ["gzip", "arm64 Image"]],
    ["an Image of riscv", flatImage(0x30, "RISCV\0\0\0RSC\x05", BARE), "image", ["riscv Image"]],
    ["an Image of loongarch", pe({ ".text": BARE }, 0x6264), "image", ["loongarch Image"]],
    ["an arm zImage", stub(0x24, "\x18\x28\x6f\x01", gzip(BARE)), "image", ["arm zImage", "gzip"]],
    [
      "an arm zImage of a big-endian kernel",
      stub(0x24, "\x01\x6f\x28\x18", gzip(BARE)),
      "image",
      ["arm zImage", "gzip"],
    ],
    ["an image of s390", stub(0x10008, "S390EP", gzip(BARE)), "image", ["s390 image", "gzip"]],
    [
      "a unified kernel image",
      pe({ ".osrel": BTF, ".linux": bzImage(gzip(ELF)), ".initrd": gzip(BARE) }),
      "elf",
      ["unified kernel image", "x86 bzImage", "gzip"],
    ],
    [
      "an Android boot image",
      androidBoot(gzip(flatImage(0x38, "ARMd", BARE)), 4),
      "image",
      ["Android boot image", "gzip", "arm64 Image"],
    ],
    ["an old Android boot image", androidBoot(gzip(BARE), 2), "image", ["Android boot image", "gzip"]],
    [
      "an Android boot image with the size of a device tree",
      androidBoot(gzip(BARE), 190464),
      "image",
      ["Android boot image", "gzip"],
    ],
    ["an image of s390 that is not compressed", stub(0x10008, "S390EP", BARE), "image", ["s390 image"]],
    [
      "a unified kernel image of loongarch",
      pe({ ".text": kernelBytes(100), ".linux": zboot(gzip(BARE)) }, 0x6264),
      "image",
      ["unified kernel image", "EFI zboot image", "gzip"],
    ],
    ["a uImage", uImage(gzip(BARE)), "image", ["uImage", "gzip"]],
    ["a uImage that is not compressed", uImage(BARE), "image", ["uImage"]],
    ["a uImage of several", uImage(gzip(BARE), BTF, BTF), "image", ["uImage", "gzip"]],
    ["BTF in three layers", gzip(gzip(gzip(BTF))), "btf", ["gzip", "gzip", "gzip"]],
    ["something else, compressed", gzip(Buffer.from("hello")), "other", ["gzip"]],
    ["an EFI program", pe({ ".text": BTF }), "other", []],
  ])("takes off all that is around %s", async (_what, bytes, form, layers) => {
    expect(isPacked(bytes.subarray(0, PACKED_START_BYTES))).toBe(layers.length > 0);
    const unpacked = await open(bytes);
    expect([unpacked.form, unpacked.layers]).toEqual([form, layers]);
    const expected = { elf: ELF, btf: BTF, image: BARE, other: undefined }[form];
    if (expected !== undefined)
      expect(Buffer.from(unpacked.bytes).includes(Buffer.from(expected))).toBe(true);
  });

  it.each([
    ["ELF", ELF, "elf"],
    ["raw BTF", BTF, "btf"],
    ["nothing", new Uint8Array(0), "other"],
    ["text", Buffer.from("hello"), "other"],
  ])("leaves %s as it is", async (_what, bytes, form) => {
    expect(isPacked(bytes)).toBe(false);
    expect(await open(bytes)).toEqual({ bytes, form, layers: [] });
  });

  it("names the layers and the place in the file of what is wrong", async () => {
    const image = bzImage(gzip(ELF).subarray(0, 60));
    expect(await failure(image)).toMatch(
      /^bad-container: x86 bzImage > gzip: offset 0x66e: the compressed data is cut short or damaged \(unexpected end of file\)$/,
    );
    expect(await failure(image.subarray(0, 1650))).toMatch(
      /^truncated: x86 bzImage: offset 0x672: the data ends within its kernel of 60 bytes at 1636$/,
    );
    expect(await failure(zboot(new Uint8Array(0)))).toMatch(
      /^bad-container: EFI zboot image: offset 0x1000: it holds a kernel/,
    );
    expect(await failure(Buffer.from("MZ\0\0zimg"))).toMatch(/^truncated: EFI zboot image: offset 0x8/);
  });

  it("says what it looked for where an image has no kernel, or why what it found is none", async () => {
    expect(await failure(stub(0x24, "\x18\x28\x6f\x01", kernelBytes(3000)).fill(0, 0x30, 0x170))).toMatch(
      /^unsupported: arm zImage: no compressed kernel was found in the arm zImage$/,
    );
    const cut = gzip(BARE).subarray(0, -9);
    expect(await failure(stub(0x24, "\x18\x28\x6f\x01", cut).fill(0, 0x30, 0x150))).toMatch(
      /^bad-container: arm zImage: offset 0x[0-9a-f]+: gzip: /,
    );
  });

  it("names compressions that it does not read, and what unpacks them", async () => {
    const lzo = Buffer.from("\x89LZO\0\r\n\x1a\n and more", "latin1");
    expect(await failure(lzo)).toBe("unsupported: LZO: offset 0x0: this compression is not known here");
    expect(await failure(Buffer.from("\x04\x22\x4d\x18 and more", "latin1"))).toMatch(
      /^unsupported: lz4 frame: /,
    );
    expect(await failure(stub(0x24, "\x18\x28\x6f\x01", lzo).fill(0, 0x30, 0x150))).toMatch(
      /^unsupported: arm zImage: offset 0x[0-9a-f]+: LZO: this compression is not known here$/,
    );
  });

  it("gives up on an image with endless beginnings of streams", async () => {
    let tries = 0;
    const codecs = {
      ...NODE_CODECS,
      inflate: (bytes: Uint8Array, limit: number) => {
        tries++;
        return NODE_CODECS.inflate(bytes, limit);
      },
    };
    const other = [...gzip(Buffer.from("hello")), 0];
    const image = stub(0x24, "\x18\x28\x6f\x01", Uint8Array.from(Array<number[]>(1000).fill(other).flat()));
    const opened = unpack(image, { codecs, maxBytes: 1 << 24 });
    await expect(opened).rejects.toMatchObject({ at: { section: "arm zImage" } });
    expect(tries).toBeLessThan(100);
  });

  it("limits what all streams in an image take together", async () => {
    const zeros = new Uint8Array(3 << 20);
    const bomb = [...gzip(zeros), 0];
    const kernel = gzip(Buffer.concat([BARE, zeros]));
    const image = stub(0x24, "\x18\x28\x6f\x01", Uint8Array.from([...bomb, ...bomb, ...kernel]));
    image.fill(0, 0x30, 0x150);
    expect((await open(image, 10 << 20)).form).toBe("image");
    await expect(open(image, 5 << 20)).rejects.toThrow("decompresses to more, the limit is 5,242,880 bytes");
  });

  it("counts what streams in an image may have made before they failed", async () => {
    const zeros = new Uint8Array(3 << 20);
    const damaged = gzip(zeros);
    damaged[damaged.length - 5] ^= 1;
    const kernel = gzip(Buffer.concat([BARE, zeros]));
    const image = stub(0x24, "\x18\x28\x6f\x01", Uint8Array.from([...damaged, 0, ...damaged, 0, ...kernel]));
    image.fill(0, 0x30, 0x150);
    expect((await open(image, 10 << 20)).form).toBe("image");
    await expect(open(image, 5 << 20)).rejects.toThrow("the check at its end does not match the data");
  });

  it("gives up on endless nesting", async () => {
    let bytes = gzip(BTF);
    for (let i = 0; i < 8; i++) bytes = gzip(bytes);
    expect(await failure(bytes)).toMatch(/^unsupported: more than 8 layers of compression: gzip, gzip/);
  });
});

describe.skipIf(!hasTool("xz"))("the memory of an output", () => {
  const xz = (bytes: Uint8Array) => pipe("xz", ["-c"], bytes);
  const lent = (bytes: Uint8Array) =>
    unpack(bytes, { codecs: NODE_CODECS, maxBytes: 1 << 24, releases: true });
  const other = assembleElf({ bits: 64, littleEndian: true, type: 1, sections: [{ name: "x", data: BARE }] });

  it("is that of the next one only after it was released", async () => {
    const first = await lent(xz(ELF));
    const second = await lent(xz(other));
    const copied = await open(xz(other));
    const next = await lent(xz(ELF));
    expect([first.bytes, second.bytes, copied.bytes, next.bytes]).toEqual([ELF, other, other, ELF]);
    expect(copied.release).toBeUndefined();
    second.release?.();
    const third = await lent(xz(ELF));
    expect(third.bytes.buffer).toBe(second.bytes.buffer);
    second.release?.();
    const fourth = await lent(xz(other));
    expect([first.bytes, third.bytes, fourth.bytes]).toEqual([ELF, ELF, other]);
    for (const each of [first, third, fourth]) each.release?.();
  });

  it("is lent of what lies inside of several containers", async () => {
    const image = await lent(xz(stub(0x24, "\x18\x28\x6f\x01", xz(BARE))));
    expect(image.layers).toEqual(["xz", "arm zImage", "xz"]);
    await lent(xz(other));
    expect(image.bytes.subarray(0, BARE.length)).toEqual(BARE);
    image.release?.();
    expect((await open(xz(xz(ELF)))).bytes).toEqual(ELF);
  });
});
