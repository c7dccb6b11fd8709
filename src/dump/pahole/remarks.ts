import type { TypeId } from "../../btf/btf.ts";
import { ascii } from "../../btf/strings.ts";
import type { ByteSink } from "../sink.ts";
import { BIT, BIT_HOLE, BYTE, HOLE, writeCount, writeTabs } from "./columns.ts";
import type { Composites } from "./composites.ts";
import type { Totals } from "./totals.ts";

/** Remarks on the struct that a member is: unused bytes in it, flexible arrays (`class__fprintf_member_type_holes`). */
export class Remarks {
  private readonly sink: ByteSink;
  private readonly composites: Composites;
  private isOpen = false;

  constructor(sink: ByteSink, composites: Composites) {
    this.sink = sink;
    this.composites = composites;
  }

  /** Writes the remark on a struct, if there is one, and counts it; returns whether an empty line is due (`isApart`: was due). */
  write(id: TypeId, totals: Totals, level: number, isApart: boolean): boolean {
    const { composites, sink } = this;
    composites.inferStructPacking(id);
    const { padding, bitPadding, holes, bitHoles } = composites.of(id);
    const isFlexible = composites.hasFlexibleArray(id);
    const isFlexibleInside = composites.embedsFlexibleArray(id);
    const isWorthIt = padding + bitPadding + holes + bitHoles > 0 || isFlexible || isFlexibleInside;
    if (!isWorthIt) return isApart;
    if (!isApart) sink.byte(NEWLINE);
    sink.byte(NEWLINE);
    writeTabs(sink, level);
    sink.put(START);
    this.isOpen = false;
    if (isFlexible) {
      this.part(FLEXIBLE);
      totals.flexible++;
    }
    if (isFlexibleInside) {
      this.part(FLEXIBLE_INSIDE);
      totals.flexibleInside++;
    }
    if (padding !== 0) {
      this.count(padding, BYTE, OF_PADDING);
      totals.padded++;
      totals.padding += padding;
    }
    if (bitPadding !== 0) {
      this.count(bitPadding, BIT, OF_PADDING);
      totals.bitPadded++;
      totals.bitPadding += bitPadding;
    }
    if (holes !== 0) {
      this.count(holes, HOLE, NOTHING);
      totals.holed++;
      totals.holesInside += holes;
    }
    if (bitHoles !== 0) {
      this.count(bitHoles, BIT_HOLE, NOTHING);
      totals.bitHoled++;
      totals.bitHolesInside += bitHoles;
    }
    sink.put(END);
    return true;
  }

  private part(words: Uint8Array): void {
    this.sink.put(this.isOpen ? NEXT : FIRST);
    this.isOpen = true;
    this.sink.put(words);
  }

  private count(count: number, unit: Uint8Array, what: Uint8Array): void {
    this.part(NOTHING);
    writeCount(this.sink, count, unit);
    this.sink.put(what);
  }
}

const NEWLINE = 0x0a;
const NOTHING = ascii("");
const START = ascii("/* XXX last struct has");
const FIRST = ascii(" ");
const NEXT = ascii(", ");
const FLEXIBLE = ascii("a flexible array");
const FLEXIBLE_INSIDE = ascii("embedded flexible array(s)");
const OF_PADDING = ascii(" of padding");
const END = ascii(" */");
