import type { Btf, TypeId } from "../../btf/btf.ts";
import { ARRAY, ARRAY_TYPE, isComposite } from "../../btf/kinds.ts";
import { alignOf, skipModifiers } from "../../types/sizes.ts";
import { MAX_NESTING, tooDeep } from "../../types/type-errors.ts";
import type { PaholeLayouts } from "./layouts.ts";

/** A unit that moves as a whole: a member, or members whose bytes overlap, such as bitfields in one integer. */
interface Unit {
  readonly offset: number;
  readonly size: number;
  readonly align: number;
}

/**
 * How small structs are with their members in another order: the largest alignments first, an array without a length
 * last. Bitfields that share an integer stay together, and with the members that lie in it too. What its offset shows
 * to be aligned further than its type asks for, to a cache line say, stays so, in the structs that are its members too.
 * pahole's `--packable` moves member by member into holes and stops at what it cannot fill, so it finds fewer structs
 * and less in them.
 */
export class Packing {
  private readonly btf: Btf;
  private readonly layouts: PaholeLayouts;
  private readonly aligns = new Map<TypeId, number>();

  constructor(btf: Btf, layouts: PaholeLayouts) {
    this.btf = btf;
    this.layouts = layouts;
  }

  /** Bytes of a struct whose members are in the best order: its size if they are. */
  sizeOf(id: TypeId): number {
    const struct = this.layouts.of(id);
    const units = this.units(id);
    const last = units.at(-1);
    // An array without a length can only be last.
    const flexible = last !== undefined && last.size === 0 ? units.pop() : undefined;
    units.sort((a, b) => b.align - a.align || b.size - a.size);
    if (flexible !== undefined) units.push(flexible);
    let end = 0;
    for (const unit of units) end = roundUp(end, unit.align) + unit.size;
    return Math.min(struct.size, roundUp(end, this.alignment(id, 0)));
  }

  private units(id: TypeId): Unit[] {
    const units: Unit[] = [];
    for (const { type, offset, size, alignment } of this.layouts.membersOf(id)) {
      let unit: Unit = { offset, size, align: Math.max(alignment, this.alignment(type, 0)) };
      for (let last = units.at(-1); last !== undefined && overlap(last, unit); last = units.at(-1)) {
        unit = joined(last, unit);
        units.pop();
      }
      units.push(unit);
    }
    return units;
  }

  /** Alignment of a type in bytes, by its nature or by the offsets of its members. */
  private alignment(typeId: TypeId, depth: number): number {
    if (depth > MAX_NESTING) throw tooDeep(typeId);
    const { btf } = this;
    const id = skipModifiers(btf, typeId);
    const known = this.aligns.get(id);
    if (known !== undefined) return known;
    let align = Math.max(1, alignOf(btf, id) ?? 1);
    if (btf.kind(id) === ARRAY) {
      const holder = btf.holder(id);
      align = this.alignment(holder.words[holder.start(id) + ARRAY_TYPE], depth + 1);
    } else if (isComposite(btf.kind(id))) {
      align = Math.max(align, this.layouts.of(id).alignment);
      for (const { type, alignment } of this.layouts.membersOf(id)) {
        align = Math.max(align, alignment, this.alignment(type, depth + 1));
      }
    }
    this.aligns.set(id, align);
    return align;
  }
}

function overlap(a: Unit, b: Unit): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

function joined(a: Unit, b: Unit): Unit {
  const offset = Math.min(a.offset, b.offset);
  const end = Math.max(a.offset + a.size, b.offset + b.size);
  return { offset, size: end - offset, align: Math.max(a.align, b.align) };
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
