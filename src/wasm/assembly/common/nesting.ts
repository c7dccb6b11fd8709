import { TOO_DEEP } from "../../constants/refusal-codes";
import { MAX_NESTING } from "../../constants/type-limits";
import { refuse } from "./host";

/**
 * Refuses a type at a depth to which no compiler nests types. What goes deeper by recursion calls this at each level.
 */
export function limitNesting(depth: u32, id: u32): void {
  if (depth > u32(MAX_NESTING)) refuse(TOO_DEEP, id);
}
