import { TOO_TANGLED } from "../../constants/merge-codes";
import { refuse } from "./host";

/** Remaining steps. On some types libbpf's algorithm takes quadratic or exponential time, on some it never ends. */
let left: i64 = 0;

/** Sets how many steps may be taken. */
export function allowEffort(steps: i64): void {
  left = steps;
}

/** Counts steps. Throws when too many were taken. */
export function spend(steps: u32): void {
  left -= steps;
  if (left < 0) refuse(TOO_TANGLED, 0);
}
