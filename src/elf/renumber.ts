import { BtfxError } from "../errors.ts";
import {
  FieldView,
  SHF_INFO_LINK,
  SHN_ABS,
  SHN_LORESERVE,
  SHN_XINDEX,
  SHT_CREL,
  SHT_DYNSYM,
  SHT_GROUP,
  SHT_NOBITS,
  SHT_REL,
  SHT_RELA,
  SHT_SYMTAB,
  SHT_SYMTAB_SHNDX,
} from "./format.ts";
import type { SectionPlan } from "./layout.ts";
import type { Section } from "./read.ts";

/** `e_machine` of MIPS, whose 64-bit relocations keep the symbol's number first in either byte order. */
const EM_MIPS = 8;

/**
 * Sections were dropped: takes them out of groups, gives the others their new numbers, and mends all that holds such a
 * number: `sh_link`, `sh_info` where it is one, group members, symbols and their extended indexes. Throws
 * {@link BtfxError} `bad-elf` when something that stays needs a section that goes.
 */
export function renumberSections(plan: SectionPlan): void {
  const { sections } = plan.elf;
  for (const section of sections) {
    if (section.type === SHT_GROUP && plan.dropped[section.index] === 0) shrinkGroup(plan, section);
  }
  const newIndex = new Uint32Array(sections.length);
  let next = 0;
  for (const { index } of sections) if (plan.dropped[index] === 0) newIndex[index] = next++;
  const links = new Uint32Array(sections.length);
  const infos = new Uint32Array(sections.length);
  for (const section of sections) {
    if (plan.dropped[section.index] === 1) continue;
    links[section.index] = follow(plan, newIndex, section, section.link);
    infos[section.index] = infoIsIndex(section)
      ? follow(plan, newIndex, section, section.info)
      : section.info;
    if (section.type === SHT_GROUP) renumberGroup(plan, newIndex, section);
    if (section.type === SHT_SYMTAB || section.type === SHT_DYNSYM) renumberSymbols(plan, newIndex, section);
  }
  plan.newIndex = newIndex;
  plan.links = links;
  plan.infos = infos;
}

function infoIsIndex(section: Section): boolean {
  const { type } = section;
  return type === SHT_REL || type === SHT_RELA || type === SHT_CREL || (section.flags & SHF_INFO_LINK) !== 0;
}

/** New number of the section that `by` refers to; a number that is none stays. */
function follow(plan: SectionPlan, newIndex: Uint32Array, by: Section, index: number): number {
  if (index >= newIndex.length || plan.reformed.has(by.index)) return index;
  if (plan.dropped[index] === 1) {
    throw new BtfxError("bad-elf", `the section cannot be removed: section ${by.name} refers to it`, {
      section: plan.elf.sections[index].name,
    });
  }
  return newIndex[index];
}

/** A copy of the contents to be written, to change in place. */
function editable(plan: SectionPlan, section: Section): Uint8Array {
  const known = plan.contents.get(section.index);
  if (known !== undefined) return known;
  const copy = plan.elf.rawData(section).slice();
  plan.contents.set(section.index, copy);
  return copy;
}

/** A group is a word of flags and the indexes of its members; one without members goes. */
function shrinkGroup(plan: SectionPlan, group: Section): void {
  const view = viewOf(plan, plan.elf.rawData(group));
  const words: number[] = [];
  for (let at = 0; at + 4 <= group.size; at += 4) words.push(view.u32(at));
  const kept = words.filter((word, i) => i === 0 || plan.dropped[word] !== 1);
  if (kept.length === words.length) return;
  if (kept.length === 1) {
    plan.dropped[group.index] = 1;
    return;
  }
  const out = new Uint8Array(kept.length * 4);
  const to = viewOf(plan, out);
  for (const [i, word] of kept.entries()) to.setU32(i * 4, word);
  plan.contents.set(group.index, out);
}

function renumberGroup(plan: SectionPlan, newIndex: Uint32Array, group: Section): void {
  const bytes = editable(plan, group);
  const view = viewOf(plan, bytes);
  for (let at = 4; at + 4 <= bytes.length; at += 4) {
    const member = view.u32(at);
    if (member < newIndex.length) view.setU32(at, newIndex[member]);
  }
}

/**
 * New section numbers for symbols. A symbol in a section that goes becomes absolute, without type, value or size: it
 * keeps its place, so that no relocation need change, and unlike an undefined one it asks a module loader for nothing.
 */
function renumberSymbols(plan: SectionPlan, newIndex: Uint32Array, table: Section): void {
  if (table.type === SHT_NOBITS) return;
  const { form } = plan.elf;
  const bytes = editable(plan, table);
  const view = viewOf(plan, bytes);
  const far = plan.elf.sections.find(
    (section) =>
      section.type === SHT_SYMTAB_SHNDX && section.link === table.index && plan.dropped[section.index] === 0,
  );
  const farBytes = far === undefined ? new Uint8Array(0) : editable(plan, far);
  const farView = viewOf(plan, farBytes);
  const orphans = new Set<number>();
  for (let at = 0, symbol = 0; at + form.symBytes <= bytes.length; at += form.symBytes, symbol++) {
    let index = view.u16(at + form.stShndx);
    if (index >= SHN_LORESERVE && index !== SHN_XINDEX) continue;
    const isFar = index === SHN_XINDEX;
    if (isFar) {
      if (symbol * 4 + 4 > farBytes.length) {
        throw new BtfxError(
          "bad-elf",
          `symbol ${symbol} has its section number in a table that is not there`,
          {
            section: table.name,
          },
        );
      }
      index = farView.u32(symbol * 4);
    }
    if (index === 0 || index >= newIndex.length) continue;
    if (plan.dropped[index] === 1) {
      orphans.add(symbol);
      bytes[at + form.stInfo] &= 0xf0;
      view.setWord(at + form.stValue, 0);
      view.setWord(at + form.stSize, 0);
      view.setU16(at + form.stShndx, SHN_ABS);
      if (isFar) farView.setU32(symbol * 4, 0);
      continue;
    }
    const now = newIndex[index];
    view.setU16(at + form.stShndx, now < SHN_LORESERVE ? now : SHN_XINDEX);
    if (isFar) farView.setU32(symbol * 4, now < SHN_LORESERVE ? 0 : now);
  }
  if (orphans.size > 0) refuseRelocationsTo(plan, table, orphans);
}

/** Refuses relocations that stay but need a symbol of a section that goes, as objcopy does. */
function refuseRelocationsTo(plan: SectionPlan, table: Section, symbols: ReadonlySet<number>): void {
  const { elf } = plan;
  const { form, littleEndian } = elf;
  for (const section of elf.sections) {
    if (plan.dropped[section.index] === 1 || section.link !== table.index) continue;
    const { type } = section;
    if (type !== SHT_REL && type !== SHT_RELA && type !== SHT_CREL) continue;
    const needed = type === SHT_CREL || needsSymbol();
    if (needed) {
      throw new BtfxError("bad-elf", "sections that these relocations refer to cannot be removed", {
        section: section.name,
      });
    }

    function needsSymbol(): boolean {
      const view = viewOf(plan, elf.rawData(section));
      const entryBytes = form.wordBytes * (type === SHT_REL ? 2 : 3);
      for (let at = 0; at + entryBytes <= section.size; at += entryBytes) {
        const info = at + form.wordBytes;
        const highAt = littleEndian && elf.machine !== EM_MIPS ? info + 4 : info;
        if (symbols.has(elf.is64 ? view.u32(highAt) : view.u32(info) >>> 8)) return true;
      }
      return false;
    }
  }
}

function viewOf(plan: SectionPlan, bytes: Uint8Array): FieldView {
  return new FieldView(bytes, plan.elf.form, plan.elf.littleEndian);
}
