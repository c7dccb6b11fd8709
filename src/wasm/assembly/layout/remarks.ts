import { literal } from "../common/text";
import { writeCount, writeLineBreak, writeTabs } from "./columns";
import { compositeOf, embedsFlexibleArray, hasFlexibleArray } from "./composites";
import { inferStructPacking } from "./packing";
import { Totals } from "./totals";

// Writes remarks about the struct type of a member: unused bytes in it, flexible arrays
// (`class__fprintf_member_type_holes`).

/** Whether the remark has a part already. */
let isOpen: bool = false;

/**
 * Writes the remark about a struct, if there is something to remark, and adds it to the totals. `isApart` and the
 * result say whether an empty line is due, before and after it.
 */
export function writeRemark(id: u32, totals: Totals, level: u32, isApart: bool): bool {
  inferStructPacking(id);
  const struct = compositeOf(id);
  const isFlexible = hasFlexibleArray(id);
  const isFlexibleInside = embedsFlexibleArray(id);
  const unused = struct.padding + struct.bitPadding + struct.holes + struct.bitHoles;
  if (unused === 0 && !isFlexible && !isFlexibleInside) return isApart;
  if (!isApart) writeLineBreak();
  writeLineBreak();
  writeTabs(level);
  literal("/* XXX last struct has");
  isOpen = false;
  if (isFlexible) {
    separate();
    literal("a flexible array");
    totals.flexible++;
  }
  if (isFlexibleInside) {
    separate();
    literal("embedded flexible array(s)");
    totals.flexibleInside++;
  }
  if (struct.padding !== 0) {
    separate();
    writeCount(struct.padding, "byte");
    literal(" of padding");
    totals.padded++;
    totals.padding += struct.padding;
  }
  if (struct.bitPadding !== 0) {
    separate();
    writeCount(struct.bitPadding, "bit");
    literal(" of padding");
    totals.bitPadded++;
    totals.bitPadding += struct.bitPadding;
  }
  if (struct.holes !== 0) {
    separate();
    writeCount(struct.holes, "hole");
    totals.holed++;
    totals.holesInside += struct.holes;
  }
  if (struct.bitHoles !== 0) {
    separate();
    writeCount(struct.bitHoles, "bit hole");
    totals.bitHoled++;
    totals.bitHolesInside += struct.bitHoles;
  }
  literal(" */");
  return true;
}

function separate(): void {
  literal(isOpen ? ", " : " ");
  isOpen = true;
}
