import type { TypeId } from "../../btf/btf.ts";
import { MAX_NESTING } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { tooDeep, unfolds } from "../../types/refusals.ts";

/**
 * Bounds the C that is made of types without names. They are written out wherever they are used, so that a few can unfold to
 * 2^n times their size; those of a compiler stay far below the limit.
 */
export class Unfolding {
  private left: number;
  private depth = 0;

  /** `most`: steps that may be taken in all. */
  constructor(flat: FlatBtf, most: number = 2 ** 20 + flat.words.length * 8) {
    this.left = most;
  }

  /** Counts `steps` spent on a type; throws `unsupported` when there were too many. */
  step(typeId: TypeId, steps = 1): void {
    this.left -= steps;
    if (this.left < 0) throw unfolds(typeId);
  }

  /** Goes into a body or a list of parameters; throws `unsupported` when they are nested too deep. */
  enter(typeId: TypeId): void {
    if (++this.depth > MAX_NESTING) throw tooDeep(typeId);
  }

  /** Leaves it again. */
  leave(): void {
    this.depth--;
  }

  /** Whether what was entered last stands in another body or list. */
  get isNested(): boolean {
    return this.depth > 1;
  }
}
