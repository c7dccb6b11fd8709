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
  SHT_NULL,
  SHT_REL,
  SHT_RELA,
  SHT_SYMTAB,
  SHT_SYMTAB_SHNDX,
} from "./format.ts";
import type { SectionPlan } from "./placement.ts";
import type { Section } from "./read.ts";

/** `e_machine` of MIPS, whose 64-bit relocations keep the symbol's number first in either byte order. */
const EM_MIPS = 8;

/**
 * Renumbers sections after some were removed: removes these from groups, and changes every field that has the number of
 * a section: `sh_link`, `sh_info` if it is one, group members, symbols and their extended indexes. Throws {@link
 * BtfxError} `bad-elf` if something that stays needs a removed section.
 */
export function renumberSections(plan: SectionPlan): void {
  const { sections } = plan.elf;
  for (const section of sections)
    if (section.type === SHT_GROUP && stays(plan, section)) shrinkGroup(plan, section);
  const newIndex = new Uint32Array(sections.length);
  let next = 0;
  for (const { index } of sections) if (plan.dropped[index] === 0) newIndex[index] = next++;

  const kept = sections.filter((section) => stays(plan, section));
  const farTables = new Map<number, Section>();
  for (const section of kept) if (section.type === SHT_SYMTAB_SHNDX) farTables.set(section.link, section);
  const links = new Uint32Array(sections.length);
  const infos = new Uint32Array(sections.length);
  /** By symbol table: the symbols in removed sections. */
  const orphans = new Map<number, ReadonlySet<number>>();
  for (const section of kept) {
    const { index, type } = section;
    links[index] = follow(plan, newIndex, section, section.link);
    infos[index] = infoIsIndex(section) ? follow(plan, newIndex, section, section.info) : section.info;
    if (type === SHT_GROUP) renumberGroup(plan, newIndex, section);
    if (type === SHT_SYMTAB || type === SHT_DYNSYM) {
      orphans.set(index, renumberSymbols(plan, newIndex, section, farTables.get(index)));
    }
  }
  for (const section of kept) {
    const symbols = orphans.get(section.link);
    if (symbols !== undefined && symbols.size > 0 && needsAny(plan, section, symbols)) {
      throw new BtfxError("bad-elf", "sections that these relocations refer to cannot be removed", {
        at: { section: section.name },
      });
    }
  }
  plan.newIndex = newIndex;
  plan.links = links;
  plan.infos = infos;
}

/** Whether the section keeps its header, and with it its references. */
function stays(plan: SectionPlan, { index, type }: Section): boolean {
  return plan.dropped[index] === 0 && !plan.reformed.has(index) && type !== SHT_NULL;
}

function infoIsIndex(section: Section): boolean {
  return isRelocation(section) || (section.flags & SHF_INFO_LINK) !== 0;
}

/** Whether the section is relocations, which patch the section `sh_info` and use the symbols of `sh_link`. */
export function isRelocation({ type }: Section): boolean {
  return type === SHT_REL || type === SHT_RELA || type === SHT_CREL;
}

/** New number of the section that `by` refers to; a number that names no section stays. */
function follow(plan: SectionPlan, newIndex: Uint32Array, by: Section, index: number): number {
  if (index >= newIndex.length) return index;
  if (plan.dropped[index] === 1) {
    throw new BtfxError("bad-elf", `the section cannot be removed: section ${by.name} refers to it`, {
      at: { section: plan.elf.sections[index].name },
    });
  }
  return newIndex[index];
}

/** A copy of the contents to be written, to change in place. */
function editable(plan: SectionPlan, section: Section): Uint8Array {
  const copy = (plan.contents.get(section.index) ?? plan.elf.rawData(section)).slice();
  plan.contents.set(section.index, copy);
  return copy;
}

/** A group is a word of flags and the indexes of its members. A group without members is removed. */
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
 * Gives symbols their new section numbers. Returns the numbers of the symbols in a removed section. Such a symbol
 * becomes absolute, without type, value or size. It keeps its place, so relocations need not change, and unlike an
 * undefined symbol it does not have to be resolved by a module loader.
 */
function renumberSymbols(
  plan: SectionPlan,
  newIndex: Uint32Array,
  table: Section,
  far: Section | undefined,
): ReadonlySet<number> {
  const { form } = plan.elf;
  const bytes = editable(plan, table);
  const view = viewOf(plan, bytes);
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
            at: { section: table.name },
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
  return orphans;
}

/** Whether the section holds a relocation that uses one of these symbols; objcopy refuses that too. */
function needsAny(plan: SectionPlan, section: Section, symbols: ReadonlySet<number>): boolean {
  const { form, littleEndian, machine } = plan.elf;
  if (!isRelocation(section)) return false;
  // Compact relocations are a stream of differences, which is not read here: no module has them.
  if (section.type === SHT_CREL) return true;
  const bytes = plan.elf.rawData(section);
  const view = viewOf(plan, bytes);
  const entryBytes = form.wordBytes * (section.type === SHT_REL ? 2 : 3);
  const highAt = littleEndian && machine !== EM_MIPS ? 4 : 0;
  for (let at = form.wordBytes; at < bytes.length - form.wordBytes + 1; at += entryBytes) {
    if (symbols.has(form.wordBytes === 8 ? view.u32(at + highAt) : view.u32(at) >>> 8)) return true;
  }
  return false;
}

function viewOf(plan: SectionPlan, bytes: Uint8Array): FieldView {
  return new FieldView(bytes, plan.elf.form, plan.elf.littleEndian);
}
