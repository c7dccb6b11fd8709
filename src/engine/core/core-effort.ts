import { BtfxError } from "../../errors.ts";
import { Effort } from "../../types/effort.ts";

/**
 * Steps allowed for the relocations of one object on one kernel: a second at worst. The largest real objects take some
 * ten thousand.
 */
const STEPS = 1_000_000;
/** Names that are compared for all suggestions about one object: a second at worst. */
const MOST_SUGGESTED = 500_000;

/**
 * Bounds the work of relocating one object on one kernel. libbpf's comparisons take few steps for the types that
 * compilers make, but exponentially many for types that were made to take long.
 */
export class CoreEffort extends Effort {
  readonly #say: (line: string) => void;
  #suggested = 0;

  /** `say` receives the lines that libbpf would print. */
  constructor(say: (line: string) => void) {
    super(
      STEPS,
      () =>
        new BtfxError(
          "unsupported",
          "the types of these relocations are too tangled to be compared in reasonable time",
          { hint: "no compiler makes such types: the object is damaged or was made to take long" },
        ),
    );
    this.#say = say;
  }

  /** Whether there is time to look for the name that was meant among so many. */
  suggests(names: number): boolean {
    this.#suggested += names;
    return this.#suggested <= MOST_SUGGESTED;
  }

  /** A line of libbpf's that belongs to no relocation. */
  remark(line: string): void {
    this.#say(line);
  }
}
