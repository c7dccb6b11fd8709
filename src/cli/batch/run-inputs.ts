import { availableParallelism } from "node:os";
import { BtfxError } from "../../errors.ts";
import { type Collecting, collectInputs, type InputFile } from "../../io/collect.ts";

/** Options of all commands over many inputs, as commander gives them. */
export interface RunOptions {
  readonly jobs?: string;
  readonly shard?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly pretty?: boolean;
  readonly jsonl?: boolean;
  /** File for the HTML page of the results. */
  readonly html?: string;
}

/** An input with its place among those of all shards. */
export interface NumberedInput {
  readonly input: InputFile;
  readonly number: number;
}

/** The inputs of a run: all that were found, or the part of --shard. */
export function inputsOfRun(
  paths: readonly string[],
  command: Collecting,
  { shard }: RunOptions,
): { readonly inputs: readonly NumberedInput[]; readonly total: number } {
  const all = collectInputs(paths, command).map((input, number) => ({ input, number }));
  if (shard === undefined) return { inputs: all, total: all.length };
  const [part, parts] = shardOf(shard);
  // By name, not by position: adding or removing an input moves no other input to another shard.
  const inputs = all.filter(({ input }) => hashText(input.below) % parts === part - 1);
  return { inputs, total: all.length };
}

/** Number of threads for a run: --jobs, or one for each core. Throws `usage`. */
export function threadsOf({ jobs }: RunOptions): number {
  if (jobs === undefined) return availableParallelism();
  if (!/^[1-9]\d{0,2}$/.test(jobs)) {
    throw new BtfxError("usage", `--jobs takes a number from 1 to 999, not '${jobs}'`);
  }
  return Number(jobs);
}

/** `2/4` as [2, 4]. Throws `usage`. */
function shardOf(text: string): [number, number] {
  const [, part, parts] = /^([1-9]\d{0,6})\/([1-9]\d{0,6})$/.exec(text) ?? [];
  if (part === undefined || Number(part) > Number(parts)) {
    throw new BtfxError("usage", `--shard takes I/N with I from 1 to N, not '${text}'`, {
      hint: "--shard 1/4 is the first quarter of the inputs",
    });
  }
  return [Number(part), Number(parts)];
}

/** FNV-1a, 32 bits: the same on every machine and in every version. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
