import { printable } from "../btf/strings.ts";
import { BtfxError } from "../errors.ts";
import { FieldView, SHN_XINDEX, SHT_SYMTAB, SHT_SYMTAB_SHNDX } from "./format.ts";
import type { Elf, Section } from "./read.ts";

/** Longest name of a symbol, and of a section with code. `KSYM_NAME_LEN` is 512. */
export const MAX_NAME_BYTES = 1024;

/** `Elf64_Sym` or `Elf32_Sym`, without its name. */
export interface ElfSymbol {
  readonly index: number;
  /** Number of the section that it lies in, also above 65,279; 0 if it is undefined, reserved numbers as they are. */
  readonly section: number;
  /** The halves of its value: an offset in its section in relocatable files, an address in linked ones. */
  readonly valueHigh: number;
  readonly valueLow: number;
  readonly size: number;
  /** `STT_*` */
  readonly type: number;
  /** `STB_*` */
  readonly binding: number;
  /** `STV_*` */
  readonly visibility: number;
}

/** The symbol table of a file, read symbol by symbol. */
export class SymbolTable {
  /** The section that holds it. */
  readonly table: Section;
  readonly count: number;
  readonly #view: FieldView;
  readonly #bytes: Uint8Array;
  readonly #names: Uint8Array;
  readonly #far: FieldView;
  readonly #farBytes: number;

  private constructor(elf: Elf, table: Section) {
    const { form, littleEndian } = elf;
    this.table = table;
    this.#bytes = elf.data(table);
    this.count = Math.floor(this.#bytes.length / form.symBytes);
    this.#view = new FieldView(this.#bytes, form, littleEndian);
    this.#names = namesOf(elf, table);
    const far = elf.sections.find(({ type, link }) => type === SHT_SYMTAB_SHNDX && link === table.index);
    const farBytes = far === undefined ? new Uint8Array(0) : elf.data(far);
    this.#farBytes = farBytes.length;
    this.#far = new FieldView(farBytes, form, littleEndian);
  }

  /** The table of `elf`, undefined if it has none. Throws {@link BtfxError} `bad-elf` if it has no names. */
  static of(elf: Elf): SymbolTable | undefined {
    const table = elf.sections.find(({ type }) => type === SHT_SYMTAB);
    return table && new SymbolTable(elf, table);
  }

  /** Symbol `index`, below {@link count}. */
  at(index: number): ElfSymbol {
    const view = this.#view;
    const { form } = view;
    const at = index * form.symBytes;
    const info = this.#bytes[at + form.stInfo];
    return {
      index,
      section: this.#sectionOf(index, view.u16(at + form.stShndx)),
      valueHigh: view.highWord(at + form.stValue),
      valueLow: view.lowWord(at + form.stValue),
      size: view.word(at + form.stSize),
      type: info & 15,
      binding: info >> 4,
      visibility: this.#bytes[at + form.stInfo + 1] & 3,
    };
  }

  /** Number of the section that symbol `index` lies in. */
  sectionAt(index: number): number {
    const { form } = this.#view;
    return this.#sectionOf(index, this.#view.u16(index * form.symBytes + form.stShndx));
  }

  /** Name of symbol `index` as `printable` writes it, undefined if it has no end. */
  name(index: number): string | undefined {
    const start = this.#view.u32(index * this.#view.form.symBytes);
    const nul = this.#names.subarray(start, start + MAX_NAME_BYTES).indexOf(0);
    return nul < 0 ? undefined : printable(this.#names.subarray(start, start + nul));
  }

  #sectionOf(index: number, shndx: number): number {
    if (shndx !== SHN_XINDEX) return shndx;
    return index * 4 + 4 <= this.#farBytes ? this.#far.u32(index * 4) : 0;
  }
}

function namesOf(elf: Elf, table: Section): Uint8Array {
  const names = elf.sections[table.link];
  if (names === undefined) {
    throw new BtfxError("bad-elf", `section ${table.link} should hold the symbol names and does not exist`, {
      at: { section: table.name },
    });
  }
  return elf.data(names);
}
