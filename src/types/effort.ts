import type { BtfxError } from "../errors.ts";

/**
 * Bounds the work of an algorithm that is fast on what compilers make, and takes quadratic time or worse on what a file
 * may hold to waste it.
 */
export class Effort {
  private left: number;
  private readonly refusal: () => BtfxError;

  /** At most `steps` steps; `refusal` makes the error that more of them end in. */
  constructor(steps: number, refusal: () => BtfxError) {
    this.left = steps;
    this.refusal = refusal;
  }

  /** Counts steps; throws when there were too many. */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw this.refusal();
  }
}
