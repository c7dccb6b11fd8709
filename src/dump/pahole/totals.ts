import { ascii } from "../../btf/strings.ts";
import type { ByteSink } from "../sink.ts";
import { BIT, writeCount, writeNumber, writeTabs } from "./columns.ts";
import { CACHE_LINE, type PaholeComposite } from "./composites.ts";
import type { MemberColumns } from "./member-columns.ts";

/** The sums over the members of a struct, and the lines at its end that print them (`type__fprintf_stats`, `__class__fprintf`). */
export class Totals {
  /** Bytes of members that are no bitfields, bits of those that are. */
  bytes = 0;
  bits = 0;
  /** Unused bytes and bits between members. */
  holes = 0;
  bitHoles = 0;
  /** Members that lie further on than their alignment asks for, and the holes before them. */
  forced = 0;
  forcedHoles = 0;
  forcedHoleBytes = 0;
  /** Counts members that are structs with padding, bit padding, holes or bit holes, and sums up each. */
  padded = 0;
  padding = 0;
  bitPadded = 0;
  bitPadding = 0;
  holed = 0;
  holesInside = 0;
  bitHoled = 0;
  bitHolesInside = 0;
  /** Counts members that are structs which end in an array without a length, or have one further inside. */
  flexible = 0;
  flexibleInside = 0;

  /** Counts a member that lies further on than its alignment asks for. */
  addForced({ alignment, hole }: MemberColumns, i: number): void {
    if (alignment[i] === 0) return;
    this.forced++;
    if (hole[i] === 0) return;
    this.forcedHoles++;
    this.forcedHoleBytes += hole[i];
  }

  /** Writes the lines, each with its line break; `end` is where the struct ends, in bytes from the outermost one's start. */
  write(sink: ByteSink, struct: PaholeComposite, level: number, end: number): void {
    const { size, count } = struct;
    const line = new Line(sink, level);
    sink.put(NEWLINE);
    line.part(SIZE, size);
    line.part(CACHE_LINES, Math.ceil(size / CACHE_LINE));
    line.part(MEMBERS, count);
    line.close();
    if (this.holes > 0 || this.bitHoles > 0) this.sums(line, struct);
    if (struct.padding > 0) line.part(PADDING, struct.padding);
    line.close();
    this.inside(line);
    line.close();
    if (this.padded > 0) {
      line.part(PADDINGS, this.padded);
      line.part(SUM_PADDINGS, this.padding);
    }
    line.close();
    if (struct.bitPadding > 0) line.part(BIT_PADDING, struct.bitPadding, BITS);
    line.close();
    if (this.forced > 0) line.part(FORCED, this.forced);
    if (this.forced > 0 && this.forcedHoles > 0) {
      line.part(FORCED_HOLES, this.forcedHoles);
      line.part(SUM_FORCED_HOLES, this.forcedHoleBytes);
    }
    line.close();
    if (this.flexible > 0) line.part(FLEXIBLE_END, this.flexible);
    if (this.flexibleInside > 0) {
      line.part(this.flexible > 0 ? FLEXIBLE_ALSO_MIDDLE : FLEXIBLE_MIDDLE, this.flexibleInside);
    }
    line.close();
    if (end % CACHE_LINE !== 0) line.part(LAST_CACHE_LINE, end % CACHE_LINE, BYTES);
    line.close();
    this.doubts(sink, struct, level);
  }

  private sums(line: Line, { holes, bitHoles }: PaholeComposite): void {
    if (this.bytes > 0) {
      line.part(SUM_MEMBERS, this.bytes);
      if (this.holes > 0) {
        line.part(HOLES, holes);
        line.part(SUM_HOLES, this.holes);
      }
      line.close();
    }
    if (this.bits > 0) {
      line.part(SUM_BITFIELD_MEMBERS, this.bits, BITS);
      if (this.bitHoles > 0) {
        line.part(BIT_HOLES, bitHoles);
        line.part(SUM_BIT_HOLES, this.bitHoles, BITS);
      } else line.more(` (${this.bits >>> 3} bytes)`);
      line.close();
    }
  }

  private inside(line: Line): void {
    if (this.holed === 0 && this.bitHoled === 0 && this.bitPadded === 0) return;
    line.open(MEMBER_TYPES);
    if (this.holed > 0) {
      line.part(HOLES, this.holed);
      line.part(TOTAL, this.holesInside);
    }
    if (this.bitHoled > 0) {
      line.part(BIT_HOLES, this.bitHoled);
      line.part(TOTAL, this.bitHolesInside);
    }
    if (this.bitPadded > 0) {
      line.part(BIT_PADDINGS, this.bitPadded);
      line.count(TOTAL, this.bitPadding, BIT);
    }
  }

  /** pahole's own alarm, where its numbers do not add up. */
  private doubts(sink: ByteSink, struct: PaholeComposite, level: number): void {
    const { size, count, padding, bitPadding } = struct;
    const sum = this.bytes * 8 + this.bits + this.holes * 8 + this.bitHoles + padding * 8 + bitPadding;
    const diff = (size * 8 - sum) | 0;
    if (diff === 0 || count === 0) return;
    sink.put(NEWLINE);
    writeTabs(sink, level);
    sink.text(
      `/* BRAIN FART ALERT! ${size} bytes != ${this.bytes} (member bytes) + ${this.bits} (member bits) + ${this.holes} (byte holes) + ${this.bitHoles} (bit holes), diff = ${diff} bits */\n`,
    );
  }
}

/** A comment of parts with commas between, begun by its first part. */
class Line {
  private readonly sink: ByteSink;
  private readonly level: number;
  private isOpen = false;
  private hasParts = false;

  constructor(sink: ByteSink, level: number) {
    this.sink = sink;
    this.level = level;
  }

  open(words: Uint8Array): void {
    writeTabs(this.sink, this.level);
    this.sink.put(words);
    this.isOpen = true;
  }

  part(words: Uint8Array, value: number, unit: Uint8Array = NOTHING): void {
    this.label(words);
    writeNumber(this.sink, value, 1, false);
    this.sink.put(unit);
  }

  /** A part whose unit is in the plural unless it is one. */
  count(words: Uint8Array, value: number, unit: Uint8Array): void {
    this.label(words);
    writeCount(this.sink, value, unit);
  }

  more(text: string): void {
    this.sink.text(text);
  }

  close(): void {
    if (this.isOpen) this.sink.put(END);
    this.isOpen = false;
    this.hasParts = false;
  }

  private label(words: Uint8Array): void {
    if (!this.isOpen) this.open(START);
    else if (this.hasParts) this.sink.put(COMMA);
    this.hasParts = true;
    this.sink.put(words);
  }
}

const NOTHING = ascii("");
const NEWLINE = ascii("\n");
const START = ascii("/* ");
const COMMA = ascii(", ");
const END = ascii(" */\n");
const BITS = ascii(" bits");
const BYTES = ascii(" bytes");
const SIZE = ascii("size: ");
const CACHE_LINES = ascii("cachelines: ");
const MEMBERS = ascii("members: ");
const SUM_MEMBERS = ascii("sum members: ");
const HOLES = ascii("holes: ");
const SUM_HOLES = ascii("sum holes: ");
const SUM_BITFIELD_MEMBERS = ascii("sum bitfield members: ");
const BIT_HOLES = ascii("bit holes: ");
const SUM_BIT_HOLES = ascii("sum bit holes: ");
const PADDING = ascii("padding: ");
const MEMBER_TYPES = ascii("/* member types with ");
const TOTAL = ascii("total: ");
const BIT_PADDINGS = ascii("bit paddings: ");
const PADDINGS = ascii("paddings: ");
const SUM_PADDINGS = ascii("sum paddings: ");
const BIT_PADDING = ascii("bit_padding: ");
const FORCED = ascii("forced alignments: ");
const FORCED_HOLES = ascii("forced holes: ");
const SUM_FORCED_HOLES = ascii("sum forced holes: ");
const FLEXIBLE_END = ascii("flexible array members: end: ");
const FLEXIBLE_MIDDLE = ascii("flexible array members: middle: ");
const FLEXIBLE_ALSO_MIDDLE = ascii("middle: ");
const LAST_CACHE_LINE = ascii("last cacheline: ");
