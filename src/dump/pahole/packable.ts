import type { TypeId } from "../../btf/btf.ts";
import type { PaholeComposite } from "./composites.ts";
import type { MemberColumns } from "./member-columns.ts";

/**
 * Bytes that a struct would take with its members in another order: the largest alignments first. Bitfields that share an
 * integer stay together. A struct that cannot be made smaller keeps its size.
 */
export function packedSize(
  struct: PaholeComposite,
  members: MemberColumns,
  alignmentOf: (type: TypeId) => number,
): number {
  const { type, offset, size, bitfieldSize } = members;
  const units: { size: number; align: number }[] = [];
  for (let i = struct.first; i < struct.first + struct.count; i++) {
    const joins =
      i > struct.first && bitfieldSize[i - 1] !== 0 && bitfieldSize[i] !== 0 && offset[i - 1] === offset[i];
    if (!joins) units.push({ size: size[i], align: Math.max(1, alignmentOf(type[i])) });
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
