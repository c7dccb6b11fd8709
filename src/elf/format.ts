/**
 * The numbers and field positions of ELF that this folder needs (gABI chapter 4, linux/elf.h). Positions are bytes
 * from the start of the structure, one table for each class.
 */

// Values of `sh_type`.

/** Not a section. */
export const SHT_NULL = 0;
/** Contents of the program. */
export const SHT_PROGBITS = 1;
/** Symbols. */
export const SHT_SYMTAB = 2;
/** Strings. */
export const SHT_STRTAB = 3;
/** Relocations with addends. */
export const SHT_RELA = 4;
/** A section without bytes in the file. */
export const SHT_NOBITS = 8;
/** Relocations without addends. */
export const SHT_REL = 9;
/** Symbols for dynamic linking. */
export const SHT_DYNSYM = 11;
/** A group of sections. */
export const SHT_GROUP = 17;
/** Section numbers of symbols that do not fit into 16 bits. */
export const SHT_SYMTAB_SHNDX = 18;
/** Compact relocations, an extension of LLVM; `sh_info` is the section they patch, as for REL and RELA. */
export const SHT_CREL = 0x40000014;

// Bits of `sh_flags`.

/** The section takes memory when the program runs. */
export const SHF_ALLOC = 0x2;
/** `sh_info` is a section number. */
export const SHF_INFO_LINK = 0x40;
/** The section belongs to a group. */
export const SHF_GROUP = 0x200;
/** The section is compressed. */
export const SHF_COMPRESSED = 0x800;

/** Section indexes from here on are reserved. Counts and indexes that reach it are stored elsewhere. */
export const SHN_LORESERVE = 0xff00;
/** `st_shndx`: the value is not an address in a section. */
export const SHN_ABS = 0xfff1;
/** The index is too large for 16 bits and is stored elsewhere. */
export const SHN_XINDEX = 0xffff;
/** `e_phnum`: the count is too large for 16 bits and is stored in `sh_info` of section 0. */
export const PN_XNUM = 0xffff;

/** `ch_type` of a section that is compressed with zlib. */
export const ELFCOMPRESS_ZLIB = 1;
/** `ch_type` of a section that is compressed with Zstandard. */
export const ELFCOMPRESS_ZSTD = 2;

/**
 * Where the fields of one class are. A "word" is 4 bytes in ELF32 and 8 in ELF64; the others are as their names say.
 */
export interface ElfForm {
  readonly wordBytes: 4 | 8;
  /** `Elf*_Ehdr`: `e_type` u16 at 16, `e_machine` u16 at 18 in both; words `phoff`, `shoff`; the others u16. */
  readonly ehdrBytes: number;
  readonly phoff: number;
  readonly shoff: number;
  readonly phentsize: number;
  readonly phnum: number;
  readonly shentsize: number;
  readonly shnum: number;
  readonly shstrndx: number;
  /** `Elf*_Phdr`: words. */
  readonly phdrBytes: number;
  readonly pOffset: number;
  readonly pFilesz: number;
  /**
   * `Elf*_Shdr`: `sh_name` u32 at 0, `sh_type` u32 at 4, `sh_flags` word at 8 in both; link and info u32, the others
   * words.
   */
  readonly shdrBytes: number;
  readonly shAddr: number;
  readonly shOffset: number;
  readonly shSize: number;
  readonly shLink: number;
  readonly shInfo: number;
  readonly shAddrAlign: number;
  readonly shEntSize: number;
  /** `Elf*_Sym`: `st_name` u32 at 0 in both; words `stValue`, `stSize`; u8 `stInfo`; u16 `stShndx`. */
  readonly symBytes: number;
  readonly stValue: number;
  readonly stSize: number;
  readonly stInfo: number;
  readonly stShndx: number;
  /** `Elf*_Chdr`, before the contents of a compressed section: `ch_type` u32 at 0 in both, word `chSize`. */
  readonly chdrBytes: number;
  readonly chSize: number;
}

/** Positions of fields in 32-bit files. */
export const ELF32: ElfForm = {
  wordBytes: 4,
  ehdrBytes: 52,
  phoff: 28,
  shoff: 32,
  phentsize: 42,
  phnum: 44,
  shentsize: 46,
  shnum: 48,
  shstrndx: 50,
  phdrBytes: 32,
  pOffset: 4,
  pFilesz: 16,
  shdrBytes: 40,
  shAddr: 12,
  shOffset: 16,
  shSize: 20,
  shLink: 24,
  shInfo: 28,
  shAddrAlign: 32,
  shEntSize: 36,
  symBytes: 16,
  stValue: 4,
  stSize: 8,
  stInfo: 12,
  stShndx: 14,
  chdrBytes: 12,
  chSize: 4,
};

/** Positions of fields in 64-bit files. */
export const ELF64: ElfForm = {
  wordBytes: 8,
  ehdrBytes: 64,
  phoff: 32,
  shoff: 40,
  phentsize: 54,
  phnum: 56,
  shentsize: 58,
  shnum: 60,
  shstrndx: 62,
  phdrBytes: 56,
  pOffset: 8,
  pFilesz: 32,
  shdrBytes: 64,
  shAddr: 16,
  shOffset: 24,
  shSize: 32,
  shLink: 40,
  shInfo: 44,
  shAddrAlign: 48,
  shEntSize: 56,
  symBytes: 24,
  stValue: 8,
  stSize: 16,
  stInfo: 4,
  stShndx: 6,
  chdrBytes: 24,
  chSize: 8,
};

/** Reads and writes the fields of a file of one class and byte order. Positions must lie inside the bytes. */
export class FieldView {
  readonly form: ElfForm;
  readonly littleEndian: boolean;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, form: ElfForm, littleEndian: boolean) {
    this.form = form;
    this.littleEndian = littleEndian;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.littleEndian);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.littleEndian);
  }

  /** A word of the class. Above 2^53 it is rounded, which no check against a file's size minds. */
  word(at: number): number {
    if (this.form.wordBytes === 4) return this.u32(at);
    return this.highWord(at) * 0x1_0000_0000 + this.lowWord(at);
  }

  /** The high 32 bits of a word of the class; 0 in ELF32. */
  highWord(at: number): number {
    if (this.form.wordBytes === 4) return 0;
    return this.u32(this.littleEndian ? at + 4 : at);
  }

  /** The low 32 bits of a word of the class. */
  lowWord(at: number): number {
    return this.u32(this.form.wordBytes === 8 && !this.littleEndian ? at + 4 : at);
  }

  setU16(at: number, value: number): void {
    this.#view.setUint16(at, value, this.littleEndian);
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, this.littleEndian);
  }

  setWord(at: number, value: number): void {
    if (this.form.wordBytes === 4) {
      this.setU32(at, value);
    } else {
      this.setU32(at + (this.littleEndian ? 4 : 0), Math.floor(value / 0x1_0000_0000));
      this.setU32(at + (this.littleEndian ? 0 : 4), value >>> 0);
    }
  }
}
