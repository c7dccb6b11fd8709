import { UNFOLDS } from "../../constants/refusal-codes";
import { refuse } from "../common/host";
import { limitNesting } from "../common/nesting";
import { wordCount } from "../common/types";

// Bounds the text for anonymous types. They are written out wherever they are used, so that n of them can expand to 2^n
// times their size. Types from a compiler stay far below the limit.

/** Remaining steps. */
let left: i64 = 0;
/** How deep bodies and lists of parameters are nested. */
let depth: u32 = 0;

/** Sets the limits, in proportion to the input. */
export function startUnfolding(): void {
  left = (1 << 20) + i64(wordCount()) * 8;
  depth = 0;
}

/** Counts steps spent on a type. Refuses the type if there were too many. */
export function step(typeId: u32, steps: u32 = 1): void {
  left -= steps;
  if (left < 0) refuse(UNFOLDS, typeId);
}

/** Enters a body or a list of parameters. Refuses the type if they are nested too deep. */
export function enter(typeId: u32): void {
  limitNesting(++depth, typeId);
}

/** Leaves the body or list that was entered last. */
export function leave(): void {
  depth--;
}

/** Whether the body or list that was entered last is inside another. */
export function isNested(): bool {
  return depth > 1;
}
