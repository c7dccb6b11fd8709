import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { Measure, type Sizes } from "../../types/measure.ts";
import type { ByteSink } from "../sink.ts";

/** Bytes of a cache line, as pahole assumes them. */
const CACHELINE = 64;
/** Comments begin here, unless the declaration is longer. */
const COLUMN = 56;
/** Columns that a tab takes. */
const TAB = 8;

/** A definition that is being written, and the position in it. */
interface Definition {
  readonly measure: Measure;
  isUnion: boolean;
  isNested: boolean;
  level: number;
  /** Offset in the outermost struct. */
  offset: number;
  /** The cache line in which it begins, as does each member of a union. */
  cacheline: number;
}

/**
 * Writes pahole's comments into definitions: offset and size of each member, holes, cache lines, totals
 * (`__class__fprintf`, `class_member__fprintf`, dwarves_fprintf.c). The numbers are pahole's, except behind a pointer
 * to an anonymous struct, where pahole counts from the innermost struct, and this from the struct pointed to.
 *
 * Definitions nest: calls refer to the definition that was begun last and has not ended.
 */
export class LayoutComments {
  private readonly flat: FlatBtf;
  private readonly sink: ByteSink;
  private readonly sizes: Sizes;
  private readonly definitions: Definition[] = [];
  private depth = 0;
  /** The cache line that was mentioned last. */
  private cacheline = 0;
  /** Offset in the outermost struct of the member that is being written. */
  private memberOffset = 0;
  /** Where the current line began, after its tabs. */
  private lineStart = 0;

  constructor(flat: FlatBtf, sink: ByteSink, sizes: Sizes) {
    this.flat = flat;
    this.sink = sink;
    this.sizes = sizes;
  }

  /** Called before the members of a definition; `level` is the indentation of the definition itself. */
  begin(id: TypeId, level: number, isNested: boolean): void {
    if (!isNested) {
      this.memberOffset = 0;
      this.cacheline = 0;
    }
    if (this.depth === this.definitions.length) this.definitions.push(this.newDefinition());
    const definition = this.definitions[this.depth++];
    definition.isUnion = this.flat.kinds[id] === K.UNION;
    definition.isNested = isNested;
    definition.level = level;
    definition.offset = this.memberOffset;
    definition.cacheline = this.cacheline;
    definition.measure.begin(id);
  }

  /** Called between two members' lines, before padding: writes the hole there. */
  beforeMember(): void {
    const { measure, level } = this.definitions[this.depth - 1];
    measure.next();
    if (measure.bitHole <= 0 && measure.hole <= 0) return;
    const sink = this.sink;
    sink.byte(NEWLINE);
    if (measure.bitHole > 0)
      this.hole(measure.bitHole, measure.bitHole === 1 ? BIT_HOLE : BITS_HOLE, level + 1);
    if (measure.hole > 0) this.hole(measure.hole, measure.hole === 1 ? BYTE_HOLE : BYTES_HOLE, level + 1);
    sink.byte(NEWLINE);
  }

  /** Called where a member's line begins; `isPointed` if an anonymous struct in it lies behind a pointer. */
  member(isPointed: boolean): void {
    const { measure, isUnion, cacheline, level, offset: outer } = this.definitions[this.depth - 1];
    if (isUnion) this.cacheline = cacheline;
    const offset = outer + measure.offset;
    if (offset >= (this.cacheline + 1) * CACHELINE) this.boundary(offset, level + 1);
    this.memberOffset = isPointed ? 0 : offset;
  }

  /** Called behind the tabs of a line. */
  beginLine(): void {
    this.lineStart = this.sink.position;
  }

  /** Called after a member's semicolon; `level` is the number of tabs of its line. */
  afterMember(level: number): void {
    const column = level * TAB + this.sink.position - this.lineStart;
    const { measure, offset: outer } = this.definitions[this.depth - 1];
    const sink = this.sink;
    sink.spaces(column < COLUMN ? COLUMN - column : 1);
    sink.put(COMMENT);
    this.padded(outer + measure.offset, 5);
    if (measure.bitfieldSize !== 0) {
      sink.byte(COLON);
      sink.padded(measure.bitOffset, 2);
      sink.byte(SPACE);
      this.padded(measure.bytes, 2);
    } else {
      sink.byte(SPACE);
      this.padded(measure.bytes, 5);
    }
    sink.put(END_COMMENT);
  }

  /** Called after the last member: writes the totals of a struct that is not nested. */
  end(): void {
    const { measure, isUnion, isNested, level, cacheline } = this.definitions[--this.depth];
    measure.next();
    if (isUnion) this.cacheline = cacheline;
    if (isNested) return;
    this.sink.byte(NEWLINE);
    if (isUnion) {
      this.line(level, SIZE, measure.size);
      this.also(MEMBERS, measure.count);
      this.sink.put(END_COMMENT);
    } else this.totals(measure, level);
  }

  private newDefinition(): Definition {
    return {
      measure: new Measure(this.flat, this.sizes),
      isUnion: false,
      isNested: false,
      level: 0,
      offset: 0,
      cacheline: 0,
    };
  }

  /** The comment lines at the end of a struct. */
  private totals(measure: Measure, level: number): void {
    const { size, count, sumBytes, sumBits, sumHoles, sumBitHoles } = measure;
    const sink = this.sink;
    this.line(level, SIZE, size);
    // An empty C++ struct takes a byte, but no cache line.
    this.also(CACHELINES, size === 1 && count === 0 ? 0 : Math.ceil(size / CACHELINE));
    this.also(MEMBERS, count);
    sink.put(END_COMMENT);
    const hasHoles = sumHoles > 0 || sumBitHoles > 0;
    if (hasHoles && sumBytes > 0) {
      this.line(level, SUM_MEMBERS, sumBytes);
      if (sumHoles > 0) {
        this.also(HOLES, measure.holeCount);
        this.also(SUM_HOLES, sumHoles);
      }
      sink.put(END_COMMENT);
    }
    if (hasHoles && sumBits > 0) {
      this.line(level, SUM_BITFIELDS, sumBits);
      sink.put(BITS);
      if (sumBitHoles > 0) {
        this.also(BIT_HOLES, measure.bitHoleCount);
        this.also(SUM_BIT_HOLES, sumBitHoles);
        sink.put(BITS);
      } else {
        this.also(IN_BYTES, Math.floor(sumBits / 8));
        sink.put(BYTES_END);
      }
      sink.put(END_COMMENT);
    }
    if (measure.padding > 0) {
      this.line(level, PADDING, measure.padding);
      sink.put(END_COMMENT);
    }
    if (measure.bitPadding > 0) {
      this.line(level, BIT_PADDING, measure.bitPadding);
      sink.put(BITS);
      sink.put(END_COMMENT);
    }
    if (size % CACHELINE !== 0) {
      this.line(level, LAST_CACHELINE, size % CACHELINE);
      sink.put(BYTES);
      sink.put(END_COMMENT);
    }
  }

  private boundary(offset: number, level: number): void {
    const sink = this.sink;
    const past = offset % CACHELINE;
    const line = (offset - past) / CACHELINE;
    this.cacheline = line;
    indent(sink, level);
    sink.put(BOUNDARY);
    this.number(line);
    this.also(BOUNDARY_AT, offset - past);
    sink.put(BYTES_END);
    if (past > 0) {
      this.also(WAS, past);
      sink.put(past > 1 ? BYTES_AGO : BYTE_AGO);
    }
    sink.put(END_BOUNDARY);
  }

  private hole(count: number, what: Uint8Array, level: number): void {
    indent(this.sink, level);
    this.also(HOLE, count);
    this.sink.put(what);
  }

  /** Begins a comment line with a label and a number. */
  private line(level: number, label: Uint8Array, value: number): void {
    indent(this.sink, level + 1);
    this.sink.put(COMMENT);
    this.also(label, value);
  }

  private also(label: Uint8Array, value: number): void {
    this.sink.put(label);
    this.number(value);
  }

  /** Sums and sizes of hostile arrays go beyond 32 bits. */
  private number(value: number): void {
    if (value < 2 ** 32) this.sink.uint(value);
    else this.sink.text(String(value));
  }

  private padded(value: number, width: number): void {
    if (value < 2 ** 32) this.sink.padded(value, width);
    else this.sink.text(String(value));
  }
}

/** Writes a line break and tabs: thirteen at most, as in libbpf. */
function indent(sink: ByteSink, level: number): void {
  sink.byte(NEWLINE);
  for (let tabs = Math.min(level, 13); tabs > 0; tabs--) sink.byte(TABULATOR);
}

const SPACE = 0x20;
const TABULATOR = 0x09;
const COLON = 0x3a;
const NEWLINE = 0x0a;
const COMMENT = ascii("/* ");
const END_COMMENT = ascii(" */");
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
