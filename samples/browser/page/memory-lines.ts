import type { LayoutMember, LayoutNode } from "../shared/model.ts";
import { CACHELINE, isNested } from "./layout-rows.ts";

/** Cachelines that one member fills are drawn as one from so many on. */
const LEAST_FOLDED = 4;
const LINE_BITS = CACHELINE * 8;

/**
 * Something that takes room: a member, by the index that `layoutRows` gives it, unused room, or what is outside of the
 * struct.
 */
export interface Segment {
  readonly what: "member" | "hole" | "padding" | "outside";
  readonly label: string;
  readonly index: number;
  /** In bits. */
  readonly start: number;
  readonly end: number;
}

/** One cacheline, or several that one member fills. */
export interface MapLine {
  /** Numbers of the first and the last cacheline. */
  readonly from: number;
  readonly to: number;
  readonly parts: readonly MapPart[];
}

/** The part of a segment that lies in a cacheline, in percent of it. */
export interface MapPart {
  readonly segment: Segment;
  readonly left: number;
  readonly width: number;
}

/** What takes room in a struct, in order; members of anonymous structs count, those of unions lie above each other. */
export function segmentsOf(layout: LayoutNode): Segment[] {
  const segments: Segment[] = [];
  let index = 0;
  const visit = (node: LayoutNode, base: number, isDrawn: boolean): void => {
    const unused = (what: "hole" | "padding", start: number, bits: number) => {
      if (isDrawn && bits > 0) segments.push({ what, label: what, index: -1, start, end: start + bits });
    };
    const bitHoles = new Map(
      node.holes.flatMap(({ after, bit_size }) => (bit_size ? [[after, bit_size]] : [])),
    );
    node.members.forEach((member, i) => {
      const own = index++;
      const start = member.offset * 8 + (member.bit_offset ?? 0);
      const end = start + (member.bit_size ?? member.size * 8);
      const isStruct = isNested(member) && member.kind === "STRUCT";
      if (isDrawn && !isStruct && end > start) {
        segments.push({ what: "member", label: labelOf(member), index: own, start, end });
      }
      if (isNested(member)) visit(member, member.offset, isDrawn && isStruct);
      unused("hole", end, bitHoles.get(i) ?? 0);
      if (i === node.members.length - 1) unused("padding", end, node.bit_padding);
    });
    for (const { offset = 0, size = 0 } of node.holes) unused("hole", offset * 8, size * 8);
    unused("padding", (base + node.size - node.padding) * 8, node.padding * 8);
  };
  visit(layout, 0, true);
  const end = layout.size * 8;
  const outside = Math.ceil(end / LINE_BITS) * LINE_BITS;
  if (outside > end) segments.push({ what: "outside", label: "", index: -1, start: end, end: outside });
  return segments.sort((a, b) => a.start - b.start);
}

/** The name of a member; of an anonymous struct or union the names in it. */
export function labelOf(member: LayoutMember): string {
  if (member.name !== null) return member.name;
  return (member.members ?? []).map(labelOf).join(" | ") || "(unnamed)";
}

/** Segments by cachelines, at most `most` of them, and how many cachelines were left out. */
export function mapLines(
  segments: readonly Segment[],
  size: number,
  most: number,
): { lines: MapLine[]; left: number } {
  const lines = new Map<number, { to: number; parts: MapPart[] }>();
  const put = (line: number, to: number, part: MapPart) => {
    const known = lines.get(line);
    if (known === undefined) lines.set(line, { to, parts: [part] });
    else known.parts.push(part);
  };
  for (const segment of segments) {
    const { start, end } = segment;
    for (let line = Math.floor(start / LINE_BITS); line * LINE_BITS < end && lines.size <= most; ) {
      const full = Math.floor(end / LINE_BITS) - line;
      if (start <= line * LINE_BITS && full >= LEAST_FOLDED) {
        put(line, line + full - 1, { segment, left: 0, width: 100 });
        line += full;
        continue;
      }
      const from = Math.max(start, line * LINE_BITS);
      const to = Math.min(end, (line + 1) * LINE_BITS);
      const left = ((from - line * LINE_BITS) / LINE_BITS) * 100;
      put(line, line, { segment, left, width: ((to - from) / LINE_BITS) * 100 });
      line++;
    }
  }
  const sorted = Array.from(lines, ([from, { to, parts }]) => ({ from, to, parts })).sort(
    (a, b) => a.from - b.from,
  );
  const shown = sorted.slice(0, most);
  const last = shown.at(-1)?.to ?? -1;
  return { lines: shown, left: Math.max(0, Math.ceil(size / CACHELINE) - 1 - last) };
}
