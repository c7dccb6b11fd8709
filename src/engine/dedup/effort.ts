import { BtfxError } from "../../errors.ts";

/** Steps allowed to each run, and more for each type: some seconds. The 64 largest modules of a kernel take a fifth of it. */
const STEPS = 10_000_000;
const STEPS_PER_TYPE = 500;

/**
 * Bounds the work of a deduplication. Compilers' types are compared in about as many steps as there are types, but some
 * graphs take quadratic or exponential time in libbpf's algorithm, and some never end.
 */
export class Effort {
  #left: number;

  constructor(types: number) {
    this.#left = STEPS + types * STEPS_PER_TYPE;
  }

  /** Counts steps; throws `unsupported` when there were too many. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new BtfxError(
        "unsupported",
        "these types are too alike, or their graph too tangled, to be told apart in reasonable time",
        { hint: "no compiler makes such types; dump the files one by one" },
      );
    }
  }
}
