import { UNFOLDS } from "../../constants/refusal-codes";
import { refuse } from "../common/host";
import { wordCount } from "../common/types";

// Bounds the text that is made of types without names. They are written out wherever they are used, so that a few can unfold to
// 2^n times their size; those of a compiler stay far below the limit.

/** Members that may be written: with all types of a kernel written out there is a quarter of a member for each word. */
let membersLeft: i64 = 0;
/** Parameters that may be written. */
let parametersLeft: i64 = 0;

export function startUnfolding(): void {
  membersLeft = (1 << 16) + i64(wordCount()) * 2;
  parametersLeft = (1 << 20) + i64(wordCount()) * 8;
}

/** Counts members of a type, which are lines. */
export function countMembers(id: u32, members: u32): void {
  membersLeft -= members;
  if (membersLeft < 0) refuse(UNFOLDS, id);
}

/** Counts parameters of a type. */
export function countParameters(id: u32, parameters: u32): void {
  parametersLeft -= parameters;
  if (parametersLeft < 0) refuse(UNFOLDS, id);
}
