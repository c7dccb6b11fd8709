import { BtfxError } from "../errors.ts";
import { findBytes } from "./find-bytes.ts";
import {
  FieldView,
  SHF_ALLOC,
  SHF_GROUP,
  SHN_LORESERVE,
  SHN_XINDEX,
  SHT_DYNSYM,
  SHT_NOBITS,
  SHT_NULL,
  SHT_PROGBITS,
  SHT_STRTAB,
  SHT_SYMTAB,
} from "./format.ts";
import { fileOrder, fileSize, type Placement, placeSections, type SectionPlan } from "./placement.ts";
import type { Elf, Section } from "./read.ts";
import { isRelocation, renumberSections } from "./renumber.ts";

/** Types of the sections that others are read by, whatever their names: without one of them the file is damaged. */
const TABLES: ReadonlySet<number> = new Set([SHT_SYMTAB, SHT_STRTAB, SHT_DYNSYM]);

/** Changes to the sections of a file, by name. */
export interface ElfEdits {
  /** New contents: the section is replaced, or added if there is none of the name. */
  readonly set?: ReadonlyMap<string, Uint8Array>;
  /** Sections to remove; names that are not there are fine. A name in `set` is not removed. */
  readonly remove?: readonly string[];
}

/**
 * The ELF file `bytes`, which `elf` was read from, with sections replaced, added and removed. All other sections keep
 * their bytes, index order, file order and alignment; header, links, symbols and groups follow the new numbering.
 *
 * - Added and replaced sections get the form that pahole gives .BTF: PROGBITS, flags 0, address 0, alignment 1. An
 *   allocated section whose size stays, as .BTF_ids, keeps its header.
 * - If several sections have a replaced name, the first stays: the kernel reads the first, libbpf the last.
 * - Relocations of a removed or replaced section go with it; a symbol in a removed one becomes absolute.
 * - Up to the first change nothing moves. After it, sections follow each other without gaps, then the section table.
 *   With program headers, nothing moves that is loaded. Bytes outside of all this are dropped, the signature among them.
 *
 * `bytes` is the whole file. The same edits again give the same bytes. Throws {@link BtfxError} `bad-elf` or
 * `truncated`, also when a loaded section would have to change its size, or a table of names or symbols its contents.
 */
export function patchElf(bytes: Uint8Array, elf: Elf, edits: ElfEdits): Uint8Array {
  const plan = planEdits(bytes, elf, edits);
  if (plan.dropped.includes(1)) renumberSections(plan);
  const nameOffs = addNames(plan);
  const placed = placeSections(plan);
  return writeElf(plan, nameOffs, placed);
}

function planEdits(bytes: Uint8Array, elf: Elf, edits: ElfEdits): SectionPlan {
  if (elf.namesIndex === 0) {
    throw new BtfxError("bad-elf", "the file has no section names, so none can be found, added or removed");
  }
  const plan: SectionPlan = {
    bytes,
    elf,
    order: fileOrder(elf, bytes),
    dropped: new Uint8Array(elf.sections.length),
    contents: new Map(),
    reformed: new Set(),
    added: [],
  };
  const set = edits.set ?? new Map<string, Uint8Array>();
  for (const name of edits.remove ?? []) {
    if (!set.has(name)) for (const section of elf.sectionsNamed(name)) drop(plan, section);
  }
  for (const [name, contents] of set) {
    const [first, ...others] = elf.sectionsNamed(name);
    for (const section of others) drop(plan, section);
    if (first === undefined) {
      plan.added.push({ name, contents });
      continue;
    }
    if (TABLES.has(first.type)) {
      throw new BtfxError("bad-elf", "the section is a table of names or symbols and cannot be replaced", {
        at: { section: name },
      });
    }
    plan.contents.set(first.index, contents);
    const keepsHeader =
      (first.flags & SHF_ALLOC) !== 0 && first.type !== SHT_NOBITS && first.size === contents.length;
    if (!keepsHeader) plan.reformed.add(first.index);
  }
  for (const section of elf.sections.filter(isRelocation)) {
    // Otherwise these relocations would apply to a section that gets the same number.
    if (section.info >= elf.sections.length) {
      throw new BtfxError(
        "bad-elf",
        `the relocations are for section ${section.info}, which does not exist`,
        {
          at: { section: section.name },
        },
      );
    }
    if (plan.dropped[section.info] === 1 || plan.reformed.has(section.info)) drop(plan, section);
  }
  return plan;
}

function drop(plan: SectionPlan, section: Section): void {
  if (section.index === plan.elf.namesIndex) {
    throw new BtfxError("bad-elf", "the section holds the names of all others and cannot be removed", {
      at: { section: section.name },
    });
  }
  plan.dropped[section.index] = 1;
}

/**
 * Offset of each added section's name in the name table; new names go to its end. Nothing is taken out of the table:
 * symbols may use it too, and names may share their tails.
 */
function addNames(plan: SectionPlan): number[] {
  if (plan.added.length === 0) return [];
  const { elf } = plan;
  const section = elf.sections[elf.namesIndex];
  let table =
    plan.contents.get(section.index) ?? plan.bytes.subarray(section.offset, section.offset + section.size);
  const offsets: number[] = [];
  for (const { name } of plan.added) {
    const wanted = Uint8Array.from(`${name}\0`, (char) => char.charCodeAt(0));
    const at = findBytes(table, wanted);
    offsets.push(at < 0 ? table.length : at);
    if (at < 0) table = joined(table, wanted);
  }
  plan.contents.set(section.index, table);
  return offsets;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function writeElf(plan: SectionPlan, nameOffs: readonly number[], placed: Placement): Uint8Array {
  const { elf } = plan;
  const { form, littleEndian } = elf;
  const { shdrBytes } = form;
  const kept = elf.sections.filter((section) => plan.dropped[section.index] === 0);
  const count = kept.length + plan.added.length;
  const size = placed.tableAt + count * shdrBytes;
  if (form.wordBytes === 4 && size > 0xffffffff) {
    throw new BtfxError("bad-elf", `the file would have ${size} bytes, more than a 32-bit ELF file can have`);
  }
  const out = new Uint8Array(size);
  out.set(plan.bytes.subarray(0, placed.pinnedEnd));
  out.set(elf.header);
  for (const [start, end] of placed.blanks) out.fill(0, start, end);

  const view = new FieldView(out, form, littleEndian);
  let at = placed.tableAt;
  for (const section of kept) {
    out.set(elf.table.subarray(section.index * shdrBytes, (section.index + 1) * shdrBytes), at);
    const contents = plan.contents.get(section.index);
    const offset = placed.offsets[section.index];
    if (plan.reformed.has(section.index)) {
      writeForm(view, at, section.flags & SHF_GROUP);
    } else if (section.type !== SHT_NULL) {
      view.setU32(at + form.shLink, plan.links?.[section.index] ?? section.link);
      view.setU32(at + form.shInfo, plan.infos?.[section.index] ?? section.info);
    }
    if (contents !== undefined) {
      view.setWord(at + form.shSize, contents.length);
      out.set(contents, offset);
    } else if (offset >= placed.pinnedEnd && fileSize(section) > 0) {
      out.set(plan.bytes.subarray(section.offset, section.offset + fileSize(section)), offset);
    }
    if (section.type !== SHT_NULL || contents !== undefined) view.setWord(at + form.shOffset, offset);
    at += shdrBytes;
  }
  for (const [i, { contents }] of plan.added.entries()) {
    view.setU32(at, nameOffs[i]);
    writeForm(view, at, 0);
    view.setWord(at + form.shOffset, placed.addedOffsets[i]);
    view.setWord(at + form.shSize, contents.length);
    out.set(contents, placed.addedOffsets[i]);
    at += shdrBytes;
  }
  writeCounts(view, placed.tableAt, count, plan.newIndex?.[elf.namesIndex] ?? elf.namesIndex);
  return out;
}

/** Writes the header of a section as pahole adds it, without name, offset and size. */
function writeForm(view: FieldView, at: number, flags: number): void {
  const { form } = view;
  view.setU32(at + 4, SHT_PROGBITS);
  view.setWord(at + 8, flags);
  view.setWord(at + form.shAddr, 0);
  view.setU32(at + form.shLink, 0);
  view.setU32(at + form.shInfo, 0);
  view.setWord(at + form.shAddrAlign, 1);
  view.setWord(at + form.shEntSize, 0);
}

/**
 * `e_shoff`, `e_shnum` and `e_shstrndx`; what does not fit in 16 bits stands in section 0 (gABI), else that has 0
 * there.
 */
function writeCounts(view: FieldView, tableAt: number, count: number, namesIndex: number): void {
  const { form } = view;
  const many = count >= SHN_LORESERVE;
  const farNames = namesIndex >= SHN_LORESERVE;
  view.setWord(form.shoff, tableAt);
  view.setU16(form.shnum, many ? 0 : count);
  view.setU16(form.shstrndx, farNames ? SHN_XINDEX : namesIndex);
  view.setWord(tableAt + form.shSize, many ? count : 0);
  view.setU32(tableAt + form.shLink, farNames ? namesIndex : 0);
}
