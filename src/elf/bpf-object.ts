import type {
  BpfCode,
  CodeFunction,
  CodeSection,
  DataReference,
  Extern,
  Reference,
} from "../btf/bpf-code.ts";
import { BtfxError } from "../errors.ts";
import { FieldView, SHT_NOBITS, SHT_PROGBITS, SHT_REL } from "./format.ts";
import type { Elf, Section } from "./read.ts";
import { type ElfSymbol, MAX_NAME_BYTES, SymbolTable } from "./symbols.ts";

const SHF_EXECINSTR = 0x4;
const STT_FUNC = 2;
const STB_LOCAL = 0;
const STB_WEAK = 2;
const STV_DEFAULT = 0;
/** Bytes of `struct bpf_insn`. */
const INSN_BYTES = 8;
const CALL = 0x85;
const LD_IMM64 = 0x18;

/**
 * Reads code, functions and references of a BPF object as libbpf does (`bpf_object__elf_collect`,
 * `bpf_program__record_reloc`). Throws {@link BtfxError} `bad-elf` for functions or relocations that lie outside their
 * sections, and for names of sections that no kernel would take.
 */
export function readBpfObject(elf: Elf): BpfCode {
  const symbols = SymbolTable.of(elf);
  const isCode = ({ type, flags, size }: Section) =>
    type === SHT_PROGBITS && (flags & SHF_EXECINSTR) !== 0 && size > 0;
  const isData = ({ type, flags, index }: Section) =>
    index > 0 &&
    (flags & SHF_EXECINSTR) === 0 &&
    (flags & 2) !== 0 &&
    (type === SHT_PROGBITS || type === SHT_NOBITS);
  const tables = relocationTables(elf);
  const code = elf.sections.filter(isCode).map((section) => codeSection(elf, section, symbols, tables));
  const data = elf.sections.filter(isData).map((section) => ({
    index: section.index,
    name: section.name,
    bytes: section.type === SHT_NOBITS ? new Uint8Array(0) : elf.data(section),
    relocated: dataReferences(elf, section, tables, symbols),
  }));
  return {
    littleEndian: elf.littleEndian,
    code,
    functions: symbols === undefined ? [] : functionsOf(code, symbols),
    data,
    externs: symbols === undefined ? [] : externsOf(symbols),
  };
}

interface Relocation {
  readonly offset: number;
  readonly symbol: number;
}

/** By section: the tables that relocate it. */
type RelocationTables = ReadonlyMap<number, readonly Section[]>;

/** BPF has relocations without addends only. */
function relocationTables(elf: Elf): RelocationTables {
  const tables = new Map<number, Section[]>();
  for (const section of elf.sections) {
    if (section.type !== SHT_REL) continue;
    const others = tables.get(section.info);
    if (others === undefined) tables.set(section.info, [section]);
    else others.push(section);
  }
  return tables;
}

function relocationsOf(elf: Elf, section: Section, tables: RelocationTables): Relocation[] {
  const found: Relocation[] = [];
  for (const table of tables.get(section.index) ?? []) {
    const bytes = elf.data(table);
    const view = new FieldView(bytes, elf.form, elf.littleEndian);
    const { wordBytes } = elf.form;
    for (let at = 0; at + 2 * wordBytes <= bytes.length; at += 2 * wordBytes) {
      const symbol = wordBytes === 8 ? view.highWord(at + 8) : view.u32(at + 4) >>> 8;
      found.push({ offset: view.word(at), symbol });
    }
  }
  return found;
}

function dataReferences(
  elf: Elf,
  section: Section,
  tables: RelocationTables,
  symbols: SymbolTable | undefined,
): DataReference[] {
  return relocationsOf(elf, section, tables).map(({ offset, symbol }) => {
    if (symbols === undefined || symbol >= symbols.count) {
      throw bad(section.name, `a relocation names symbol ${symbol}`);
    }
    const { section: index, valueLow } = symbols.at(symbol);
    return { offset, section: index, address: valueLow };
  });
}

function codeSection(
  elf: Elf,
  section: Section,
  symbols: SymbolTable | undefined,
  tables: RelocationTables,
): CodeSection {
  const { name, index } = section;
  if (name.length > MAX_NAME_BYTES) {
    // Each of the programs in it is told with this name.
    const what = `the name of section ${index}, which holds code, has more than ${MAX_NAME_BYTES} characters`;
    throw bad(`${name.slice(0, 64)}...`, what);
  }
  const bytes = Uint8Array.from(elf.data(section));
  if (bytes.length % INSN_BYTES !== 0) {
    throw bad(name, `${bytes.length} bytes of code are no whole number of instructions`);
  }
  const references = new Map<number, Reference>();
  const view = new DataView(bytes.buffer);
  for (const { offset, symbol } of relocationsOf(elf, section, tables)) {
    if (symbols === undefined || symbol >= symbols.count)
      throw bad(name, `a relocation names symbol ${symbol}`);
    if (offset % INSN_BYTES !== 0 || offset >= bytes.length) {
      throw bad(name, `a relocation at ${offset} is of no instruction in ${bytes.length} bytes`);
    }
    const imm = view.getInt32(offset + 4, elf.littleEndian);
    const reference = referenceOf(elf, symbols, symbols.at(symbol), bytes[offset], imm);
    if (reference !== undefined) references.set(offset / INSN_BYTES, reference);
  }
  return { index, name, bytes, references };
}

/**
 * The target that a relocation gives an instruction; undefined for targets that nothing here needs: maps and jump
 * tables.
 */
function referenceOf(
  elf: Elf,
  symbols: SymbolTable,
  symbol: ElfSymbol,
  opcode: number,
  imm: number,
): Reference | undefined {
  const { index, section, valueLow, binding } = symbol;
  if (section === 0) {
    return { kind: "extern", name: symbols.name(index) ?? "", isWeak: binding === STB_WEAK };
  }
  const target = elf.sections[section];
  if (target === undefined) return undefined;
  if ((target.flags & SHF_EXECINSTR) === 0) {
    return opcode === LD_IMM64 ? { kind: "data", section, offset: (valueLow + imm) >>> 0 } : undefined;
  }
  // A call counts instructions from the next one; an address counts bytes.
  if (opcode === CALL)
    return { kind: "function", section, insn: Math.floor(valueLow / INSN_BYTES) + imm + 1 };
  return { kind: "function", section, insn: Math.floor((valueLow + imm) / INSN_BYTES) };
}

function functionsOf(code: readonly CodeSection[], symbols: SymbolTable): CodeFunction[] {
  const bySection = new Map(code.map((section) => [section.index, section]));
  const functions: CodeFunction[] = [];
  for (let i = 0; i < symbols.count; i++) {
    const section = bySection.get(symbols.sectionAt(i));
    if (section === undefined) continue;
    const { type, valueHigh, valueLow, size, binding, visibility } = symbols.at(i);
    if (type !== STT_FUNC) continue;
    const name = symbols.name(i);
    if (name === undefined) throw bad(section.name, `the name of symbol ${i} does not end`);
    if (valueHigh !== 0 || valueLow + size > section.bytes.length) {
      throw bad(section.name, `program '${name}' at offset ${valueLow} crosses section boundary`);
    }
    if (valueLow % INSN_BYTES !== 0 || size % INSN_BYTES !== 0) {
      throw bad(section.name, `program '${name}' at offset ${valueLow} is of no whole instructions`);
    }
    functions.push({
      name,
      section: section.index,
      start: valueLow / INSN_BYTES,
      count: size / INSN_BYTES,
      isGlobal: binding !== STB_LOCAL && visibility === STV_DEFAULT,
    });
  }
  return functions.sort((a, b) => a.section - b.section || a.start - b.start);
}

function externsOf(symbols: SymbolTable): Extern[] {
  const externs: Extern[] = [];
  for (let i = 1; i < symbols.count; i++) {
    if (symbols.sectionAt(i) !== 0) continue;
    const { binding } = symbols.at(i);
    const name = symbols.name(i);
    if (binding !== STB_LOCAL && name !== undefined && name !== "") {
      externs.push({ name, isWeak: binding === STB_WEAK });
    }
  }
  return externs;
}

function bad(section: string, message: string): BtfxError {
  return new BtfxError("bad-elf", message, {
    at: { section },
    hint: "the object is damaged; compile it again",
  });
}
