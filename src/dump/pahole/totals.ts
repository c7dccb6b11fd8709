import { plural, tabs } from "./columns.ts";
import { CACHE_LINE, type PaholeComposite } from "./composites.ts";

/** What the members of a struct add up to, and the lines at its end that say so (`type__fprintf_stats`, `__class__fprintf`). */
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
  /** Of members that are structs: how many have padding, bit padding, holes, bit holes, and how much of each. */
  padded = 0;
  padding = 0;
  bitPadded = 0;
  bitPadding = 0;
  holed = 0;
  holesInside = 0;
  bitHoled = 0;
  bitHolesInside = 0;
  /** Of members that are structs: how many end in an array without a length, and how many have one further inside. */
  flexible = 0;
  flexibleInside = 0;

  /** The lines, each with its line break; `end` is where the struct ends, in bytes from the outermost one's start. */
  lines(struct: PaholeComposite, level: number, end: number): string {
    const { size, members } = struct;
    const indent = tabs(level);
    let text = `\n${indent}/* size: ${size}, cachelines: ${Math.ceil(size / CACHE_LINE)}, members: ${members.length} */\n`;
    const line = (parts: readonly string[]) => {
      if (parts.length > 0) text += `${indent}/* ${parts.join(", ")} */\n`;
    };
    if (this.holes > 0 || this.bitHoles > 0) {
      if (this.bytes > 0) line([`sum members: ${this.bytes}`, ...this.holeParts(struct)]);
      if (this.bits > 0) line(this.bitParts(struct));
    }
    if (struct.padding > 0) line([`padding: ${struct.padding}`]);
    if (this.holed > 0 || this.bitHoled > 0 || this.bitPadded > 0) {
      text += `${indent}/* member types with ${this.insideParts().join(", ")} */\n`;
    }
    if (this.padded > 0) line([`paddings: ${this.padded}`, `sum paddings: ${this.padding}`]);
    if (struct.bitPadding > 0) line([`bit_padding: ${struct.bitPadding} bits`]);
    if (this.forced > 0) line(this.forcedParts());
    if (this.flexible > 0 || this.flexibleInside > 0) {
      const end_ = this.flexible > 0 ? [`end: ${this.flexible}`] : [];
      const middle = this.flexibleInside > 0 ? [`middle: ${this.flexibleInside}`] : [];
      text += `${indent}/* flexible array members: ${[...end_, ...middle].join(", ")} */\n`;
    }
    if (end % CACHE_LINE !== 0) line([`last cacheline: ${end % CACHE_LINE} bytes`]);
    return text + this.doubts(struct, indent);
  }

  private holeParts({ holes }: PaholeComposite): string[] {
    return this.holes > 0 ? [`holes: ${holes}`, `sum holes: ${this.holes}`] : [];
  }

  private bitParts({ bitHoles }: PaholeComposite): string[] {
    const members = `sum bitfield members: ${this.bits} bits`;
    return this.bitHoles > 0
      ? [members, `bit holes: ${bitHoles}`, `sum bit holes: ${this.bitHoles} bits`]
      : [`${members} (${this.bits >>> 3} bytes)`];
  }

  private insideParts(): string[] {
    const parts: string[] = [];
    if (this.holed > 0) parts.push(`holes: ${this.holed}, total: ${this.holesInside}`);
    if (this.bitHoled > 0) parts.push(`bit holes: ${this.bitHoled}, total: ${this.bitHolesInside}`);
    if (this.bitPadded > 0) {
      const bits = plural(this.bitPadding, "bit");
      parts.push(`bit paddings: ${this.bitPadded}, total: ${this.bitPadding} ${bits}`);
    }
    return parts;
  }

  private forcedParts(): string[] {
    const forced = `forced alignments: ${this.forced}`;
    return this.forcedHoles > 0
      ? [forced, `forced holes: ${this.forcedHoles}`, `sum forced holes: ${this.forcedHoleBytes}`]
      : [forced];
  }

  /** pahole's own alarm, where its numbers do not add up. */
  private doubts({ size, members, padding, bitPadding }: PaholeComposite, indent: string): string {
    const sum = this.bytes * 8 + this.bits + this.holes * 8 + this.bitHoles + padding * 8 + bitPadding;
    const diff = (size * 8 - sum) | 0;
    if (diff === 0 || members.length === 0) return "";
    return `\n${indent}/* BRAIN FART ALERT! ${size} bytes != ${this.bytes} (member bytes) + ${this.bits} (member bits) + ${this.holes} (byte holes) + ${this.bitHoles} (bit holes), diff = ${diff} bits */\n`;
  }
}
