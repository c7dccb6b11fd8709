import type { TypeId } from "../../btf/btf.ts";
import { wordsAt } from "../../btf/words.ts";
import type { Ref, Side } from "./side.ts";
import type { Sides } from "./sides.ts";

/**
 * All definitions of one name and family in both BTFs, ascending. Of several with equal content, only the first. One
 * list may be empty.
 */
export interface Unit {
  readonly ref: Ref;
  readonly old: readonly TypeId[];
  readonly new: readonly TypeId[];
}

/**
 * Goes over the units that either BTF has own definitions of. `same` is called with the id of a definition that is
 * alone on both sides and equal, as nearly all are; then `visit` with all others, in the order of the new BTF's ids,
 * then of the old one's.
 */
export function forEachUnit(sides: Sides, same: (newId: TypeId) => void, visit: (unit: Unit) => void): void {
  const { machine } = sides;
  const { code } = machine;
  code.findUnits();
  for (const id of wordsAt(machine.memory.bytes, code.same.value, code.sameCount.value)) same(id);
  for (const ref of wordsAt(machine.memory.bytes, code.others.value, code.otherCount.value)) {
    visit({ ref, old: sides.old.definitions(ref), new: sides.new.definitions(ref) });
  }
}

/** The counterpart of each definition, 0 for none. */
export interface Match {
  readonly old: TypeId;
  readonly new: TypeId;
}

/**
 * Largest set whose members are all compared with each other; larger ones do not occur in kernels and are paired in
 * order.
 */
const MOST_COMPARED = 1 << 12;

/**
 * Pairs the definitions of a unit that have no equal on the other side: first those of the same kind that have the most
 * names in common. Those that remain are new or gone.
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

/**
 * Pairs old and new definitions, as many as the shorter list has: in their order if there is no choice, or too many
 * choices.
 */
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
