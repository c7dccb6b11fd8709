import type { Effort } from "../../types/effort.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { unfoldingEffort } from "../../types/unfolding-effort.ts";
import { NameNumbers, TupleNumbers } from "./numbers.ts";
import { numberRings } from "./rings.ts";
import { Side } from "./side.ts";

/** Two BTFs whose types have numbers in common. */
export interface Sides {
  readonly old: Side;
  readonly new: Side;
  readonly names: NameNumbers;
  /** Remaining effort for comparing them. */
  readonly effort: Effort;
}

/** Numbers the types of two BTFs. */
export function numberSides(old: FlatBtf, next: FlatBtf): Sides {
  const names = new NameNumbers(next.typeCount);
  const tuples = new TupleNumbers(next.typeCount / 2);
  const sides = {
    names,
    effort: unfoldingEffort(old.words.length + next.words.length),
    old: new Side(old, names.of(old.strings), tuples),
    new: new Side(next, names.of(next.strings), tuples),
  };
  const both = [sides.old, sides.new];
  for (const side of both) side.numberRefs();
  numberRings(both, tuples);
  return sides;
}
