import { BtfxError } from "../errors.ts";
import { Effort } from "./effort.ts";

/** Steps allowed to each question, and more for each word of the types. Two kernels take less than one for each. */
const STEPS = 1 << 18;
const STEPS_PER_WORD = 8;

/**
 * The effort that one question about types of so many words may take. Unnamed structs and prototypes are unfolded where they are
 * used, which takes few steps for what compilers make, but exponentially many for types that were made for it.
 */
export function unfoldingEffort(words: number): Effort {
  return new Effort(
    STEPS + words * STEPS_PER_WORD,
    () =>
      new BtfxError("unsupported", "anonymous types expand to an unreasonable number of members", {
        hint: "no compiler makes such types: a file is damaged or was made to take long",
      }),
  );
}
