import type { TypeId } from "../../btf/btf.ts";
import { sameDefinition } from "./same.ts";
import { FAMILIES, familyOf, type Ref, type Side } from "./side.ts";
import type { Sides } from "./sides.ts";

/** All definitions of one name and family in both BTFs, ascending, those of equal content once. One list may be empty. */
export interface Unit {
  readonly ref: Ref;
  readonly old: readonly TypeId[];
  readonly new: readonly TypeId[];
}

/** The definitions of one BTF by their reference numbers. */
class Definitions {
  readonly side: Side;
  /** By reference number: the first definition; by id: the next one of that number. */
  readonly #heads: Uint32Array;
  readonly #next: Uint32Array;

  constructor(side: Side, refCount: number) {
    this.side = side;
    this.#heads = new Uint32Array(refCount);
    this.#next = new Uint32Array(side.flat.typeCount);
    const { refs } = side;
    for (let id = refs.length - 1; id > 0; id--) {
      if (!side.isDefinition(id)) continue;
      this.#next[id] = this.#heads[refs[id]];
      this.#heads[refs[id]] = id;
    }
  }

  first(ref: Ref): TypeId {
    return this.#heads[ref];
  }

  next(id: TypeId): TypeId {
    return this.#next[id];
  }

  /** Whether the topmost split has one of that number. */
  hasOwn(ref: Ref): boolean {
    const { firstOwnId } = this.side.flat;
    let id = this.first(ref);
    while (id !== 0 && id < firstOwnId) id = this.next(id);
    return id !== 0;
  }

  /** All of one number, those of equal content once. */
  all(ref: Ref): TypeId[] {
    const byContent = new Map<number, TypeId>();
    for (let id = this.first(ref); id !== 0; id = this.next(id)) {
      const content = this.side.content(id);
      if (!byContent.has(content)) byContent.set(content, id);
    }
    return [...byContent.values()];
  }
}

/**
 * Goes over the units that either BTF has own definitions of, in the order of the new one's ids, then of the old one's. `same`
 * is called with the id of a definition that is alone on both sides and equal, as nearly all are; `visit` with all others.
 */
export function forEachUnit(sides: Sides, same: (newId: TypeId) => void, visit: (unit: Unit) => void): void {
  const refCount = sides.names.count * FAMILIES;
  const old = new Definitions(sides.old, refCount);
  const next = new Definitions(sides.new, refCount);
  const isSplit = sides.old.flat.firstOwnId > 1 || sides.new.flat.firstOwnId > 1;
  for (let id = 1; id < sides.new.refs.length; id++) {
    const ref = sides.new.refs[id];
    if (familyOf(ref) === 0 || next.first(ref) !== id) continue;
    if (isSplit && !next.hasOwn(ref) && !old.hasOwn(ref)) continue;
    const was = old.first(ref);
    const isAlone = next.next(id) === 0 && was !== 0 && old.next(was) === 0;
    if (isAlone && sameDefinition(sides, was, id)) same(id);
    else visit({ ref, old: old.all(ref), new: next.all(ref) });
  }
  for (let id = 1; id < sides.old.refs.length; id++) {
    const ref = sides.old.refs[id];
    if (familyOf(ref) === 0 || old.first(ref) !== id || next.first(ref) !== 0) continue;
    if (old.hasOwn(ref)) visit({ ref, old: old.all(ref), new: [] });
  }
}

/** The counterpart of each definition, 0 for none. */
export interface Match {
  readonly old: TypeId;
  readonly new: TypeId;
}

/** Largest set whose members are all compared with each other; larger ones do not occur in kernels and are paired in order. */
const MOST_COMPARED = 1 << 12;

/**
 * Pairs the definitions of a unit that have no equal on the other side: of the same kind and with the most names in common
 * first. What is left over is new or gone.
 */
export function matchUnit(sides: Sides, unit: Unit): Match[] {
  const had = new Set(unit.old.map((id) => sides.old.content(id)));
  const has = new Set(unit.new.map((id) => sides.new.content(id)));
  const before = unit.old.filter((id) => !has.has(sides.old.content(id)));
  const after = unit.new.filter((id) => !had.has(sides.new.content(id)));
  const matches = pairs(sides, before, after);
  const pairedOld = new Set(matches.map((match) => match.old));
  const pairedNew = new Set(matches.map((match) => match.new));
  for (const id of before) if (!pairedOld.has(id)) matches.push({ old: id, new: 0 });
  for (const id of after) if (!pairedNew.has(id)) matches.push({ old: 0, new: id });
  return matches;
}

/** As many pairs as the shorter list has definitions: in order where there is no choice, or too much of it. */
function pairs(sides: Sides, before: readonly TypeId[], after: readonly TypeId[]): Match[] {
  const choices = before.length * after.length;
  if (choices === 1 || choices > MOST_COMPARED) {
    const length = Math.min(before.length, after.length);
    return Array.from({ length }, (_, i) => ({ old: before[i], new: after[i] }));
  }
  const matches: Match[] = [];
  const takenOld = new Set<TypeId>();
  const takenNew = new Set<TypeId>();
  for (const { old, new: next } of closestFirst(sides, before, after)) {
    if (takenOld.has(old) || takenNew.has(next)) continue;
    takenOld.add(old);
    takenNew.add(next);
    matches.push({ old, new: next });
  }
  return matches;
}

/** All pairs of the two lists: those of one kind first, then those with most names in common, then in order. */
function closestFirst(sides: Sides, before: readonly TypeId[], after: readonly TypeId[]): Match[] {
  const newNames = after.map((id) => elementNames(sides.new, id));
  const all: { readonly old: TypeId; readonly new: TypeId; readonly score: number }[] = [];
  for (const old of before) {
    const names = elementNames(sides.old, old);
    for (const [j, id] of after.entries()) {
      const sameKind = sides.old.flat.kinds[old] === sides.new.flat.kinds[id] ? 1 : 0;
      let common = 0;
      for (const name of names) if (newNames[j].has(name)) common++;
      all.push({ old, new: id, score: sameKind * (1 << 24) + common });
    }
  }
  return all.sort((a, b) => b.score - a.score);
}

function elementNames(side: Side, id: TypeId): Set<number> {
  const names = new Set<number>();
  side.forEachElementName(id, (name) => names.add(name));
  return names;
}
