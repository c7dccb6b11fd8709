import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/elf/byte-source.ts";
import { patchElf } from "../../src/elf/patch.ts";
import { type Elf, readElf, type Section } from "../../src/elf/read.ts";
import { BtfxError } from "../../src/errors.ts";
import {
  assembleElf,
  ELF_TARGETS,
  type ElfSpec,
  type ElfTarget,
  latin1,
  rowFieldAt,
  type SectionSpec,
} from "../support/elf.ts";
import { HAS_READELF, readelf, WITHOUT_READELF } from "../support/readelf.ts";
import { refused } from "../support/refused.ts";

const LE64 = { bits: 64, littleEndian: true } as const;
const PAHOLE_FORM = { type: 1, flags: 0, addr: 0, link: 0, info: 0, addrAlign: 1, entSize: 0 };

function read(bytes: Uint8Array): Elf {
  return readElf(memorySource(bytes));
}

function patch(bytes: Uint8Array, set: Record<string, Uint8Array>, remove: string[] = []): Uint8Array {
  return patchElf(bytes, read(bytes), { set: new Map(Object.entries(set)), remove });
}

function contents(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const elf = read(bytes);
  const section = elf.section(name);
  return section === undefined ? undefined : elf.data(section);
}

/** Symbols as readelf lists them, without their addresses in the file: value, size, type, binding, section name. */
function symbolsOf(file: Uint8Array | Elf): string[] {
  const elf = file instanceof Uint8Array ? read(file) : file;
  const table = elf.section(".symtab");
  if (table === undefined) return [];
  const data = elf.data(table);
  const far = elf.section(".symtab_shndx");
  const farData = far === undefined ? undefined : elf.data(far);
  const at = (view: Uint8Array, offset: number, size: 2 | 4): number => {
    const fields = new DataView(view.buffer, view.byteOffset, view.length);
    return size === 2
      ? fields.getUint16(offset, elf.littleEndian)
      : fields.getUint32(offset, elf.littleEndian);
  };
  const entry = elf.is64 ? 24 : 16;
  const lines: string[] = [];
  for (let start = 0, i = 0; start < data.length; start += entry, i++) {
    const info = data[start + (elf.is64 ? 4 : 12)];
    let index = at(data, start + (elf.is64 ? 6 : 14), 2);
    if (index === 0xffff && farData !== undefined) index = at(farData, i * 4, 4);
    else if (farData !== undefined) expect(at(farData, i * 4, 4)).toBe(0);
    const place = index === 0xfff1 ? "ABS" : index === 0 ? "UND" : elf.sections[index].name;
    lines.push(`${i} ${info >> 4} ${info & 15} ${place}`);
  }
  return lines;
}

function nameAt(elf: Elf, index: number): string {
  return index === 0 ? "-" : elf.sections[index].name;
}

/** Sections whose bytes hold section numbers or names. */
const NUMBERED = [2, 11, 17, 18];

/** Checks that the sections that stay are as they were: bytes, form, order, alignment, and what they refer to. */
function expectKept(before: Uint8Array, after: Uint8Array, except: ReadonlySet<string>): void {
  const [from, to] = [read(before), read(after)];
  const kept = (elf: Elf): Section[] => elf.sections.filter(({ name }) => !except.has(name));
  expect(kept(to).map(({ name }) => name)).toEqual(kept(from).map(({ name }) => name));
  for (const [i, now] of kept(to).entries()) {
    const was = kept(from)[i];
    const { index: _i, offset: _o, link: _l, info: _n, ...form } = was;
    if (was.index === from.namesIndex || was.type === 17)
      expect(now).toMatchObject({ name: was.name, type: was.type });
    else expect(now).toMatchObject(form);
    expect(nameAt(to, now.link)).toBe(nameAt(from, was.link));
    if (was.type === 4 || was.type === 9) expect(nameAt(to, now.info)).toBe(nameAt(from, was.info));
    else expect(now.info).toBe(was.info);
    if (was.type === 0 || was.type === 8) continue;
    if (was.offset % Math.max(1, was.addrAlign) === 0)
      expect(now.offset % Math.max(1, now.addrAlign)).toBe(0);
    if (!NUMBERED.includes(was.type) && was.index !== from.namesIndex)
      expect(to.data(now)).toEqual(from.data(was));
  }
}

/** What Debian's modules have, in small: code with relocations, .BTF_ids, .bss, .BTF, symbols. */
function moduleSpec(
  target: ElfTarget,
  btf: SectionSpec = { name: ".BTF", data: latin1("old BTF") },
): ElfSpec {
  const rela = target.bits === 64;
  return {
    ...target,
    machine: target.bits === 64 ? (target.littleEndian ? 62 : 22) : target.littleEndian ? 3 : 20,
    sections: [
      { name: ".text", data: new Uint8Array(40).fill(0x90), flags: 6, align: 16 },
      {
        name: rela ? ".rela.text" : ".rel.text",
        type: rela ? 4 : 9,
        relocations: [3],
        info: ".text",
        flags: 0x40,
        align: target.bits / 8,
        entSize: rela ? 24 : 8,
      },
      { name: ".BTF_ids", data: latin1("ids."), flags: 2 },
      { name: ".bss", type: 8, flags: 3, size: 512, align: 32 },
      btf,
      { name: ".comment", data: latin1("after\0"), align: 4 },
    ],
    symbols: [
      { name: "", section: ".text", type: 3 },
      { name: "local", section: ".bss" },
      { name: "init_module", section: ".text", global: true, type: 2 },
    ],
  };
}

describe.each(ELF_TARGETS)("patchElf of $target", (target) => {
  const before = assembleElf(moduleSpec(target));
  const edits = {
    ".BTF": latin1("a new BTF, longer"),
    ".BTF.base": latin1("base"),
    ".BTF_ids": latin1("IDS!"),
  };
  const after = patch(before, edits);

  it("replaces and adds sections in the form that pahole gives them", () => {
    const elf = read(after);
    for (const name of [".BTF", ".BTF.base"] as const) {
      expect(elf.section(name)).toMatchObject({ ...PAHOLE_FORM, size: edits[name].length });
      expect(elf.data(elf.section(name)!)).toEqual(edits[name]);
    }
  });

  it("keeps the header of an allocated section whose size stays", () => {
    expect(contents(after, ".BTF_ids")).toEqual(latin1("IDS!"));
    expect(read(after).section(".BTF_ids")).toEqual(read(before).section(".BTF_ids"));
  });

  it("leaves every other section as it was", () => {
    expectKept(before, after, new Set([".BTF", ".BTF.base", ".BTF_ids"]));
    expect(symbolsOf(after)).toEqual(symbolsOf(before));
  });

  it("moves nothing that lies before the first change", () => {
    const [from, to] = [read(before), read(after)];
    for (const name of [".text", ".BTF_ids", ".bss", ".BTF"]) {
      expect(to.section(name)?.offset).toBe(from.section(name)?.offset);
    }
  });

  it("gives the same bytes when the same edits are applied again", () => {
    expect(patch(after, edits)).toEqual(after);
  });

  it("gives the first file again when the edits are taken back, but for the name it added", () => {
    const back = patch(after, { ".BTF": latin1("old BTF"), ".BTF_ids": latin1("ids.") }, [".BTF.base"]);
    expectKept(before, back, new Set());
    expect(contents(back, ".BTF")).toEqual(latin1("old BTF"));
    expect(contents(back, ".BTF.base")).toBeUndefined();
    expect(symbolsOf(back)).toEqual(symbolsOf(before));
  });

  it("drops what follows the file, as an appended signature", () => {
    const signed = new Uint8Array([...before, ...latin1("signature ~Module signature appended~\n")]);
    expect(patch(signed, edits)).toEqual(after);
  });

  it("leaves no byte of a section that shrank", () => {
    const long = latin1("SECRET".repeat(50));
    const shrunk = patch(patch(before, { ".BTF": long }), { ".BTF": latin1("x") });
    expect(Buffer.from(shrunk).includes("SECRET")).toBe(false);
    expect(shrunk.length).toBeLessThanOrEqual(before.length);
  });

  it.skipIf(!HAS_READELF)(`writes files that readelf finds nothing wrong with${WITHOUT_READELF}`, () => {
    expect(readelf(after).warnings).toBe("");
    expect(readelf(patch(after, {}, [".BTF.base", ".BTF", ".comment"])).warnings).toBe("");
  });

  it("keeps all else for any mix of sections, symbols and edits", () => {
    const name = fc.constantFrom(".text", ".data", ".BTF", ".BTF.base", ".bss", ".BTF.ext", ".note", ".x");
    const section = fc.record({
      name,
      nobits: fc.boolean(),
      data: fc.uint8Array({ maxLength: 40 }),
      align: fc.constantFrom(0, 1, 2, 8, 64, 4096),
    });
    const file = fc.record({
      sections: fc.array(section, { maxLength: 12 }),
      symbolOf: fc.array(fc.nat(20), { maxLength: 6 }),
      tableFirst: fc.boolean(),
      oneStringTable: fc.boolean(),
    });
    const change = fc.record({
      set: fc.dictionary(fc.constantFrom(".BTF", ".BTF.base", ".new"), fc.uint8Array({ maxLength: 100 })),
      remove: fc.uniqueArray(fc.constantFrom<string[]>(".BTF.base", ".BTF.ext", ".x", ".absent"), {
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(file, change, ({ sections, symbolOf, tableFirst, oneStringTable }, { set, remove }) => {
        const specs = sections.map(
          ({ name, nobits, data, align }): SectionSpec =>
            nobits ? { name, type: 8, size: data.length, align } : { name, data, align },
        );
        const symbols = symbolOf
          .filter((i) => i < specs.length)
          .map((i, n) => ({ name: `s${n}`, section: specs[i].name, value: n }));
        const bytes = assembleElf({ ...target, sections: specs, symbols, tableFirst, oneStringTable });
        const out = patch(bytes, set, remove);
        const touched = new Set([...Object.keys(set), ...remove]);
        expectKept(bytes, out, touched);
        for (const [name, data] of Object.entries(set)) {
          expect(read(out).sectionsNamed(name).length).toBe(1);
          expect(contents(out, name)).toEqual(data);
        }
        for (const name of remove) if (!(name in set)) expect(contents(out, name)).toBeUndefined();
        for (const [i, line] of symbolsOf(out).entries()) {
          const was = symbolsOf(bytes)[i];
          const gone = remove.includes(was.split(" ")[3]) && !(was.split(" ")[3] in set);
          if (!gone && !line.endsWith("ABS")) expect(line).toBe(was);
          else expect(line).toBe(`${i} 0 0 ABS`);
        }
        expect(patch(out, set, remove)).toEqual(out);
      }),
      { numRuns: 40 },
    );
  });

  it("renumbers what refers to sections behind a removed one: links, relocations, groups, symbols", () => {
    const bytes = assembleElf({
      ...target,
      machine: target.bits === 64 ? 62 : 3,
      sections: [
        {
          name: ".group",
          type: 17,
          words: [1, ".gone", ".text"],
          link: ".symtab",
          info: 1,
          align: 4,
          entSize: 4,
        },
        { name: ".gone", data: latin1("gone"), flags: 0x200 },
        { name: ".rela.gone", type: 4, relocations: [1], info: ".gone", flags: 0x240, align: 8, entSize: 12 },
        { name: ".text", data: latin1("text"), flags: 0x206 },
        {
          name: ".rela.text",
          type: 4,
          relocations: [2, 3],
          info: ".text",
          flags: 0x40,
          align: 8,
          entSize: 12,
        },
      ],
      symbols: [
        { name: "", section: ".gone", type: 3 },
        { name: "", section: ".text", type: 3 },
        { name: "f", section: ".text", type: 2, global: true },
        { name: "g", section: ".gone", type: 2, global: true },
        { name: "a", section: 0xfff1, global: true },
      ],
    });
    const out = patch(bytes, {}, [".gone"]);
    const elf = read(out);
    const names = elf.sections.map(({ name }) => name);
    expect(names).toEqual(["", ".group", ".text", ".rela.text", ".symtab", ".strtab", ".shstrtab"]);
    expect(elf.section(".rela.text")).toMatchObject({ link: 4, info: 2 });
    expect(elf.section(".symtab")).toMatchObject({ link: 5, info: 3 });
    const group = elf.data(elf.section(".group")!);
    const words = new DataView(group.buffer, group.byteOffset);
    expect([words.getUint32(0, target.littleEndian), words.getUint32(4, target.littleEndian)]).toEqual([
      1, 2,
    ]);
    expect(group.length).toBe(8);
    expect(symbolsOf(out)).toEqual([
      "0 0 0 UND",
      "1 0 0 ABS",
      "2 0 3 .text",
      "3 1 2 .text",
      "4 1 0 ABS",
      "5 1 0 ABS",
    ]);
  });

  it("refuses to remove a section whose symbols relocations elsewhere need", () => {
    const bytes = assembleElf({
      ...target,
      sections: [
        { name: ".gone", data: latin1("gone") },
        { name: ".text", data: latin1("text") },
        { name: ".rela.text", type: 4, relocations: [1], info: ".text" },
      ],
      symbols: [{ name: "", section: ".gone", type: 3 }],
    });
    expect(refused(() => patch(bytes, {}, [".gone"]))).toMatchObject({
      code: "bad-elf",
      at: { section: ".rela.text" },
    });
  });
});

describe("patchElf", () => {
  it("takes the relocations of a replaced section away: they would patch what is no longer there", () => {
    const bytes = assembleElf({
      ...LE64,
      sections: [
        { name: ".BTF", data: latin1("BTF of an object before linking") },
        { name: ".rela.BTF", type: 4, relocations: [0], info: ".BTF" },
      ],
      symbols: [{ name: "f", section: ".BTF" }],
    });
    expect(contents(patch(bytes, { ".BTF": latin1("new") }), ".rela.BTF")).toBeUndefined();
  });

  it("removes a group that has no member left", () => {
    const bytes = assembleElf({
      ...LE64,
      sections: [
        { name: ".group", type: 17, words: [1, ".BTF"], link: ".symtab", info: 1 },
        { name: ".BTF", flags: 0x200, data: latin1("x") },
      ],
      symbols: [{ name: "f", section: 0xfff1 }],
    });
    expect(read(patch(bytes, {}, [".BTF"])).sections.map(({ name }) => name)).toEqual([
      "",
      ".symtab",
      ".strtab",
      ".shstrtab",
    ]);
  });

  it("takes compression and other flags off a replaced section", () => {
    const bytes = assembleElf({
      ...LE64,
      sections: [{ name: ".BTF", flags: 0x800, align: 8, entSize: 4, data: latin1("compressed, say") }],
    });
    expect(read(patch(bytes, { ".BTF": latin1("plain") })).section(".BTF")).toMatchObject(PAHOLE_FORM);
  });

  it("gives a section without bytes its bytes", () => {
    const bytes = assembleElf({ ...LE64, sections: [{ name: ".BTF", type: 8, size: 7 }] });
    expect(contents(patch(bytes, { ".BTF": latin1("7 bytes") }), ".BTF")).toEqual(latin1("7 bytes"));
  });

  it("leaves one section of a replaced name, so that first and last are the same", () => {
    const bytes = assembleElf({
      ...LE64,
      sections: [
        { name: ".BTF", data: latin1("1") },
        { name: ".text", data: latin1("t") },
        { name: ".BTF", data: latin1("2") },
      ],
    });
    const elf = read(patch(bytes, { ".BTF": latin1("new") }));
    expect(elf.sections.map(({ name }) => name)).toEqual(["", ".BTF", ".text", ".shstrtab"]);
  });

  it("does not honour an alignment that a section does not obey, which could be of any size", () => {
    const bytes = assembleElf({ ...LE64, sections: [{ name: ".BTF" }, { name: ".x", data: latin1("x") }] });
    const elf = read(bytes);
    const table = new DataView(bytes.buffer, Number(new DataView(bytes.buffer).getBigUint64(40, true)));
    for (const align of [2n ** 40n, 3n, 2n ** 63n]) {
      table.setBigUint64(2 * 64 + 48, align, true);
      expect(patch(bytes, { ".BTF": latin1("longer") }).length).toBeLessThan(bytes.length + 20);
    }
    expect(elf.sections.length).toBe(4);
  });

  it("refuses sections that overlap, which could make the file grow without bound", () => {
    const bytes = assembleElf({
      ...LE64,
      sections: [
        { name: ".BTF", data: latin1("abc") },
        { name: ".x", data: latin1("x"), size: 10 },
      ],
    });
    expect(refused(() => patch(bytes, { ".BTF": latin1("longer") }))).toMatchObject({ code: "bad-elf" });
  });

  it.each([
    ["an empty section", { size: 0, type: 1 }],
    ["a section without bytes", { size: 100, type: 8 }],
    ["a row that is no section", { size: 100, type: 0 }],
  ])("takes %s wherever it claims to be, replaced or not", (_what, row) => {
    for (const name of [".BTF", ".x"]) {
      const bytes = assembleElf({ ...LE64, sections: [{ name, ...row }] });
      const at = rowFieldAt(bytes, 1, "offset");
      new DataView(bytes.buffer).setBigUint64(at, 2n ** 50n, true);
      const out = patch(bytes, { ".BTF": latin1("new") });
      expect(out.length).toBeLessThan(bytes.length + 100);
      expect(contents(out, ".BTF")).toEqual(latin1("new"));
      expect(patch(out, { ".BTF": latin1("new") })).toEqual(out);
    }
  });

  it("does not take the row of section 0 for a section, whatever its name", () => {
    const bytes = assembleElf({ ...LE64, sections: [{ name: ".BTF", data: latin1("old") }] });
    const view = new DataView(bytes.buffer);
    view.setUint32(rowFieldAt(bytes, 0, "name"), view.getUint32(rowFieldAt(bytes, 1, "name"), true), true);
    expect(read(bytes).section(".BTF")?.index).toBe(1);
    expect(read(patch(bytes, { ".BTF": latin1("new") })).section(".BTF")?.index).toBe(1);
  });

  it("refuses relocations for a section that does not exist, since an added one would get its number", () => {
    const bytes = assembleElf({ ...LE64, sections: [{ name: ".rela.x", type: 4, link: 0, info: 3 }] });
    expect(refused(() => patch(bytes, { ".BTF": latin1("new") }))).toMatchObject({
      code: "bad-elf",
      at: { section: ".rela.x" },
    });
  });

  it("refuses a section that runs past the end of the file", () => {
    const bytes = assembleElf({ ...LE64, sections: [{ name: ".x", data: latin1("x"), size: 100000 }] });
    expect(refused(() => patch(bytes, { ".BTF": latin1("new") }))).toMatchObject({
      code: "truncated",
      at: { section: ".x" },
    });
  });

  it("refuses to remove or replace what others refer to, and the table of names", () => {
    const bytes = assembleElf({
      ...LE64,
      sections: [{ name: ".x" }],
      symbols: [{ name: "x", section: ".x" }],
    });
    expect(refused(() => patch(bytes, {}, [".strtab"]))).toMatchObject({
      code: "bad-elf",
      at: { section: ".strtab" },
    });
    expect(refused(() => patch(bytes, {}, [".shstrtab"]))).toMatchObject({ code: "bad-elf" });
    for (const name of [".strtab", ".shstrtab"]) {
      expect(refused(() => patch(bytes, { [name]: latin1("new") }))).toMatchObject({
        code: "bad-elf",
        at: { section: name },
      });
    }
  });

  it("lets no error but its own out of a file with any bytes changed", () => {
    const bytes = assembleElf(moduleSpec(LE64));
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.boolean(), (edits, remove) => {
        const copy = bytes.slice();
        for (const [at, byte] of edits) copy[at] = byte;
        try {
          const out = remove
            ? patch(copy, {}, [".BTF", ".bss"])
            : patch(copy, { ".BTF": latin1("longer than it was"), ".BTF.base": latin1("base") });
          expect(out.length).toBeLessThan(20000);
        } catch (error) {
          expect(error).toBeInstanceOf(BtfxError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("patchElf of a linked file", () => {
  const spec: ElfSpec = {
    ...LE64,
    type: 2,
    sections: [
      { name: ".text", data: new Uint8Array(100).fill(1), flags: 6, addr: 0x1000, align: 64 },
      { name: ".BTF", data: latin1("loaded BTF"), flags: 2, addr: 0x2000 },
      { name: ".comment", data: latin1("comment") },
      { name: ".debug", data: latin1("debug info"), align: 8 },
    ],
    segments: [".text", ".BTF"],
  };
  const bytes = assembleElf(spec);

  it("adds and removes sections behind the segments and moves nothing inside them", () => {
    const out = patch(bytes, { ".BTF.base": latin1("base") }, [".comment"]);
    const end = read(bytes).section(".comment")!.offset;
    expect(out.subarray(64, end)).toEqual(bytes.subarray(64, end));
    expect(read(out).sections.map(({ name }) => name)).toEqual([
      "",
      ".text",
      ".BTF",
      ".debug",
      ".shstrtab",
      ".BTF.base",
    ]);
    expectKept(bytes, out, new Set([".comment", ".BTF.base"]));
  });

  it("replaces loaded bytes by as many", () => {
    const out = patch(bytes, { ".BTF": latin1("LOADED BTF") });
    expect(contents(out, ".BTF")).toEqual(latin1("LOADED BTF"));
    expect(read(out).sections).toEqual(read(bytes).sections);
  });

  it.each([
    ["resize", { ".BTF": latin1("short") }, []],
    ["remove", {}, [".BTF"]],
  ])("refuses to %s what a segment holds", (_what, set, remove) => {
    const error = refused(() => patch(bytes, set as Record<string, Uint8Array>, remove));
    expect(error).toMatchObject({ code: "bad-elf", at: { section: ".BTF" } });
  });

  it.skipIf(!HAS_READELF)(`writes files that readelf finds nothing wrong with${WITHOUT_READELF}`, () => {
    expect(readelf(bytes).warnings).toBe("");
    expect(readelf(patch(bytes, { ".BTF.base": latin1("base") }, [".comment"])).warnings).toBe("");
  });
});

describe("patchElf across the limits of 16 bits", () => {
  const ELF64 = { bits: 64, littleEndian: true } as const;
  const ELF32 = { bits: 32, littleEndian: false } as const;

  /** `.BTF.ext`, `.note`, nameless sections, `.BTF` with the given index, and three or four tables behind it. */
  const many = (target: ElfTarget, index: number) =>
    assembleElf({
      ...target,
      sections: [
        { name: ".BTF.ext", data: latin1("ext") },
        { name: ".note", data: latin1("note") },
        ...Array.from({ length: index - 3 }, () => ({ name: "" })),
        { name: ".BTF", data: latin1("last") },
      ],
      symbols: [
        { name: "first", section: ".BTF.ext" },
        { name: "last", section: ".BTF" },
      ],
    });

  it.each([
    ["the count grows past it", ELF64, 0xfefb, 0xfeff, 0xff00, { ".BTF.base": latin1("base") }, []],
    ["the count shrinks below it", ELF32, 0xfefc, 0xff01, 0xfeff, {}, [".BTF.ext", ".note"]],
    ["the number of a symbol's section shrinks below it", ELF64, 0xff00, 0xff05, 0xff04, {}, [".note"]],
    ["the number of a symbol's section stays past it", ELF32, 0xff01, 0xff06, 0xff05, {}, [".note"]],
  ] as const)("mends all numbers when %s", (_what, target, index, before, after, set, remove) => {
    const bytes = many(target, index);
    const elf = read(bytes);
    expect(elf.sections.length).toBe(before);
    const out = read(patchElf(bytes, elf, { set: new Map(Object.entries(set)), remove }));
    expect(out.sections.length).toBe(after);
    expect(out.sections[out.namesIndex].name).toBe(".shstrtab");
    expect(out.data(out.section(".BTF")!)).toEqual(latin1("last"));
    const first = remove.some((name) => name === ".BTF.ext") ? "ABS" : ".BTF.ext";
    expect(symbolsOf(out)).toEqual(["0 0 0 UND", `1 0 0 ${first}`, "2 0 0 .BTF"]);
  });
});
