import { UNFOLDS } from "../../constants/refusal-codes";
import { refuse } from "../common/host";
import { wordCount } from "../common/types";

// Bounds the text for anonymous types. They are written out wherever they are used, so that n of them can expand to 2^n
// times their size. Types from a compiler stay far below the limit.

/**
 * How many members may still be written. A kernel with all types written out has a quarter of a member for each word.
 */
let membersLeft: i64 = 0;
/** How many parameters, and types that their names are made of, may still be written. */
let parametersLeft: i64 = 0;

/** Sets the limits, in proportion to the input. */
export function startUnfolding(): void {
  membersLeft = (1 << 16) + i64(wordCount()) * 2;
  parametersLeft = (1 << 20) + i64(wordCount()) * 8;
}

/** Counts members of a type, each a line. Refuses the type if there were too many. */
export function countMembers(id: u32, members: u32): void {
  membersLeft -= members;
  if (membersLeft < 0) refuse(UNFOLDS, id);
}

/** Counts parameters of a type, or types that a name is made of. Refuses the type if there were too many. */
export function countParameters(id: u32, parameters: u32): void {
  parametersLeft -= parameters;
  if (parametersLeft < 0) refuse(UNFOLDS, id);
}
