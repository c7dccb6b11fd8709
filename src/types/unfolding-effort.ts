import { BtfxError } from "../errors.ts";
import { Effort } from "./effort.ts";

/**
 * Steps that a question may take, plus some for each word of the types. Two kernels take less than one for each word.
 */
const STEPS = 1 << 18;
const STEPS_PER_WORD = 8;

/**
 * The effort that a question about types may take, given their number of words. Unnamed structs and prototypes are
 * expanded wherever they are used. That takes few steps for types from a compiler, but exponentially many for types
 * that were made to take long.
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
