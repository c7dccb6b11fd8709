import { BtfxError } from "../../errors.ts";
import { Effort } from "../../types/effort.ts";

/** Steps allowed to each run, and more for each type: some seconds. The 64 largest modules of a kernel take a fifth of it. */
const STEPS = 10_000_000;
const STEPS_PER_TYPE = 500;

/**
 * The effort that deduplicating so many types may take. Compilers' types are compared in about as many steps as there are
 * types, but some graphs take quadratic or exponential time in libbpf's algorithm, and some never end.
 */
export function dedupEffort(types: number): Effort {
  return new Effort(
    STEPS + types * STEPS_PER_TYPE,
    () =>
      new BtfxError(
        "unsupported",
        "these types are too alike, or their graph too tangled, to be told apart in reasonable time",
        { hint: "no compiler makes such types; dump the files one by one" },
      ),
  );
}
