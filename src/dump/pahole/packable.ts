import type { PaholeComposite, PaholeMember } from "./composites.ts";

/**
 * Bytes that a struct would take with its members in another order: the largest alignments first. Bitfields that share an
 * integer stay together. A struct that cannot be made smaller keeps its size.
 */
export function packedSize(struct: PaholeComposite, alignmentOf: (member: PaholeMember) => number): number {
  const units: { size: number; align: number }[] = [];
  let last: PaholeMember | undefined;
  for (const member of struct.members) {
    const joins =
      last !== undefined &&
      last.bitfieldSize !== 0 &&
      member.bitfieldSize !== 0 &&
      last.offset === member.offset;
    if (!joins) units.push({ size: member.size, align: Math.max(1, alignmentOf(member)) });
    last = member;
  }
  const align = units.reduce((most, unit) => Math.max(most, unit.align), 1);
  units.sort((a, b) => b.align - a.align || b.size - a.size);
  let end = 0;
  for (const unit of units) end = roundUp(end, unit.align) + unit.size;
  return Math.min(struct.size, roundUp(end, align));
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
