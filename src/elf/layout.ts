import { BtfxError } from "../errors.ts";
import { FieldView, SHF_ALLOC, SHT_NOBITS, SHT_NULL } from "./format.ts";
import type { Elf, Section } from "./read.ts";

/** What `patchElf` is about to do, by old section index. */
export interface SectionPlan {
  readonly bytes: Uint8Array;
  readonly elf: Elf;
  /** 1 for sections that go. */
  readonly dropped: Uint8Array;
  /** New contents. */
  readonly contents: Map<number, Uint8Array>;
  /** Sections whose header takes the form of a new section. */
  readonly reformed: Set<number>;
  readonly added: { readonly name: string; readonly contents: Uint8Array }[];
  /** Once sections are renumbered: new index, `sh_link` and `sh_info` of each. */
  newIndex?: Uint32Array;
  links?: Uint32Array;
  infos?: Uint32Array;
}

/** Where everything goes. Bytes from the start of the file. */
export interface Placement {
  /** By old section index. */
  readonly offsets: Float64Array;
  readonly addedOffsets: readonly number[];
  readonly tableAt: number;
  /** Ranges below {@link pinnedEnd} that hold nothing any more. */
  readonly blanks: readonly (readonly [start: number, end: number])[];
}

/**
 * Places the sections of a plan. What lies below {@link pinnedEnd} stays. The others keep their order in the file, and
 * their offsets up to the first that changes its size; after it each begins where the one before it ends, at its
 * alignment. Added ones follow, the section table is last.
 */
export function placeSections(plan: SectionPlan): Placement {
  const { elf, bytes } = plan;
  const pinned = pinnedEnd(elf);
  const offsets = new Float64Array(elf.sections.length);
  const blanks: [number, number][] = [];
  const floating: Section[] = [];
  const displaced: Section[] = [];
  for (const section of elf.sections) {
    offsets[section.index] = section.offset;
    if (section.type === SHT_NULL) continue;
    const size = fileSize(section);
    if (size > 0 && section.offset + size > bytes.length) elf.rawData(section);
    if (section.offset >= pinned) {
      floating.push(section);
      continue;
    }
    if (elf.programs.count === 0 && size > 0) throw overlap(section, "the file header");
    const contents = plan.contents.get(section.index);
    const gone = plan.dropped[section.index] === 1;
    if (!gone && (contents === undefined || (contents.length === size && size > 0))) continue;
    if (isLoaded(elf, section)) throw loaded(section, contents);
    blanks.push([section.offset, section.offset + size]);
    if (!gone) displaced.push(section);
  }
  // Nothing in the file is behind the section table but what comes after it: taking it away is a change as any other.
  floating.sort((a, b) => a.offset - b.offset || fileSize(a) - fileSize(b) || a.index - b.index);
  const tableOffset = tableAt(elf);
  let cursor = pinned;
  let moved = false;
  let before: Section | undefined;
  for (const section of floating) {
    const size = fileSize(section);
    if (plan.dropped[section.index] === 1) {
      moved ||= size > 0;
      continue;
    }
    if (size > 0) {
      if (before !== undefined && section.offset < before.offset + before.size) {
        throw overlap(section, `section ${before.name}`);
      }
      before = section;
    }
    moved ||= section.offset > tableOffset;
    const contents = plan.contents.get(section.index);
    const length = contents?.length ?? size;
    const align = plan.reformed.has(section.index) ? 1 : keptAlign(section);
    const offset = moved ? alignUp(cursor, align) : section.offset;
    offsets[section.index] = offset;
    cursor = Math.max(cursor, offset + length);
    moved ||= length !== size;
  }
  for (const section of displaced) {
    offsets[section.index] = cursor;
    cursor += plan.contents.get(section.index)?.length ?? 0;
  }
  const addedOffsets = plan.added.map(({ contents }) => {
    const offset = cursor;
    cursor += contents.length;
    return offset;
  });
  return { offsets, addedOffsets, tableAt: alignUp(cursor, elf.form.wordBytes), blanks };
}

/**
 * Bytes at the start of the file that stay where they are: the header; with program headers, also these, all segments
 * and all allocated sections.
 */
export function pinnedEnd(elf: Elf): number {
  let end = elf.form.ehdrBytes;
  if (elf.programs.count === 0) return end;
  for (const [start, size] of segments(elf)) end = Math.max(end, start + size);
  end = Math.max(end, elf.programs.offset + elf.programs.count * elf.form.phdrBytes);
  for (const section of elf.sections) {
    if ((section.flags & SHF_ALLOC) !== 0) end = Math.max(end, section.offset + fileSize(section));
  }
  if (end > elf.source.size) {
    throw new BtfxError(
      "truncated",
      `segments or allocated sections run to ${end}, past the end of the file at ${elf.source.size}`,
      {},
      "the file is damaged or cut short",
    );
  }
  return end;
}

/** File ranges of the segments: `p_offset`, `p_filesz`. */
function segments(elf: Elf): [offset: number, size: number][] {
  const { form } = elf;
  const { offset, count } = elf.programs;
  const entryBytes = new FieldView(elf.header, form, elf.littleEndian).u16(form.phentsize);
  if (entryBytes !== form.phdrBytes) {
    throw new BtfxError("bad-elf", `program headers take ${form.phdrBytes} bytes, these ${entryBytes}`);
  }
  if (offset + count * form.phdrBytes > elf.source.size) {
    throw new BtfxError("truncated", `the table of ${count} program headers runs past the end of the file`, {
      offset,
    });
  }
  const view = new FieldView(elf.source.read(offset, count * form.phdrBytes), form, elf.littleEndian);
  return Array.from({ length: count }, (_, i) => {
    const at = i * form.phdrBytes;
    return [view.word(at + form.pOffset), view.word(at + form.pFilesz)];
  });
}

function isLoaded(elf: Elf, section: Section): boolean {
  const end = section.offset + fileSize(section);
  return (
    (section.flags & SHF_ALLOC) !== 0 ||
    segments(elf).some(([start, size]) => section.offset < start + size && start < end)
  );
}

function loaded(section: Section, contents: Uint8Array | undefined): BtfxError {
  const what =
    contents === undefined ? "be removed" : `change its size from ${section.size} to ${contents.length}`;
  return new BtfxError(
    "bad-elf",
    `the section lies in a segment that is loaded and cannot ${what}`,
    { section: section.name },
    "write detached files instead, or link the kernel again",
  );
}

function overlap(section: Section, other: string): BtfxError {
  return new BtfxError(
    "bad-elf",
    `the section overlaps ${other}`,
    { section: section.name },
    "the file is damaged",
  );
}

function tableAt(elf: Elf): number {
  return new FieldView(elf.header, elf.form, elf.littleEndian).word(elf.form.shoff);
}

function fileSize(section: Section): number {
  return section.type === SHT_NOBITS ? 0 : section.size;
}

/**
 * `sh_addralign`, if it is a power of two that the offset obeys now. A foul one is not honoured: padding for it has no
 * bound, whereas an offset that obeys it lies in the file.
 */
function keptAlign(section: Section): number {
  const align = section.addrAlign;
  const power = align > 1 && Number.isInteger(Math.log2(align));
  return power && section.offset % align === 0 ? align : 1;
}

function alignUp(at: number, align: number): number {
  return Math.ceil(at / align) * align;
}
