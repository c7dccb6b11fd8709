import { int64, literal, makeRoom } from "../common/text";
import { writeCount, writeLineBreak, writeTabs } from "./columns";
import { CACHE_LINE, Composite, Member } from "./composites";

/**
 * The sums over the members of a struct, which the lines at its end print (`type__fprintf_stats`, `__class__fprintf`).
 */
@unmanaged
export class Totals {
  /** Bytes of members that are no bitfields. */
  bytes: i64;
  /** Bits of bitfields. */
  bits: i64;
  /** Unused bytes between members. */
  holes: i64;
  /** Unused bits between members. */
  bitHoles: i64;
  /** Number of members with a forced alignment: their offset is higher than their type requires. */
  forced: i64;
  /** Number of holes before such members, and the sum of their bytes. */
  forcedHoles: i64;
  forcedHoleBytes: i64;
  /**
   * Number of members that are structs with padding, and the sum of it. The same for bit padding, holes and bit holes.
   */
  padded: i64;
  padding: i64;
  bitPadded: i64;
  bitPadding: i64;
  holed: i64;
  holesInside: i64;
  bitHoled: i64;
  bitHolesInside: i64;
  /** Number of members that are structs with a flexible array at the end. */
  flexible: i64;
  /** Number of members that are structs with a flexible array further inside. */
  flexibleInside: i64;
}

/** Counts a member if its alignment is forced. */
export function addForced(totals: Totals, member: Member): void {
  if (member.alignment === 0) return;
  totals.forced++;
  if (member.hole === 0) return;
  totals.forcedHoles++;
  totals.forcedHoleBytes += member.hole;
}

/** Writes the lines at the end of a struct. `end` is the offset of its end in the outermost struct, in bytes. */
export function writeTotals(totals: Totals, struct: Composite, atLevel: u32, end: i64): void {
  level = atLevel;
  const size = i64(struct.size);
  writeLineBreak();
  part("size: ", size);
  part("cachelines: ", (size + CACHE_LINE - 1) / CACHE_LINE);
  part("members: ", struct.count);
  close();
  if (totals.holes > 0 || totals.bitHoles > 0) sums(totals, struct);
  if (struct.padding > 0) part("padding: ", struct.padding);
  close();
  inside(totals);
  close();
  if (totals.padded > 0) {
    part("paddings: ", totals.padded);
    part("sum paddings: ", totals.padding);
  }
  close();
  if (struct.bitPadding > 0) part("bit_padding: ", struct.bitPadding, " bits");
  close();
  if (totals.forced > 0) part("forced alignments: ", totals.forced);
  if (totals.forced > 0 && totals.forcedHoles > 0) {
    part("forced holes: ", totals.forcedHoles);
    part("sum forced holes: ", totals.forcedHoleBytes);
  }
  close();
  if (totals.flexible > 0) part("flexible array members: end: ", totals.flexible);
  if (totals.flexibleInside > 0) {
    part(totals.flexible > 0 ? "middle: " : "flexible array members: middle: ", totals.flexibleInside);
  }
  close();
  if (end % CACHE_LINE !== 0) part("last cacheline: ", end % CACHE_LINE, " bytes");
  close();
  doubts(totals, struct);
}

function sums(totals: Totals, struct: Composite): void {
  if (totals.bytes > 0) {
    part("sum members: ", totals.bytes);
    if (totals.holes > 0) {
      part("holes: ", struct.holes);
      part("sum holes: ", totals.holes);
    }
    close();
  }
  if (totals.bits > 0) {
    part("sum bitfield members: ", totals.bits, " bits");
    if (totals.bitHoles > 0) {
      part("bit holes: ", struct.bitHoles);
      part("sum bit holes: ", totals.bitHoles, " bits");
    } else {
      literal(" (");
      int64(totals.bits >>> 3);
      literal(" bytes)");
    }
    close();
  }
}

function inside(totals: Totals): void {
  if (totals.holed === 0 && totals.bitHoled === 0 && totals.bitPadded === 0) return;
  open("/* member types with ");
  if (totals.holed > 0) {
    part("holes: ", totals.holed);
    part("total: ", totals.holesInside);
  }
  if (totals.bitHoled > 0) {
    part("bit holes: ", totals.bitHoled);
    part("total: ", totals.bitHolesInside);
  }
  if (totals.bitPadded > 0) {
    part("bit paddings: ", totals.bitPadded);
    label("total: ");
    writeCount(totals.bitPadding, "bit");
  }
}

/** Writes pahole's own alarm if its numbers do not add up. */
function doubts(totals: Totals, struct: Composite): void {
  const sum =
    (totals.bytes + totals.holes + struct.padding) * 8 + totals.bits + totals.bitHoles + struct.bitPadding;
  const difference = i32(i64(struct.size) * 8 - sum);
  if (difference === 0 || struct.count === 0) return;
  writeLineBreak();
  writeTabs(level);
  literal("/* BRAIN FART ALERT! ");
  int64(struct.size);
  literal(" bytes != ");
  int64(totals.bytes);
  literal(" (member bytes) + ");
  int64(totals.bits);
  literal(" (member bits) + ");
  int64(totals.holes);
  literal(" (byte holes) + ");
  int64(totals.bitHoles);
  literal(" (bit holes), diff = ");
  int64(difference);
  literal(" bits */\n");
}

// A comment of parts with commas between them. It is opened by its first part.

/** Nesting level of the comment. */
let level: u32 = 0;
/** Whether a comment is open, and whether it has a part already. */
let isOpen: bool = false;
let hasParts: bool = false;

function open(words: string): void {
  writeTabs(level);
  literal(words);
  isOpen = true;
}

function part(words: string, value: i64, unit: string = ""): void {
  label(words);
  int64(value);
  literal(unit);
}

function close(): void {
  if (isOpen) literal(" */\n");
  isOpen = false;
  hasParts = false;
}

function label(words: string): void {
  makeRoom();
  if (!isOpen) open("/* ");
  else if (hasParts) literal(", ");
  hasParts = true;
  literal(words);
}
