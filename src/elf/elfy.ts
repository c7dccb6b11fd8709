import elfy from "elfy";
import { type ElfForm, FieldView, SHN_LORESERVE, SHT_STRTAB } from "./format.ts";

/** One row of the section table, `Elf64_Shdr` or `Elf32_Shdr`, with its name. */
export interface Section {
  readonly index: number;
  /** As `printable` writes it, so that hostile names are harmless. */
  readonly name: string;
  /** `sh_type`, a number: `SHT_PROGBITS`, … */
  readonly type: number;
  /** Low 32 bits of `sh_flags`; no flag is defined above. */
  readonly flags: number;
  /** `sh_addr`; rounded above 2^53, as all of a 64-bit kernel are. */
  readonly addr: number;
  /** Offset of the contents in the file, in bytes. */
  readonly offset: number;
  /** In bytes; for NOBITS in memory only. */
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly addrAlign: number;
  readonly entSize: number;
}

/**
 * Lets elfy parse a section table: `header` is the file header, `table` the rows, both of this class and byte order,
 * `names` the sections' names. One object for each, since a file may have a million.
 *
 * elfy needs a `Buffer`, at most 65,279 sections and a string table that is there, and takes every number as true. So
 * it never sees the file but an image of it, in {@link ElfyBytes}: the header with its counts rewritten, a run of the
 * table, and a row of our own for a string table without bytes. Names are for `readSectionNames`: elfy's cost quadratic
 * time in a hostile file, and it decodes different bytes to the same text.
 */
export function parseSectionTable(
  header: Uint8Array,
  table: Uint8Array,
  form: ElfForm,
  littleEndian: boolean,
  names: readonly string[],
): Section[] {
  const runBytes = (SHN_LORESERVE - 1) * form.shdrBytes;
  const rows: Section[] = [];
  for (let start = 0; start < table.length; start += runBytes) {
    const run = table.subarray(start, start + runBytes);
    const parsed = elfy.parse(imageOf(header, run, form, littleEndian)).body.sections;
    const view = new FieldView(run, form, littleEndian);
    for (let at = 0; at < run.length; at += form.shdrBytes) {
      const { addr, off, size, link, info } = parsed[at / form.shdrBytes];
      // elfy has no number for types, loses unknown flags, and reads the last two words of an ELF64 row at 46 and 54.
      rows.push({
        index: rows.length,
        name: names[rows.length],
        type: view.u32(at + 4),
        flags: view.lowWord(at + 8),
        addr,
        offset: off,
        size,
        link,
        info,
        addrAlign: view.word(at + form.shAddrAlign),
        entSize: view.word(at + form.shEntSize),
      });
    }
  }
  return rows;
}

function imageOf(header: Uint8Array, run: Uint8Array, form: ElfForm, littleEndian: boolean): ElfyBytes {
  const namesAt = form.ehdrBytes + run.length;
  const image = new ElfyBytes(namesAt + form.shdrBytes);
  image.set(header);
  image.set(run, form.ehdrBytes);
  const view = new FieldView(image, form, littleEndian);
  view.setWord(form.phoff, 0);
  view.setU16(form.phnum, 0);
  view.setWord(form.shoff, form.ehdrBytes);
  view.setU16(form.shnum, run.length / form.shdrBytes + 1);
  view.setU16(form.shstrndx, run.length / form.shdrBytes);
  view.setU32(namesAt + 4, SHT_STRTAB);
  return image;
}

/** The methods of `Buffer` that elfy calls and a browser lacks. All its reads lie inside the image. */
class ElfyBytes extends Uint8Array {
  readUInt16LE(at: number): number {
    return this[at] | (this[at + 1] << 8);
  }

  readUInt16BE(at: number): number {
    return (this[at] << 8) | this[at + 1];
  }

  readUInt32LE(at: number): number {
    return (this.readUInt16LE(at) | (this.readUInt16LE(at + 2) << 16)) >>> 0;
  }

  readUInt32BE(at: number): number {
    return ((this.readUInt16BE(at) << 16) | this.readUInt16BE(at + 2)) >>> 0;
  }

  /** A view, as `Buffer.slice` returns. elfy calls it for the contents of each section. */
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end) as Uint8Array<ArrayBuffer>;
  }

  /** elfy calls it for the magic number, and for names in a string table, which has no bytes here. */
  override toString(): string {
    return String.fromCharCode(...this);
  }
}
