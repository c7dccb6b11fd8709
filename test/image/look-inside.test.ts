import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpackImage } from "../../src/image/btf-image.ts";
import { NODE_CODECS } from "../../src/io/codecs/node-codecs.ts";
import { assemble } from "../support/btf.ts";
import { assembleElf } from "../support/elf.ts";
import { kernelBytes } from "../support/kernel-bytes.ts";

const BTF = assemble("[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED");
const program = (...sections: readonly { name: string; data: Uint8Array }[]) =>
  new Uint8Array(assembleElf({ bits: 64, littleEndian: true, type: 2, sections }));
const VMLINUX = program({ name: ".BTF", data: BTF });
const PACKED = new Uint8Array(gzipSync(VMLINUX));
const text = { name: ".text", data: kernelBytes(100) };
const open = (bytes: Uint8Array) => unpackImage(bytes, { codecs: NODE_CODECS });

describe("a boot program in ELF", () => {
  it.each([
    ["powerpc's zImage", [text, { name: ".kernel:vmlinux.strip", data: PACKED }]],
    ["compressed/vmlinux of x86", [text, { name: ".rodata..compressed", data: PACKED }]],
    ["compressed/vmlinux of x86 before 5.10", [{ name: ".rodata.compressed", data: PACKED }]],
    [
      "vmlinuz of MIPS",
      [
        { name: ".data", data: new Uint8Array([...kernelBytes(200), ...PACKED]) },
        { name: ".appended_dtb", data: new Uint8Array(0) },
      ],
    ],
  ])("has a kernel: %s", async (_what, sections) => {
    const { btf, layers } = await open(program(...sections));
    expect([[...btf], layers]).toEqual([[...BTF], ["ELF boot program", "gzip"]]);
  });

  it("may have it uncompressed, or in a file that is compressed", async () => {
    const plain = program({ name: ".kernel:vmlinux.strip", data: VMLINUX });
    expect((await open(plain)).layers).toEqual(["ELF boot program"]);
    expect((await open(gzipSync(plain))).layers).toEqual(["gzip", "ELF boot program"]);
  });

  it("is not opened twice", async () => {
    const around = program({
      name: ".kernel:vmlinux.strip",
      data: program({ name: ".kernel:vmlinux.strip", data: VMLINUX }),
    });
    await expect(open(around)).rejects.toMatchObject({ code: "no-btf" });
  });

  it("says where its kernel is damaged", async () => {
    const data = new Uint8Array([...kernelBytes(2000), ...PACKED.subarray(0, -9)]);
    const bytes = program(text, { name: ".rodata..compressed", data });
    const at = Buffer.from(bytes).indexOf(PACKED.subarray(0, 20)) + 10;
    await expect(open(bytes)).rejects.toMatchObject({
      code: "bad-container",
      at: { section: "ELF boot program", offset: at },
    });
  });

  it("is no program with other sections, nor a kernel with such data", async () => {
    const appended = { name: ".appended_dtb", data: new Uint8Array(0) };
    const others = [
      program(text, { name: ".data", data: PACKED }),
      program({ name: ".init.text", data: kernelBytes(100) }, { name: ".data", data: PACKED }, appended),
    ];
    for (const bytes of others) await expect(open(bytes)).rejects.toMatchObject({ code: "no-btf" });
  });
});
