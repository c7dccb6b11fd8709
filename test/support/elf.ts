/** A small assembler of ELF files: what a test wants to say about a file, and nothing else. */

/** Class and byte order. */
export interface ElfTarget {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
}

export const ELF_TARGETS: readonly (ElfTarget & { readonly target: string })[] = [
  { target: "ELF64 little-endian", bits: 64, littleEndian: true },
  { target: "ELF64 big-endian", bits: 64, littleEndian: false },
  { target: "ELF32 little-endian", bits: 32, littleEndian: true },
  { target: "ELF32 big-endian", bits: 32, littleEndian: false },
];

export interface SectionSpec {
  readonly name: string;
  /** `SHT_*`; PROGBITS if not said. */
  readonly type?: number;
  readonly flags?: number;
  readonly addr?: number | bigint;
  readonly data?: Uint8Array;
  /** Words in the file's byte order, instead of `data`. Names of sections stand for their indexes. */
  readonly words?: readonly (number | string)[];
  /** Relocations of section `patches` against symbols by their number, instead of `data`. */
  readonly relocations?: readonly number[];
  /** In the header; the data's length if not said. */
  readonly size?: number;
  readonly align?: number;
  readonly link?: number | string;
  readonly info?: number | string;
  readonly entSize?: number;
}

export interface SymbolSpec {
  readonly name: string;
  /** Name of its section, or a reserved index. */
  readonly section: string | number;
  readonly value?: number | bigint;
  readonly size?: number;
  /** `STT_*`: 0 NOTYPE, 1 OBJECT, 2 FUNC, 3 SECTION. */
  readonly type?: number;
  readonly global?: boolean;
}

export interface ElfSpec extends ElfTarget {
  /** `e_type`: 1 relocatable if not said. */
  readonly type?: number;
  readonly machine?: number;
  /** After section 0, which is made. `.symtab`, `.strtab` (with symbols) and `.shstrtab` follow them. */
  readonly sections: readonly SectionSpec[];
  readonly symbols?: readonly SymbolSpec[];
  /** Sections that PT_LOAD segments cover, one segment each. Their program headers follow the file header. */
  readonly segments?: readonly string[];
  /** Section table before the sections instead of after them. */
  readonly tableFirst?: boolean;
  /** Names of sections and symbols in one `.strtab`, as LLVM writes them. */
  readonly oneStringTable?: boolean;
}

/** Writes the file. */
export function assembleElf(spec: ElfSpec): Uint8Array {
  const { bits, littleEndian } = spec;
  const rows: SectionSpec[] = [{ name: "", type: 0, align: 0 }, ...spec.sections];
  const symbols = spec.symbols ?? [];
  const indexOf = (section: number | string): number => {
    if (typeof section === "number") return section;
    const index = rows.findIndex(({ name }) => name === section);
    if (index < 0) throw new Error(`the test names section ${section}, which it does not have`);
    return index;
  };
  const strtab = new Strings();
  if (symbols.length > 0) {
    const locals = symbols.filter(({ global }) => global !== true).length;
    const many = rows.length + 3 >= 0xff00;
    rows.push({
      name: ".symtab",
      type: 2,
      link: ".strtab",
      info: locals + 1,
      align: bits / 8,
      entSize: bits === 64 ? 24 : 16,
    });
    if (many) rows.push({ name: ".symtab_shndx", type: 18, link: ".symtab", align: 4, entSize: 4 });
  }
  if (symbols.length > 0 || spec.oneStringTable === true) rows.push({ name: ".strtab", type: 3 });
  if (spec.oneStringTable !== true) rows.push({ name: ".shstrtab", type: 3 });
  const namesName = spec.oneStringTable === true ? ".strtab" : ".shstrtab";
  const names = spec.oneStringTable === true ? strtab : new Strings();
  const nameOffs = rows.map(({ name }) => names.add(name));
  const built = new Map<string, Uint8Array>();
  if (symbols.length > 0) {
    const { table, far } = symbolTable(
      spec,
      symbols.map((symbol) => ({ ...symbol, index: indexOf(symbol.section) })),
      strtab,
    );
    built.set(".symtab", table);
    built.set(".symtab_shndx", far);
    built.set(".strtab", strtab.bytes());
  }
  built.set(namesName, names.bytes());
  const contents = rows.map(
    (row) => built.get(row.name) ?? row.data ?? wordsOf(row, spec, indexOf) ?? new Uint8Array(0),
  );

  const ehdrBytes = bits === 64 ? 64 : 52;
  const phdrBytes = bits === 64 ? 56 : 32;
  const shdrBytes = bits === 64 ? 64 : 40;
  const segments = spec.segments ?? [];
  let at = ehdrBytes + segments.length * phdrBytes;
  const align = (to: number) => {
    at = Math.ceil(at / Math.max(1, to)) * Math.max(1, to);
    return at;
  };
  let tableAt = 0;
  if (spec.tableFirst === true) {
    tableAt = align(bits / 8);
    at += rows.length * shdrBytes;
  }
  const offsets = rows.map((row, i) => {
    if (i === 0) return 0;
    const offset = align(row.align ?? 1);
    if (row.type !== 8) at += contents[i].length;
    return offset;
  });
  if (spec.tableFirst !== true) {
    tableAt = align(bits / 8);
    at += rows.length * shdrBytes;
  }

  const out = new Uint8Array(at);
  const write = new Writer(out, spec);
  out.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, littleEndian ? 1 : 2, 1]);
  const many = rows.length >= 0xff00;
  write.at = 16;
  write
    .u16(spec.type ?? 1)
    .u16(spec.machine ?? 62)
    .u32(1)
    .word(0);
  write.word(segments.length > 0 ? ehdrBytes : 0).word(tableAt);
  write
    .u32(0)
    .u16(ehdrBytes)
    .u16(segments.length > 0 ? phdrBytes : 0)
    .u16(segments.length);
  const namesIndex = indexOf(namesName);
  write
    .u16(shdrBytes)
    .u16(many ? 0 : rows.length)
    .u16(namesIndex >= 0xff00 ? 0xffff : namesIndex);
  for (const name of segments) {
    const i = indexOf(name);
    const [offset, size, addr] = [offsets[i], contents[i].length, rows[i].addr ?? 0];
    if (bits === 64) write.u32(1).u32(4).word(offset).word(addr).word(addr).word(size).word(size).word(1);
    else write.u32(1).word(offset).word(addr).word(addr).word(size).word(size).u32(4).word(1);
  }
  write.at = tableAt;
  for (const [i, row] of rows.entries()) {
    if (row.type !== 8 && i > 0) out.set(contents[i], offsets[i]);
    const size = i === 0 ? (many ? rows.length : 0) : (row.size ?? contents[i].length);
    const link =
      i === 0
        ? namesIndex >= 0xff00
          ? namesIndex
          : 0
        : indexOf(row.link ?? (row.relocations ? ".symtab" : 0));
    write
      .u32(nameOffs[i])
      .u32(row.type ?? 1)
      .word(row.flags ?? 0)
      .word(row.addr ?? 0)
      .word(offsets[i]);
    write
      .word(size)
      .u32(link)
      .u32(indexOf(row.info ?? 0))
      .word(row.align ?? 1)
      .word(row.entSize ?? 0);
  }
  return out;
}

/** Text as bytes, one for each character. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Offset of a field of a section's row in a file with a table at the end or anywhere. In bytes. */
export function rowFieldAt(
  file: Uint8Array,
  index: number,
  field: "name" | "type" | "offset" | "size" | "link" | "align",
): number {
  const bits64 = file[4] === 2;
  const view = new DataView(file.buffer, file.byteOffset);
  const little = file[5] === 1;
  const shoff = bits64 ? Number(view.getBigUint64(40, little)) : view.getUint32(32, little);
  const column = bits64
    ? { name: 0, type: 4, offset: 24, size: 32, link: 40, align: 48 }
    : { name: 0, type: 4, offset: 16, size: 20, link: 24, align: 32 };
  return shoff + index * (bits64 ? 64 : 40) + column[field];
}

class Strings {
  readonly #offsets: Map<string, number> = new Map([["", 0]]);
  #text = "\0";

  add(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.#text.length;
    this.#offsets.set(name, offset);
    this.#text += `${name}\0`;
    return offset;
  }

  bytes(): Uint8Array {
    return latin1(this.#text);
  }
}

class Writer {
  at = 0;
  readonly #view: DataView;
  readonly #target: ElfTarget;

  constructor(out: Uint8Array, target: ElfTarget) {
    this.#view = new DataView(out.buffer, out.byteOffset, out.length);
    this.#target = target;
  }

  u8(value: number): this {
    this.#view.setUint8(this.at++, value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.at, value, this.#target.littleEndian);
    this.at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.at, value, this.#target.littleEndian);
    this.at += 4;
    return this;
  }

  word(value: number | bigint): this {
    if (this.#target.bits === 32) return this.u32(Number(value));
    const [high, low] =
      typeof value === "bigint"
        ? [Number(value >> 32n), Number(value & 0xffffffffn)]
        : [Math.floor(value / 2 ** 32), value % 2 ** 32];
    return this.#target.littleEndian ? this.u32(low).u32(high) : this.u32(high).u32(low);
  }
}

function wordsOf(
  row: SectionSpec,
  target: ElfTarget,
  indexOf: (section: number | string) => number,
): Uint8Array | undefined {
  if (row.words !== undefined) {
    const out = new Uint8Array(row.words.length * 4);
    const write = new Writer(out, target);
    for (const word of row.words) write.u32(indexOf(word));
    return out;
  }
  if (row.relocations === undefined) return undefined;
  const wordBytes = target.bits / 8;
  const rela = row.type !== 9;
  const out = new Uint8Array(row.relocations.length * wordBytes * (rela ? 3 : 2));
  const write = new Writer(out, target);
  for (const symbol of row.relocations) {
    write.word(0);
    if (target.bits === 32) write.u32(symbol * 256 + 1);
    else if (target.littleEndian) write.u32(1).u32(symbol);
    else write.u32(symbol).u32(1);
    if (rela) write.word(0);
  }
  return out;
}

function symbolTable(
  target: ElfTarget,
  symbols: readonly (SymbolSpec & { readonly index: number })[],
  strtab: Strings,
): { table: Uint8Array; far: Uint8Array } {
  const table = new Uint8Array((symbols.length + 1) * (target.bits === 64 ? 24 : 16));
  const far = new Uint8Array((symbols.length + 1) * 4);
  const write = new Writer(table, target);
  const writeFar = new Writer(far, target);
  const null0: SymbolSpec & { index: number } = { name: "", section: 0, index: 0 };
  for (const symbol of [null0, ...symbols]) {
    const reserved = typeof symbol.section === "number";
    const isFar = !reserved && symbol.index >= 0xff00;
    const info = (symbol.global === true ? 16 : 0) + (symbol.type ?? 0);
    const shndx = isFar ? 0xffff : symbol.index;
    writeFar.u32(isFar ? symbol.index : 0);
    write.u32(strtab.add(symbol.name));
    if (target.bits === 64)
      write
        .u8(info)
        .u8(0)
        .u16(shndx)
        .word(symbol.value ?? 0)
        .word(symbol.size ?? 0);
    else
      write
        .word(symbol.value ?? 0)
        .word(symbol.size ?? 0)
        .u8(info)
        .u8(0)
        .u16(shndx);
  }
  return { table, far };
}
