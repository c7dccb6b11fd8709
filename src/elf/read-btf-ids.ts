import {
  BTF_ID_SET_FORMS,
  type BtfIdEntry,
  type BtfIdKind,
  type BtfIdSet,
  type BtfIdsLayout,
} from "../btf/btf-ids.ts";
import { BtfxError } from "../errors.ts";
import { FieldView } from "./format.ts";
import { ET_REL } from "./magic.ts";
import type { Elf, Section } from "./read.ts";
import { SymbolTable } from "./symbols.ts";

const SECTION = ".BTF_ids";
const PREFIX = "__BTF_ID__";
const KINDS: readonly BtfIdKind[] = ["func", "struct", "union", "typedef"];

/** The section and what its words are. */
export interface BtfIdsSection {
  readonly section: Section;
  readonly bytes: Uint8Array;
  readonly layout: BtfIdsLayout;
}

/**
 * Reads `.BTF_ids` by its symbols, as resolve_btfids does (`symbols_collect`); undefined if the file has none. Throws
 * {@link BtfxError} `bad-btf-ids` when the symbols are gone, or describe sets that cannot be.
 */
export function readBtfIds(elf: Elf): BtfIdsSection | undefined {
  const section = elf.section(SECTION);
  if (section === undefined) return undefined;
  const bytes = elf.data(section);
  const view = new FieldView(bytes, elf.form, elf.littleEndian);
  const entries: BtfIdEntry[] = [];
  const sets: BtfIdSet[] = [];
  const labels: { offset: number; name: string }[] = [];
  for (const symbol of symbolsIn(elf, section)) {
    const { name, offset } = symbol;
    if (!name.startsWith(PREFIX)) {
      // `$d` of arm64 and RISC-V marks data for disassemblers.
      if (name !== "" && !name.startsWith("$")) labels.push({ offset, name });
      continue;
    }
    const kind = /^[a-z0-9]+(?=__)/.exec(name.slice(PREFIX.length))?.[0];
    if (kind === "set" || kind === "set8") {
      sets.push(readSet(view, bytes.length, kind, symbol));
    } else if (isIdKind(kind)) {
      if (offset % 4 !== 0 || offset < 0 || offset + 4 > bytes.length)
        throw misplaced(name, offset, 4, bytes.length);
      entries.push({ offset, kind, name: nameOf(name, PREFIX.length + kind.length + 2, offset) });
    } else {
      throw bad(`symbol ${name} is of no known kind`, offset);
    }
  }
  const byOffset = (a: { offset: number }, b: { offset: number }) => a.offset - b.offset;
  entries.sort(byOffset);
  sets.sort(byOffset);
  labels.sort(byOffset);
  const strays = findStrays(view, bytes.length, entries, sets);
  if (entries.length === 0 && sets.length === 0 && strays.length > 0) {
    throw new BtfxError(
      "bad-btf-ids",
      "the symbols that say which words are type ids are missing: the file was stripped",
      {
        at: { section: SECTION },
        hint: "strip --strip-unneeded removes them, strip --strip-debug does not: distill before stripping",
      },
    );
  }
  return { section, bytes, layout: { entries, sets, labels, strays } };
}

interface Symbol {
  readonly name: string;
  /** From the start of the section. */
  readonly offset: number;
  readonly size: number;
}

/** The symbols of a section, of any binding and type: GCC's set symbols are NOTYPE. */
function symbolsIn(elf: Elf, section: Section): Symbol[] {
  const table = SymbolTable.of(elf);
  if (table === undefined) return [];
  const { form } = elf;
  // Values count from the section in relocatable files, and are addresses in linked ones: those of a kernel are beyond
  // 2^53, so only their halves can be subtracted.
  const row = new FieldView(elf.table, form, elf.littleEndian);
  const addrAt = section.index * form.shdrBytes + form.shAddr;
  const linked = elf.type !== ET_REL;
  const high = linked ? row.highWord(addrAt) : 0;
  const low = linked ? row.lowWord(addrAt) : 0;
  const found: Symbol[] = [];
  for (let index = 0; index < table.count; index++) {
    if (table.sectionAt(index) !== section.index) continue;
    const name = table.name(index);
    if (name === undefined) throw bad(`the name of symbol ${index} does not end`, undefined);
    const { valueHigh, valueLow, size } = table.at(index);
    found.push({ name, offset: (valueHigh - high) * 0x1_0000_0000 + (valueLow - low), size });
  }
  return found;
}

function isIdKind(kind: string | undefined): kind is BtfIdKind {
  return KINDS.some((known) => known === kind);
}

/**
 * The name between kind and number: `get_id` of resolve_btfids cuts at the last underscore, before which another must
 * be.
 */
function nameOf(symbol: string, start: number, offset: number): string {
  const end = symbol.lastIndexOf("_") - 1;
  if (end <= start || symbol[end] !== "_") throw bad(`symbol ${symbol} has no name and number`, offset);
  return symbol.slice(start, end);
}

/** A set by its symbol, whose size tells how many ids it has; resolving writes that number into the set. */
function readSet(view: FieldView, sectionBytes: number, kind: BtfIdSet["kind"], symbol: Symbol): BtfIdSet {
  const { offset, size } = symbol;
  const { headBytes, elementBytes } = BTF_ID_SET_FORMS[kind];
  const name = symbol.name.slice(PREFIX.length + kind.length + 2);
  if (offset % 4 !== 0 || offset < 0 || size < headBytes || offset + size > sectionBytes) {
    throw misplaced(symbol.name, offset, size, sectionBytes);
  }
  if ((size - headBytes) % elementBytes !== 0) {
    throw bad(
      `${kind} ${name} has ${size} bytes, which is not ${headBytes} and a multiple of ${elementBytes}`,
      offset,
    );
  }
  const count = (size - headBytes) / elementBytes;
  const written = view.u32(offset);
  if (written !== count && !(written === 0 && isUnresolved(view, offset + headBytes, elementBytes, count))) {
    throw bad(`${kind} ${name} says it has ${written} ids, its symbol says ${count}`, offset);
  }
  return { offset, kind, name, count, size };
}

/** Whether no id was written yet: the compiler leaves zeros for count and ids. */
function isUnresolved(view: FieldView, start: number, elementBytes: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (view.u32(start + i * elementBytes) !== 0) return false;
  return true;
}

/** Checks that sets and ids do not share words; finds the words that are not 0 and belong to neither. */
function findStrays(
  view: FieldView,
  sectionBytes: number,
  entries: readonly BtfIdEntry[],
  sets: readonly BtfIdSet[],
): number[] {
  /** By word: 0 free, 1 head or flags, 2 an id of a set, 3 an id with a symbol. */
  const uses = new Uint8Array(sectionBytes >>> 2);
  for (const { offset, kind, name, count, size } of sets) {
    const { headBytes, elementBytes } = BTF_ID_SET_FORMS[kind];
    const words = uses.subarray(offset / 4, (offset + size) / 4);
    if (words.some((use) => use !== 0)) throw bad(`${kind} ${name} overlaps another set`, offset);
    words.fill(1);
    for (let i = 0; i < count; i++) words[(headBytes + i * elementBytes) / 4] = 2;
  }
  for (const { offset, kind, name } of entries) {
    const use = uses[offset / 4];
    if (use === 1) throw bad(`${kind} ${name} stands where a set has its count or flags`, offset);
    if (use === 3) throw bad(`${kind} ${name} stands where another id is`, offset);
    uses[offset / 4] = 3;
  }
  const strays: number[] = [];
  for (let word = 0; word < uses.length; word++) {
    if (uses[word] === 0 && view.u32(word * 4) !== 0) strays.push(word * 4);
  }
  return strays;
}

function misplaced(name: string, offset: number, size: number, sectionBytes: number): BtfxError {
  return bad(
    `symbol ${name} describes ${size} bytes at ${offset}, which are no words inside the ${sectionBytes} bytes of the section`,
    offset,
  );
}

function bad(message: string, offset: number | undefined): BtfxError {
  return new BtfxError("bad-btf-ids", message, {
    at: { section: SECTION, ...(offset === undefined || offset < 0 ? {} : { offset }) },
    hint: "the file is damaged, or was changed after resolve_btfids",
  });
}
