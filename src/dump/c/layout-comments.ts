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
    if (!isNested) {
      this.#baseOffset = 0;
      this.#memberOffset = 0;
      this.#cacheline = 0;
    }
    const isUnion = this.#flat.kinds[id] === K.UNION;
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
    if (offset >= (this.#cacheline + 1) * CACHELINE) this.#boundary(offset, definition.level + 1);
    this.#memberOffset = isPointed ? 0 : offset;
  }

  /** Called after a member's semicolon; `column` is how much of the line is taken. */
  afterMember(definition: Definition, i: number, column: number): void {
    const { measured, level } = definition;
    const sink = this.#sink;
    sink.copy(TO_COMMENT, Math.min(column, COLUMN - 1), TO_COMMENT.length);
    this.#padded(this.#baseOffset + measured.offsets[i], 5);
    if (measured.bitfieldSizes[i] !== 0) {
      sink.byte(COLON);
      sink.padded(measured.bitOffsets[i], 2);
      sink.byte(SPACE);
      this.#padded(measured.sizes[i], 2);
    } else {
      sink.byte(SPACE);
      this.#padded(measured.sizes[i], 5);
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
    if (!isNested) {
      this.#sink.byte(NEWLINE);
      if (isUnion) {
        this.#line(level, SIZE, measured.size);
        this.#also(MEMBERS, measured.count);
        this.#sink.put(END_COMMENT);
      } else this.#totals(measured, level);
    }
    this.#measurer.release();
  }

  /** The comment lines at the end of a struct. */
  #totals(measured: Measured, level: number): void {
    const { bitfieldSizes, sizes, holes, bitHoles, size, count } = measured;
    const sink = this.#sink;
    let sumBytes = 0;
    let sumBits = 0;
    let sumHoles = Math.max(0, measured.preHole);
    let sumBitHoles = Math.max(0, measured.preBitHole);
    for (let i = 0; i < count; i++) {
      if (bitfieldSizes[i] !== 0) sumBits += bitfieldSizes[i];
      else sumBytes += sizes[i];
      if (holes[i] > 0) sumHoles += holes[i];
      sumBitHoles += bitHoles[i];
    }
    this.#line(level, SIZE, size);
    // An empty struct of C++ takes a byte, but no cache line.
    this.#also(CACHELINES, size === 1 && count === 0 ? 0 : Math.ceil(size / CACHELINE));
    this.#also(MEMBERS, count);
    sink.put(END_COMMENT);
    const hasHoles = sumHoles > 0 || sumBitHoles > 0;
    if (hasHoles && sumBytes > 0) {
      this.#line(level, SUM_MEMBERS, sumBytes);
      if (sumHoles > 0) {
        this.#also(HOLES, measured.holeCount);
        this.#also(SUM_HOLES, sumHoles);
      }
      sink.put(END_COMMENT);
    }
    if (hasHoles && sumBits > 0) {
      this.#line(level, SUM_BITFIELDS, sumBits);
      sink.put(BITS);
      if (sumBitHoles > 0) {
        this.#also(BIT_HOLES, measured.bitHoleCount);
        this.#also(SUM_BIT_HOLES, sumBitHoles);
        sink.put(BITS);
      } else {
        this.#also(IN_BYTES, Math.floor(sumBits / 8));
        sink.put(BYTES_END);
      }
      sink.put(END_COMMENT);
    }
    if (measured.padding > 0) {
      this.#line(level, PADDING, measured.padding);
      sink.put(END_COMMENT);
    }
    if (measured.bitPadding > 0) {
      this.#line(level, BIT_PADDING, measured.bitPadding);
      sink.put(BITS);
      sink.put(END_COMMENT);
    }
    if (size % CACHELINE !== 0) {
      this.#line(level, LAST_CACHELINE, size % CACHELINE);
      sink.put(BYTES);
      sink.put(END_COMMENT);
    }
  }

  #boundary(offset: number, level: number): void {
    const sink = this.#sink;
    const line = Math.floor(offset / CACHELINE);
    const past = offset % CACHELINE;
    this.#cacheline = line;
    indent(sink, level);
    sink.put(BOUNDARY);
    this.#number(line);
    this.#also(BOUNDARY_AT, offset - past);
    sink.put(BYTES_END);
    if (past > 0) {
      this.#also(WAS, past);
      sink.put(past > 1 ? BYTES_AGO : BYTE_AGO);
    }
    sink.put(END_BOUNDARY);
  }

  #hole(count: number, what: "bit" | "byte", level: number): void {
    const sink = this.#sink;
    sink.byte(NEWLINE);
    indent(sink, level);
    sink.put(HOLE);
    this.#number(count);
    if (what === "bit") sink.put(count === 1 ? BIT_HOLE : BITS_HOLE);
    else sink.put(count === 1 ? BYTE_HOLE : BYTES_HOLE);
    sink.byte(NEWLINE);
  }

  /** Begins a comment line of its own with a label and its number. */
  #line(level: number, label: Uint8Array, value: number): void {
    indent(this.#sink, level + 1);
    this.#sink.put(COMMENT);
    this.#also(label, value);
  }

  #also(label: Uint8Array, value: number): void {
    this.#sink.put(label);
    this.#number(value);
  }

  /** Sums and sizes of hostile arrays go beyond 32 bits. */
  #number(value: number): void {
    if (value < 2 ** 32) this.#sink.uint(value);
    else this.#sink.text(String(value));
  }

  #padded(value: number, width: number): void {
    if (value < 2 ** 32) this.#sink.padded(value, width);
    else this.#sink.text(String(value));
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

const SPACE = 0x20;
const COLON = 0x3a;
const NEWLINE = 0x0a;
const COMMENT = ascii("/* ");
const END_COMMENT = ascii(" */");
/** From each column of a line to the comment. */
const TO_COMMENT = ascii(`${" ".repeat(COLUMN)}/* `);
const SIZE = ascii("size: ");
const CACHELINES = ascii(", cachelines: ");
const MEMBERS = ascii(", members: ");
const SUM_MEMBERS = ascii("sum members: ");
const HOLES = ascii(", holes: ");
const SUM_HOLES = ascii(", sum holes: ");
const SUM_BITFIELDS = ascii("sum bitfield members: ");
const BIT_HOLES = ascii(", bit holes: ");
const SUM_BIT_HOLES = ascii(", sum bit holes: ");
const BITS = ascii(" bits");
const BYTES = ascii(" bytes");
const IN_BYTES = ascii(" (");
const BYTES_END = ascii(" bytes)");
const PADDING = ascii("padding: ");
const BIT_PADDING = ascii("bit_padding: ");
const LAST_CACHELINE = ascii("last cacheline: ");
const BOUNDARY = ascii("/* --- cacheline ");
const BOUNDARY_AT = ascii(" boundary (");
const WAS = ascii(" was ");
const BYTE_AGO = ascii(" byte ago");
const BYTES_AGO = ascii(" bytes ago");
const END_BOUNDARY = ascii(" --- */");
const HOLE = ascii("/* XXX ");
const BIT_HOLE = ascii(" bit hole, try to pack */");
const BITS_HOLE = ascii(" bits hole, try to pack */");
const BYTE_HOLE = ascii(" byte hole, try to pack */");
const BYTES_HOLE = ascii(" bytes hole, try to pack */");
