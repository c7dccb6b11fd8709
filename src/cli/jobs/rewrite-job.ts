import type { InputFile } from "../../io/collect.ts";
import type { OutputPlan } from "../../io/write/outputs.ts";

/** One input of distill or relocate, and where it is written to. Plain data. */
export interface RewriteJob {
  readonly input: InputFile;
  readonly plan: OutputPlan;
  /** Which of the bases it is done on, where it is done on each. */
  readonly base: number;
}
