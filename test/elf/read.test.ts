import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ByteSource, memorySource } from "../../src/elf/byte-source.ts";
import { type Elf, readElf } from "../../src/elf/read.ts";
import { BtfxError } from "../../src/errors.ts";
import { inflate } from "../../src/io/codecs/inflate.ts";
import { cpuSeconds } from "../support/cpu.ts";
import { assembleElf, ELF_TARGETS, type ElfSpec, latin1, rowFieldAt } from "../support/elf.ts";
import { HAS_READELF, readelf, WITHOUT_READELF } from "../support/readelf.ts";
import { refused } from "../support/refused.ts";

const LE64 = { bits: 64, littleEndian: true } as const;

/** A file with the sections of a small module. */
function moduleSpec(target: Pick<ElfSpec, "bits" | "littleEndian">): ElfSpec {
  return {
    ...target,
    sections: [
      { name: ".text", data: new Uint8Array(64).fill(0x90), flags: 6, align: 16 },
      { name: ".BTF", data: latin1("not really BTF") },
      { name: ".bss", type: 8, flags: 3, size: 4096, align: 32 },
    ],
    symbols: [{ name: "init_module", section: ".text", global: true, type: 2 }],
  };
}

function read(bytes: Uint8Array): Elf {
  return readElf(memorySource(bytes), inflate);
}

/** A file with one of its numbers changed. */
function withNumber(bytes: Uint8Array, at: number, size: 2 | 4 | 8, value: number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (size === 2) view.setUint16(at, value, true);
  else if (size === 4) view.setUint32(at, value, true);
  else view.setBigUint64(at, BigInt(value), true);
  return copy;
}

describe.each(ELF_TARGETS)("readElf of $target", (target) => {
  const bytes = assembleElf(moduleSpec(target));

  it.skipIf(!HAS_READELF)(
    `reads files of the test assembler, which readelf finds nothing wrong with${WITHOUT_READELF}`,
    () => {
      expect(readelf(bytes).warnings).toBe("");
    },
  );

  it("reads class, byte order, type and machine", () => {
    const elf = read(bytes);
    expect([elf.is64, elf.littleEndian, elf.type, elf.machine]).toEqual([
      target.bits === 64,
      target.littleEndian,
      1,
      62,
    ]);
  });

  it("reads every column of the section table", () => {
    const elf = read(bytes);
    expect(elf.sections.map(({ name }) => name)).toEqual([
      "",
      ".text",
      ".BTF",
      ".bss",
      ".symtab",
      ".strtab",
      ".shstrtab",
    ]);
    expect(elf.section(".text")).toMatchObject({
      index: 1,
      type: 1,
      flags: 6,
      addr: 0,
      size: 64,
      addrAlign: 16,
    });
    expect(elf.section(".bss")).toMatchObject({ index: 3, type: 8, flags: 3, size: 4096, addrAlign: 32 });
    expect(elf.section(".symtab")).toMatchObject({
      type: 2,
      link: 5,
      info: 1,
      entSize: target.bits === 64 ? 24 : 16,
    });
  });

  it("reads contents", () => {
    const elf = read(bytes);
    expect(elf.data(elf.section(".BTF")!)).toEqual(latin1("not really BTF"));
  });

  /** What is read of a section with an `Elf*_Chdr` of this method and size before `body`. */
  const compressed = (method: number, size: number, body: Uint8Array): Uint8Array => {
    const header = new Uint8Array(target.bits === 64 ? 24 : 12);
    const view = new DataView(header.buffer);
    view.setUint32(0, method, target.littleEndian);
    if (target.bits === 64) view.setBigUint64(8, BigInt(size), target.littleEndian);
    else view.setUint32(4, size, target.littleEndian);
    const data = new Uint8Array([...header, ...body]);
    const elf = read(assembleElf({ ...target, sections: [{ name: ".BTF", flags: 0x800, data }] }));
    expect(elf.rawData(elf.section(".BTF")!)).toEqual(data);
    return elf.data(elf.section(".BTF")!);
  };

  it("decompresses a section compressed with zlib", () => {
    const contents = latin1("BTF ".repeat(1000));
    expect(compressed(1, 4000, zlib.deflateSync(contents))).toEqual(contents);
    expect(compressed(1, 0, zlib.deflateSync(new Uint8Array(0)))).toEqual(new Uint8Array(0));
  });

  const packed = zlib.deflateSync(new Uint8Array(100));
  it.each([
    ["that is cut short", 1, 100, packed.subarray(0, 5), "bad-elf"],
    ["that holds more than it says", 1, 99, packed, "bad-elf"],
    ["that holds less than it says", 1, 101, packed, "bad-elf"],
    ["that says it holds nothing", 1, 0, packed, "bad-elf"],
    ["that says it holds 4 GB", 1, 0xffffffff, packed, "bad-elf"],
    ["of an unknown method", 77, 100, packed, "unsupported"],
  ] as const)("refuses a compressed section %s", (_what, method, size, body, code) => {
    expect(refused(() => compressed(method, size, body))).toMatchObject({
      code,
      at: { section: ".BTF" },
    });
  });

  it("refuses a compressed section too short for its header", () => {
    const data = new Uint8Array(3);
    const elf = read(assembleElf({ ...target, sections: [{ name: ".BTF", flags: 0x800, data }] }));
    expect(refused(() => elf.data(elf.section(".BTF")!))).toMatchObject({ code: "truncated" });
  });

  it("decompresses zstd where Node can, and says so where it cannot", () => {
    const contents = latin1("BTF ".repeat(1000));
    const compress = (zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdCompressSync;
    const open = () => compressed(2, 4000, compress?.(contents) ?? contents);
    if (compress === undefined) expect(refused(open)).toMatchObject({ code: "unsupported" });
    else expect(open()).toEqual(contents);
  });

  it("says that a section is compressed where the host brings nothing that decompresses", () => {
    const data = new Uint8Array(24);
    new DataView(data.buffer).setUint32(0, 1, target.littleEndian);
    const file = assembleElf({ ...target, sections: [{ name: ".BTF", flags: 0x800, data }] });
    const elf = readElf(memorySource(file));
    expect(refused(() => elf.data(elf.section(".BTF")!))).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("compressed with zlib"),
    });
  });

  it("refuses any prefix of a file with an error of its own", () => {
    for (let length = 0; length < bytes.length; length++) {
      const error = refused(() => {
        const elf = read(bytes.subarray(0, length));
        for (const section of elf.sections) if (section.type !== 0 && section.type !== 8) elf.data(section);
      });
      expect(["bad-magic", "truncated", "bad-elf"]).toContain(error.code);
    }
  });

  it("lets no error but its own out of a file with any bytes changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(changes, (edits) => {
        const copy = bytes.slice();
        for (const [at, byte] of edits) copy[at] = byte;
        try {
          const elf = read(copy);
          for (const section of elf.sections) elf.data(section);
        } catch (error) {
          expect(error).toBeInstanceOf(BtfxError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("readElf", () => {
  const bytes = assembleElf(moduleSpec(LE64));
  const row = (index: number, field: Parameters<typeof rowFieldAt>[2]) => rowFieldAt(bytes, index, field);

  it("mends what elfy reads at the wrong place: alignment and entry size of ELF64", () => {
    const file = assembleElf({
      ...LE64,
      sections: [{ name: ".text", info: 0x100000, align: 16, entSize: 3 }],
    });
    expect(read(file).section(".text")).toMatchObject({ addrAlign: 16, entSize: 3, info: 0x100000 });
  });

  it.each([
    ["no ELF magic", withNumber(bytes, 0, 4, 0), "bad-magic"],
    ["an unknown class", withNumber(bytes, 4, 2, 0x0103), "bad-elf"],
    ["an unknown byte order", withNumber(bytes, 4, 2, 0x0302), "bad-elf"],
    ["section headers of another size", withNumber(bytes, 58, 2, 40), "bad-elf"],
    ["a section table past the end", withNumber(bytes, 40, 8, bytes.length - 100), "truncated"],
    ["a section table at an offset of 2^63", withNumber(bytes, 40, 8, 2 ** 63), "truncated"],
    ["sections without a table", withNumber(bytes, 40, 8, 0), "bad-elf"],
    ["no count, neither in the header nor in section 0", withNumber(bytes, 60, 2, 0), "bad-elf"],
    ["more sections than the file has room for", withNumber(bytes, 60, 2, 0xfeff), "truncated"],
    ["names in a section that is not there", withNumber(bytes, 62, 2, 7), "bad-elf"],
    ["names in a section that holds none", withNumber(bytes, 62, 2, 2), "bad-elf"],
    ["a name past the names", withNumber(bytes, row(2, "name"), 4, 0x7fffffff), "bad-elf"],
    ["names past the end", withNumber(bytes, row(6, "offset"), 8, bytes.length), "truncated"],
    ["names of endless size", withNumber(bytes, row(6, "size"), 8, 2 ** 60), "truncated"],
    ["a name without end", withNumber(bytes, row(6, "size"), 8, 3), "bad-elf"],
  ])("refuses %s", (_what, file, code) => {
    expect(refused(() => read(file)).code).toBe(code);
  });

  it("says which section runs past the end of the file", () => {
    const elf = read(withNumber(bytes, row(2, "size"), 8, 2 ** 40));
    expect(refused(() => elf.data(elf.section(".BTF")!))).toMatchObject({
      code: "truncated",
      at: { section: ".BTF" },
    });
  });

  it("says that a section without bytes belongs to a file of debug information", () => {
    const elf = read(assembleElf({ ...LE64, sections: [{ name: ".BTF", type: 8, size: 100 }] }));
    const error = refused(() => elf.data(elf.section(".BTF")!));
    expect(error).toMatchObject({ code: "bad-elf", at: { section: ".BTF" } });
    expect(error.message).toContain("NOBITS");
    expect(error.hint).toContain("debug");
  });

  it("takes the first of several sections of a name, as the kernel does, and lists all", () => {
    const elf = read(
      assembleElf({
        ...LE64,
        sections: [
          { name: ".BTF", data: latin1("first") },
          { name: ".BTF", data: latin1("second") },
        ],
      }),
    );
    expect(elf.data(elf.section(".BTF")!)).toEqual(latin1("first"));
    expect(elf.sectionsNamed(".BTF").map((section) => elf.data(section))).toEqual([
      latin1("first"),
      latin1("second"),
    ]);
  });

  it("reads a file without a section table as one without sections", () => {
    const file = bytes.slice(0, 64);
    const none = withNumber(withNumber(withNumber(file, 40, 8, 0), 60, 2, 0), 62, 2, 0);
    expect(read(none).sections).toEqual([]);
  });

  it("reads sections without names as nameless", () => {
    expect(read(withNumber(bytes, 62, 2, 0)).sections.every(({ name }) => name === "")).toBe(true);
  });

  it("reads bytes of names that are no text as escapes", () => {
    const elf = read(assembleElf({ ...LE64, sections: [{ name: ".\x1b[2J\xff" }] }));
    expect(elf.sections[1].name).toBe(".\\x1b[2J\\xff");
  });

  it("reads a machine that elfy does not know", () => {
    expect(read(assembleElf({ ...LE64, machine: 247, sections: [] })).machine).toBe(247);
  });

  it("reads only the header, the table and the names of a file, however large it is", () => {
    let asked = 0;
    let reads = 0;
    const large = assembleElf({
      ...LE64,
      sections: [
        { name: ".debug_info", data: new Uint8Array(1 << 20) },
        { name: ".BTF", data: new Uint8Array(100) },
      ],
    });
    const counting: ByteSource = {
      size: large.length,
      read(offset: number, length: number): Uint8Array {
        reads++;
        asked += length;
        return large.subarray(offset, offset + length);
      },
    };
    const elf = readElf(counting);
    expect(elf.data(elf.section(".BTF")!).length).toBe(100);
    expect(reads).toBeLessThanOrEqual(5);
    expect(asked).toBeLessThan(1000);
  });

  it("refuses thousands of sections that share one endless name, within the blink of an eye", () => {
    const count = 20000;
    const long = "x".repeat(1 << 20);
    const file = assembleElf({
      ...LE64,
      sections: Array.from({ length: count }, () => ({ name: long })),
    });
    const took = cpuSeconds(() => expect(refused(() => read(file))).toMatchObject({ code: "bad-elf" }));
    expect(took).toBeLessThan(2);
  });

  it.each([0xfefd, 0xfefe, 0x1fe05])(
    "reads %i sections of our own, and the count and names index where they do not fit in 16 bits",
    (count) => {
      const file = assembleElf({
        ...LE64,
        sections: Array.from({ length: count }, (_, i) => ({
          name: i === count - 1 ? ".BTF" : ".text",
          align: 1,
        })),
      });
      const elf = read(file);
      expect(elf.sections.length).toBe(count + 2);
      expect(elf.section(".BTF")?.index).toBe(count);
      expect(elf.sections[count + 1]).toMatchObject({ name: ".shstrtab", index: count + 1 });
    },
  );
});
