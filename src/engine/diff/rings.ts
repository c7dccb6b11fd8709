import type { TypeId } from "../../btf/btf.ts";
import { TupleNumbers } from "./numbers.ts";
import { IN_RING, type Ref, type Side, unnamedRef } from "./side.ts";

/** Types that differ first beyond so many steps around a ring count as equal. */
const MOST_ROUNDS = 64;
/** Above all other references: what a type in a ring counts as until its number is known. */
const FIRST_COLOUR = 0xf0000000;
/** First word of the tuple of a type in a ring. */
const RING_MARK = 0xffffffff;

/**
 * Gives reference numbers to unnamed types that lead back to themselves through unnamed ones only. No compiler makes them,
 * since a ring in C goes through a name; they have no deepest type to begin with. So all of them begin as equal and are told
 * apart by what they refer to, round after round, until a round tells no more apart (partition refinement).
 */
export function numberRings(sides: readonly Side[], tuples: TupleNumbers): void {
  const rings = sides.map((side) => ({ side, ids: idsInRings(side) }));
  if (rings.every(({ ids }) => ids.length === 0)) return;
  let classes = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const colours = new TupleNumbers(0);
    const next = rings.map(({ side, ids }) => ids.map((id) => FIRST_COLOUR + side.shape(id, colours)));
    for (const [i, { side, ids }] of rings.entries()) setRefs(side, ids, next[i]);
    if (colours.count === classes) break;
    classes = colours.count;
  }
  for (const { side, ids } of rings) {
    const refs = ids.map((id) => {
      const words = tuples.room(2);
      words[tuples.length++] = RING_MARK;
      words[tuples.length++] = side.refs[id];
      return unnamedRef(tuples.close());
    });
    setRefs(side, ids, refs);
  }
}

function setRefs(side: Side, ids: readonly TypeId[], refs: readonly Ref[]): void {
  for (let i = 0; i < ids.length; i++) side.refs[ids[i]] = refs[i];
}

function idsInRings(side: Side): TypeId[] {
  const ids: TypeId[] = [];
  for (let id = 1; id < side.refs.length; id++) if (side.refs[id] === IN_RING) ids.push(id);
  return ids;
}
