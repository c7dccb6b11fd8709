import { TOO_DEEP, UNFOLDS } from "../../constants/refusal-codes";
import { MAX_NESTING } from "../../constants/type-limits";
import { refuse } from "../common/host";
import { wordCount } from "../common/types";

// Bounds the C that is made of types without names. They are written out wherever they are used, so that a few can unfold to
// 2^n times their size; those of a compiler stay far below the limit.

let left: i64 = 0;
let depth: u32 = 0;

export function startUnfolding(): void {
  left = (1 << 20) + i64(wordCount()) * 8;
  depth = 0;
}

/** Counts `steps` spent on a type; refuses it when there were too many. */
export function step(typeId: u32, steps: u32 = 1): void {
  left -= steps;
  if (left < 0) refuse(UNFOLDS, typeId);
}

/** Goes into a body or a list of parameters; refuses the type when they are nested too deep. */
export function enter(typeId: u32): void {
  depth++;
  if (depth > u32(MAX_NESTING)) refuse(TOO_DEEP, typeId);
}

/** Leaves it again. */
export function leave(): void {
  depth--;
}

/** Whether what was entered last stands in another body or list. */
export function isNested(): bool {
  return depth > 1;
}
