import { BtfxError } from "../errors.ts";
import { type ByteSource, type MakeRoom, readWithin } from "./byte-source.ts";
import { decompressSection, type Inflate } from "./compression.ts";
import { parseSectionTable, type Section } from "./elfy.ts";
import {
  ELF32,
  ELF64,
  type ElfForm,
  FieldView,
  PN_XNUM,
  SHF_COMPRESSED,
  SHN_XINDEX,
  SHT_NOBITS,
  SHT_NULL,
} from "./format.ts";
import { isElf } from "./magic.ts";
import { readSectionNames } from "./section-names.ts";

export type { Section } from "./elfy.ts";

/** An ELF file: its header, its section table, and its contents on demand. Made by {@link readElf}. */
export class Elf {
  readonly source: ByteSource;
  /** Where the fields of this class of file are. */
  readonly form: ElfForm;
  readonly littleEndian: boolean;
  /** `e_type`: 1 relocatable, 2 executable, 3 shared. */
  readonly type: number;
  /** `e_machine`: 62 x86-64, 183 arm64, 22 s390, 243 RISC-V, 247 BPF, … */
  readonly machine: number;
  readonly sections: readonly Section[];
  /** Index of the section with the section names, 0 if there is none. */
  readonly namesIndex: number;
  /** Place and number of the program headers. */
  readonly programs: { readonly offset: number; readonly count: number };
  /** The file header as it is. */
  readonly header: Uint8Array;
  /** The section table as it is. */
  readonly table: Uint8Array;
  /** Decompresses sections; undefined where compressed sections are refused. */
  readonly inflate: Inflate | undefined;

  constructor(parts: {
    source: ByteSource;
    form: ElfForm;
    littleEndian: boolean;
    type: number;
    machine: number;
    sections: readonly Section[];
    namesIndex: number;
    programs: { offset: number; count: number };
    header: Uint8Array;
    table: Uint8Array;
    inflate: Inflate | undefined;
  }) {
    this.source = parts.source;
    this.form = parts.form;
    this.littleEndian = parts.littleEndian;
    this.type = parts.type;
    this.machine = parts.machine;
    this.sections = parts.sections;
    this.namesIndex = parts.namesIndex;
    this.programs = parts.programs;
    this.header = parts.header;
    this.table = parts.table;
    this.inflate = parts.inflate;
  }

  get is64(): boolean {
    return this.form.wordBytes === 8;
  }

  /** The section of this name; of several the first, as the kernel takes it (`find_any_sec`; libbpf takes the last). */
  section(name: string): Section | undefined {
    return this.sections.find((section) => section.name === name && section.index > 0);
  }

  /** All sections of this name, in table order. */
  sectionsNamed(name: string): Section[] {
    return this.sections.filter((section) => section.name === name && section.index > 0);
  }

  /**
   * Contents of a section, decompressed if it is compressed. Reads just these bytes, into what `room`
   * makes if they are not compressed. Throws {@link BtfxError}
   * `bad-elf` for a section without bytes, `truncated` for one that runs past the end of the file.
   */
  data(section: Section, room?: MakeRoom): Uint8Array {
    if ((section.flags & SHF_COMPRESSED) === 0) return this.rawData(section, room);
    const bytes = this.rawData(section);
    return decompressSection(bytes, this.form, this.littleEndian, section.name, this.inflate);
  }

  /** Contents of a section as the file holds them, compressed or not. Throws as {@link data} does. */
  rawData(section: Section, room?: MakeRoom): Uint8Array {
    const context = { section: section.name };
    if (section.type === SHT_NOBITS || section.type === SHT_NULL) {
      const type = section.type === SHT_NULL ? "NULL" : "NOBITS";
      throw new BtfxError("bad-elf", `the section is ${type}: the file does not hold its bytes`, {
        at: context,
        hint: "this looks like a file of separate debug information; give the file it was split from",
      });
    }
    if (section.offset + section.size > this.source.size) {
      throw new BtfxError(
        "truncated",
        `the section's ${section.size} bytes at offset ${section.offset} run past the end of the file at ${this.source.size}`,
        { at: context, hint: "the file is damaged or cut short" },
      );
    }
    return this.source.read(section.offset, section.size, room);
  }
}

/**
 * Reads the header, section table and section names of an ELF file of either class and byte order: four reads, however
 * large the file is. `inflate` decompresses its sections when their contents are asked for. Throws {@link BtfxError}
 * `bad-magic`, `bad-elf` or `truncated`.
 *
 * elfy parses the table; this file checks every bound before it may.
 */
export function readElf(source: ByteSource, inflate?: Inflate): Elf {
  const header = readHeader(source);
  const { form, littleEndian } = header.view;
  const { table, namesIndex, phnum } = readTable(source, header);
  const names = readSectionNames(source, table.view, namesIndex, table.bytes.length / form.shdrBytes);
  return new Elf({
    source,
    form,
    littleEndian,
    type: header.view.u16(16),
    machine: header.view.u16(18),
    sections: parseSectionTable(header.bytes, table.bytes, form, littleEndian, names),
    namesIndex,
    programs: { offset: header.view.word(form.phoff), count: phnum },
    header: header.bytes,
    table: table.bytes,
    inflate,
  });
}

/** Bytes with the view that reads their fields. */
interface Part {
  readonly bytes: Uint8Array;
  readonly view: FieldView;
}

function readHeader(source: ByteSource): Part {
  const start = source.read(0, Math.min(source.size, ELF64.ehdrBytes));
  if (!isElf(start)) throw new BtfxError("bad-magic", "not an ELF file", { at: { offset: 0 } });
  if (start.length < ELF32.ehdrBytes) throw cutHeader(ELF32, start);
  const fileClass = start[4];
  const data = start[5];
  if (fileClass !== 1 && fileClass !== 2) {
    throw new BtfxError("bad-elf", `unknown ELF class ${fileClass}: neither 32 nor 64 bits`, {
      at: { offset: 4 },
    });
  }
  if (data !== 1 && data !== 2) {
    throw new BtfxError("bad-elf", `unknown ELF byte order ${data}`, { at: { offset: 5 } });
  }
  const form = fileClass === 1 ? ELF32 : ELF64;
  if (start.length < form.ehdrBytes) throw cutHeader(form, start);
  const bytes = start.slice(0, form.ehdrBytes);
  return { bytes, view: new FieldView(bytes, form, data === 1) };
}

function cutHeader(form: ElfForm, start: Uint8Array): BtfxError {
  return new BtfxError(
    "truncated",
    `the ELF header takes ${form.ehdrBytes} bytes, the file has ${start.length}`,
    { at: { offset: 0 }, hint: "the file is damaged or cut short" },
  );
}

/**
 * Several times as many sections as a kernel with a section for each function has. It limits the memory that a file can
 * make us use.
 */
const MAX_SECTIONS = 1 << 20;

/** Finds the table and its true dimensions: `e_shnum`, `e_shstrndx` and `e_phnum` may stand in section 0 (gABI). */
function readTable(source: ByteSource, header: Part): { table: Part; namesIndex: number; phnum: number } {
  const { view } = header;
  const { form } = view;
  const shoff = view.word(form.shoff);
  let count = view.u16(form.shnum);
  let namesIndex = view.u16(form.shstrndx);
  let phnum = view.u16(form.phnum);
  if (shoff === 0) {
    if (count !== 0) {
      throw new BtfxError("bad-elf", `${count} sections are announced, but there is no section table`, {
        at: { offset: form.shoff },
      });
    }
    return { table: part(new Uint8Array(0), view), namesIndex: 0, phnum };
  }
  const entryBytes = view.u16(form.shentsize);
  if (entryBytes !== form.shdrBytes) {
    throw new BtfxError("bad-elf", `section headers take ${form.shdrBytes} bytes, these ${entryBytes}`, {
      at: { offset: form.shentsize },
    });
  }
  const first = part(readWithin(source, shoff, form.shdrBytes, "the section table"), view).view;
  if (count === 0) count = first.word(form.shSize);
  if (namesIndex === SHN_XINDEX) namesIndex = first.u32(form.shLink);
  if (phnum === PN_XNUM) phnum = first.u32(form.shInfo);
  if (count === 0) throw new BtfxError("bad-elf", "the section table is empty", { at: { offset: shoff } });
  if (count > MAX_SECTIONS) {
    throw new BtfxError("bad-elf", `${count} sections, more than ${MAX_SECTIONS}`, { at: { offset: shoff } });
  }
  const bytes = readWithin(source, shoff, count * form.shdrBytes, `the table of ${count} sections`);
  if (namesIndex >= count) {
    throw new BtfxError(
      "bad-elf",
      `section ${namesIndex} is said to hold the section names, there are ${count}`,
      { at: { offset: form.shstrndx } },
    );
  }
  return { table: part(bytes, view), namesIndex, phnum };
}

function part(bytes: Uint8Array, like: FieldView): Part {
  return { bytes, view: new FieldView(bytes, like.form, like.littleEndian) };
}
