import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { FlatBtf } from "../flat.ts";
import { ascii, type ByteSink } from "../sink.ts";
import type { Measured, Measurer } from "./measure.ts";
import { indent } from "./padding.ts";

/** Bytes of a cache line, as pahole assumes them. */
const CACHELINE = 64;
/** Comments begin here, unless the declaration is longer. */
const COLUMN = 56;

/**
 * Writes pahole's comments into definitions: offset and size of each member, holes, cache lines, totals
 * (`__class__fprintf`, `class_member__fprintf`, dwarves_fprintf.c). The numbers are pahole's.
 */
export class LayoutComments {
  readonly #flat: FlatBtf;
  readonly #sink: ByteSink;
  readonly #measurer: Measurer;
  /** Offset in the outermost struct of the one that is being written. */
  #baseOffset = 0;
  /** The cache line that was announced last. */
  #cacheline = 0;
  #memberOffset = 0;

  constructor(flat: FlatBtf, sink: ByteSink, measurer: Measurer) {
    this.#flat = flat;
    this.#sink = sink;
    this.#measurer = measurer;
  }

  /** Called before the members of a definition; `level` is its own. Gives what the other calls for it need. */
  begin(id: TypeId, level: number, isNested: boolean): Definition {
    const { words, starts } = this.#flat;
    if (!isNested) {
      this.#baseOffset = 0;
      this.#memberOffset = 0;
      this.#cacheline = 0;
    }
    const isUnion = K.infoKind(words[starts[id] + K.INFO]) === K.UNION;
    const outer = this.#baseOffset;
    this.#baseOffset = this.#memberOffset;
    const measured = this.#measurer.measure(id);
    if (measured.preBitHole > 0) this.#hole(measured.preBitHole, "bit", level + 1);
    if (measured.preHole > 0) this.#hole(measured.preHole, "byte", level + 1);
    return { id, measured, isUnion, isNested, level, outer, cacheline: this.#cacheline };
  }

  /** Called where a member's line begins; `isPointed` if what it unfolds lies behind a pointer. */
  member(definition: Definition, i: number, isPointed: boolean): void {
    const { measured, isUnion } = definition;
    if (isUnion) this.#cacheline = definition.cacheline;
    const offset = this.#baseOffset + measured.offsets[i];
    const line = Math.floor(offset / CACHELINE);
    if (line > this.#cacheline) {
      const past = offset % CACHELINE;
      const ago = past === 0 ? "" : ` was ${past} byte${past > 1 ? "s" : ""} ago`;
      indent(this.#sink, definition.level + 1);
      this.#sink.text(`/* --- cacheline ${line} boundary (${offset - past} bytes)${ago} --- */`);
      this.#cacheline = line;
    }
    this.#memberOffset = isPointed ? 0 : offset;
  }

  /** Called after a member's semicolon; `column` is how much of the line is taken. */
  afterMember(definition: Definition, i: number, column: number): void {
    const { measured, level } = definition;
    const sink = this.#sink;
    const offset = this.#baseOffset + measured.offsets[i];
    sink.put(SPACES.subarray(0, Math.max(1, COLUMN - column)));
    sink.put(COMMENT);
    sink.padded(offset, 5);
    if (measured.bitfieldSizes[i] !== 0) {
      sink.byte(COLON);
      sink.padded(measured.bitOffsets[i], 2);
      sink.byte(SPACE);
      sink.padded(measured.sizes[i], 2);
    } else {
      sink.byte(SPACE);
      sink.padded(measured.sizes[i], 5);
    }
    sink.put(END_COMMENT);
    if (measured.bitHoles[i] > 0) this.#hole(measured.bitHoles[i], "bit", level + 1);
    if (measured.holes[i] > 0) this.#hole(measured.holes[i], "byte", level + 1);
  }

  /** Called after the last member: what it adds up to, for a struct that is not nested. */
  end(definition: Definition): void {
    this.#baseOffset = definition.outer;
    const { measured, isUnion, isNested, level } = definition;
    if (isUnion) this.#cacheline = definition.cacheline;
    if (isNested) return;
    this.#sink.byte(NEWLINE);
    const lines = isUnion
      ? [`size: ${measured.size}, members: ${measured.count}`]
      : totals(measured, measured.size === 1 && measured.count === 0 ? 0 : measured.size);
    for (const line of lines) {
      indent(this.#sink, level + 1);
      this.#sink.text(`/* ${line} */`);
    }
  }

  #hole(count: number, what: string, level: number): void {
    this.#sink.byte(NEWLINE);
    indent(this.#sink, level);
    this.#sink.text(
      what === "bit"
        ? `/* XXX ${count} bit${count !== 1 ? "s" : ""} hole, try to pack */`
        : `/* XXX ${count} byte${count !== 1 ? "s" : ""} hole, try to pack */`,
    );
    this.#sink.byte(NEWLINE);
  }
}

/** A definition that is being written. */
export interface Definition {
  readonly id: TypeId;
  readonly measured: Measured;
  readonly isUnion: boolean;
  readonly isNested: boolean;
  readonly level: number;
  readonly outer: number;
  /** Each member of a union begins in the cache line that the union begins in. */
  readonly cacheline: number;
}

/** The comment lines at the end of a struct. */
function totals(measured: Measured, size: number): string[] {
  const { bitfieldSizes, sizes, holes, bitHoles } = measured;
  let sumBytes = 0;
  let sumBits = 0;
  let sumHoles = Math.max(0, measured.preHole);
  let sumBitHoles = Math.max(0, measured.preBitHole);
  for (let i = 0; i < measured.count; i++) {
    if (bitfieldSizes[i] !== 0) sumBits += bitfieldSizes[i];
    else sumBytes += sizes[i];
    if (holes[i] > 0) sumHoles += holes[i];
    sumBitHoles += bitHoles[i];
  }
  const lines = [
    `size: ${measured.size}, cachelines: ${Math.ceil(size / CACHELINE)}, members: ${measured.count}`,
  ];
  if ((sumHoles > 0 || sumBitHoles > 0) && sumBytes > 0) {
    const ofHoles = sumHoles > 0 ? `, holes: ${measured.holeCount}, sum holes: ${sumHoles}` : "";
    lines.push(`sum members: ${sumBytes}${ofHoles}`);
  }
  if ((sumHoles > 0 || sumBitHoles > 0) && sumBits > 0) {
    const ofHoles =
      sumBitHoles > 0
        ? `, bit holes: ${measured.bitHoleCount}, sum bit holes: ${sumBitHoles} bits`
        : ` (${Math.floor(sumBits / 8)} bytes)`;
    lines.push(`sum bitfield members: ${sumBits} bits${ofHoles}`);
  }
  if (measured.padding > 0) lines.push(`padding: ${measured.padding}`);
  if (measured.bitPadding > 0) lines.push(`bit_padding: ${measured.bitPadding} bits`);
  if (measured.size % CACHELINE !== 0) lines.push(`last cacheline: ${measured.size % CACHELINE} bytes`);
  return lines;
}

const SPACES = ascii(" ".repeat(COLUMN));
const COMMENT = ascii("/* ");
const END_COMMENT = ascii(" */");
const SPACE = 0x20;
const COLON = 0x3a;
const NEWLINE = 0x0a;
