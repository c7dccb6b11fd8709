import type { LayoutMember, LayoutNode } from "../shared/model.ts";

/** Bytes of a cacheline on the machines that most kernels run on. */
export const CACHELINE = 64;

/** A line of the table that shows a layout. */
export type LayoutRow =
  | { readonly row: "member"; readonly depth: number; readonly member: LayoutMember; readonly index: number }
  | { readonly row: "hole"; readonly depth: number; readonly offset: number; readonly size: number }
  | { readonly row: "bit hole"; readonly depth: number; readonly bits: number }
  | { readonly row: "padding"; readonly depth: number; readonly offset: number; readonly size: number }
  | { readonly row: "bit padding"; readonly depth: number; readonly bits: number }
  | { readonly row: "cacheline"; readonly line: number; readonly ago: number };

/** The members of a struct or union and of the anonymous ones in it, with what is unused and where cachelines begin. */
export function layoutRows(layout: LayoutNode): LayoutRow[] {
  const rows: LayoutRow[] = [];
  let line = 0;
  let index = 0;
  const visit = (node: LayoutNode, base: number, depth: number): void => {
    const holesAfter = (after: number) => {
      for (const hole of node.holes.filter((each) => each.after === after)) {
        if (hole.bit_size !== undefined) rows.push({ row: "bit hole", depth, bits: hole.bit_size });
        else rows.push({ row: "hole", depth, offset: hole.offset ?? 0, size: hole.size ?? 0 });
      }
    };
    holesAfter(-1);
    node.members.forEach((member, i) => {
      const begun = Math.floor(member.offset / CACHELINE);
      if (begun > line) {
        line = begun;
        rows.push({ row: "cacheline", line, ago: member.offset - line * CACHELINE });
      }
      rows.push({ row: "member", depth, member, index: index++ });
      if (isNested(member)) visit(member, member.offset, depth + 1);
      holesAfter(i);
    });
    if (node.bit_padding > 0) rows.push({ row: "bit padding", depth, bits: node.bit_padding });
    if (node.padding > 0) {
      const offset = base + node.size - node.padding;
      rows.push({ row: "padding", depth, offset, size: node.padding });
    }
  };
  visit(layout, 0, 0);
  return rows;
}

/** Whether a member is an anonymous struct or union, whose members are in it. */
export function isNested(member: LayoutMember): member is LayoutMember & LayoutNode {
  return member.members !== undefined;
}

/** What a layout comes to. */
export interface LayoutTotals {
  readonly members: number;
  readonly holes: number;
  readonly holeBytes: number;
  readonly bitHoles: number;
  readonly cachelines: number;
}

/** Counts the members and holes of the struct itself, as pahole's last lines do. */
export function layoutTotals({ members, holes, size }: LayoutNode): LayoutTotals {
  const byteHoles = holes.filter((hole) => hole.bit_size === undefined);
  return {
    members: members.length,
    holes: byteHoles.length,
    holeBytes: byteHoles.reduce((sum, hole) => sum + (hole.size ?? 0), 0),
    bitHoles: holes.length - byteHoles.length,
    cachelines: Math.ceil(size / CACHELINE),
  };
}
