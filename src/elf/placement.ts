import { BtfxError } from "../errors.ts";
import { FieldView, SHF_ALLOC, SHT_NOBITS, SHT_NULL } from "./format.ts";
import type { Elf, Section } from "./read.ts";

/** The plan of `patchElf`, by old section index. */
export interface SectionPlan {
  readonly bytes: Uint8Array;
  readonly elf: Elf;
  /** All sections but the first, as {@link fileOrder} has them. */
  readonly order: readonly Section[];
  /** 1 for sections that are removed. */
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

/** The places of all parts, in bytes from the start of the file. */
export interface Placement {
  /** By old section index. */
  readonly offsets: Float64Array;
  readonly addedOffsets: readonly number[];
  readonly tableAt: number;
  /** Bytes at the start of the file that are copied as they are. */
  readonly pinnedEnd: number;
  /** Ranges in this part whose bytes are not needed any more. */
  readonly blanks: readonly (readonly [start: number, end: number])[];
}

/**
 * The sections in the order of their bytes. Throws {@link BtfxError} `truncated` for one that runs past the end and
 * `bad-elf` for two that overlap: "no byte in a file resides in more than one section" (gABI), which also is why the
 * sections of a file cannot take more memory than the file.
 */
export function fileOrder(elf: Elf, bytes: Uint8Array): Section[] {
  const order = elf.sections.slice(1);
  order.sort((a, b) => a.offset - b.offset || fileSize(a) - fileSize(b) || a.index - b.index);
  let end = elf.form.ehdrBytes;
  let before = "the file header";
  for (const section of order) {
    const size = fileSize(section);
    if (size === 0) continue;
    const context = { section: section.name };
    if (section.offset + size > bytes.length) {
      throw new BtfxError(
        "truncated",
        `the section's ${size} bytes at offset ${section.offset} run past the end of the file at ${bytes.length}`,
        { at: context, hint: "the file is damaged or cut short" },
      );
    }
    if (section.offset < end) {
      throw new BtfxError("bad-elf", `the section overlaps ${before}`, {
        at: context,
        hint: "the file is damaged",
      });
    }
    end = section.offset + size;
    before = `section ${section.name}`;
  }
  return order;
}

/**
 * Places the sections of a plan. With program headers, what is loaded stays, and so does all before its end. The others
 * keep their order in the file, and their offsets up to the first that changes its size; after it each begins where the
 * one before it ends, at its alignment. Added ones follow, the section table is last.
 */
export function placeSections(plan: SectionPlan): Placement {
  const { elf } = plan;
  const segments = readSegments(elf);
  const pinnedEnd = endOfPinned(plan, segments);
  const offsets = new Float64Array(elf.sections.length);
  const blanks: [number, number][] = [];
  const displaced: Section[] = [];
  const oldTable = new FieldView(elf.header, elf.form, elf.littleEndian).word(elf.form.shoff);
  let cursor = pinnedEnd;
  let moved = false;
  for (const section of plan.order) {
    const size = fileSize(section);
    const contents = plan.contents.get(section.index);
    const gone = plan.dropped[section.index] === 1;
    offsets[section.index] = section.offset;
    if (section.type === SHT_NULL && contents === undefined) continue;
    if (section.offset < pinnedEnd || (segments.length > 0 && isAllocated(section))) {
      if (!gone && (contents === undefined || (contents.length === size && size > 0))) continue;
      if (isLoaded(section, segments)) throw loaded(section, contents);
      blanks.push([section.offset, section.offset + size]);
      if (!gone) displaced.push(section);
      continue;
    }
    // The section table goes to the end of the file. What was behind it moves, so that no gap remains.
    moved ||= section.offset > oldTable;
    if (gone) {
      moved ||= size > 0;
      continue;
    }
    const length = contents?.length ?? size;
    // The header of a section without bytes may contain any offset.
    const foul = section.offset > plan.bytes.length;
    const align = foul || plan.reformed.has(section.index) ? 1 : keptAlign(section);
    const offset = moved || foul ? alignUp(cursor, align) : section.offset;
    offsets[section.index] = offset;
    cursor = Math.max(cursor, offset + length);
    moved ||= length !== size;
  }
  const append = (length: number): number => {
    cursor += length;
    return cursor - length;
  };
  for (const { index } of displaced) offsets[index] = append(plan.contents.get(index)?.length ?? 0);
  const addedOffsets = plan.added.map(({ contents }) => append(contents.length));
  return { offsets, addedOffsets, tableAt: alignUp(cursor, elf.form.wordBytes), pinnedEnd, blanks };
}

/** A range of the file that is loaded: `p_offset`, `p_filesz`. */
interface Segment {
  readonly offset: number;
  readonly size: number;
}

function readSegments(elf: Elf): Segment[] {
  const { form } = elf;
  const { offset, count } = elf.programs;
  if (count === 0) return [];
  const entryBytes = new FieldView(elf.header, form, elf.littleEndian).u16(form.phentsize);
  if (entryBytes !== form.phdrBytes) {
    throw new BtfxError("bad-elf", `program headers take ${form.phdrBytes} bytes, these ${entryBytes}`);
  }
  if (offset + count * form.phdrBytes > elf.source.size) {
    throw new BtfxError("truncated", `the table of ${count} program headers runs past the end of the file`, {
      at: { offset },
      hint: "the file is damaged or cut short",
    });
  }
  const view = new FieldView(elf.source.read(offset, count * form.phdrBytes), form, elf.littleEndian);
  return Array.from({ length: count }, (_, i) => {
    const at = i * form.phdrBytes;
    return { offset: view.word(at + form.pOffset), size: view.word(at + form.pFilesz) };
  });
}

/**
 * Number of bytes at the start of the file that stay: the header, and if there are segments, their table and all
 * allocated sections.
 */
function endOfPinned(plan: SectionPlan, segments: readonly Segment[]): number {
  const { elf } = plan;
  let end = elf.form.ehdrBytes;
  if (segments.length === 0) return end;
  end = Math.max(end, elf.programs.offset + elf.programs.count * elf.form.phdrBytes);
  for (const { offset, size } of segments) if (size > 0) end = Math.max(end, offset + size);
  for (const section of plan.order) {
    if (isAllocated(section) && fileSize(section) > 0) end = Math.max(end, section.offset + section.size);
  }
  if (end > plan.bytes.length) {
    throw new BtfxError(
      "truncated",
      `a segment runs to ${end}, past the end of the file at ${plan.bytes.length}`,
      { hint: "the file is damaged or cut short" },
    );
  }
  return end;
}

function isAllocated(section: Section): boolean {
  return (section.flags & SHF_ALLOC) !== 0;
}

function isLoaded(section: Section, segments: readonly Segment[]): boolean {
  const end = section.offset + fileSize(section);
  return (
    isAllocated(section) ||
    segments.some(({ offset, size }) => section.offset < offset + size && offset < end)
  );
}

function loaded(section: Section, contents: Uint8Array | undefined): BtfxError {
  const what =
    contents === undefined ? "be removed" : `change its size from ${section.size} to ${contents.length}`;
  return new BtfxError("bad-elf", `the section lies in a segment that is loaded and cannot ${what}`, {
    at: { section: section.name },
    hint: "write detached files instead, or link the kernel again",
  });
}

/** Bytes that the section takes in the file. */
export function fileSize(section: Section): number {
  return section.type === SHT_NOBITS || section.type === SHT_NULL ? 0 : section.size;
}

/**
 * `sh_addralign`, if it is a power of two and the offset is a multiple of it now; otherwise 1. So the padding is never
 * larger than the file.
 */
function keptAlign(section: Section): number {
  const align = section.addrAlign;
  const power = align > 1 && Number.isInteger(Math.log2(align));
  return power && section.offset % align === 0 ? align : 1;
}

function alignUp(at: number, align: number): number {
  return Math.ceil(at / align) * align;
}
