import { TOO_TANGLED } from "../../constants/merge-codes";
import { refuse } from "./host";

/** Remaining steps: some types take quadratic or exponential time in libbpf's algorithm, and some never end. */
let left: i64 = 0;

export function allowEffort(steps: i64): void {
  left = steps;
}

/** Counts steps; refuses to go on when there were too many. */
export function spend(steps: u32): void {
  left -= steps;
  if (left < 0) refuse(TOO_TANGLED, 0);
}
