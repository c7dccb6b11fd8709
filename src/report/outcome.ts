import type { RelocationFailure } from "../engine/relocate.ts";
import type { ErrorData, ErrorPlace } from "../errors.ts";

/** One type of a distilled base that has no counterpart in the base. */
export type UnmappedType = { readonly code: "unmapped" } & RelocationFailure;

/** Why a module was not done: an error with its place, or one type that does not relocate. */
export type Failure = ErrorData | UnmappedType;

/** What became of one input of distill or relocate. Plain data. */
export interface Outcome {
  readonly input: string;
  readonly ok: boolean;
  /** Whether --resume found it done. */
  readonly skipped?: true;
  /** The vmlinux that was used. */
  readonly base?: string;
  /** Files written. */
  readonly outputs: readonly string[];
  /** Counts of what was done; the command says which. */
  readonly stats?: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  readonly warnings: readonly string[];
}

/** The outcome of an input that an error ended. */
export function failedOutcome(input: string, error: ErrorData): Outcome {
  return { input, ok: false, outputs: [], failures: [error], warnings: [] };
}

/** The failures of an outcome that are types which do not relocate. */
export function unmappedTypes(failures: readonly Failure[]): UnmappedType[] {
  return failures.filter((failure) => failure.code === "unmapped");
}

/** The failures of an outcome that are errors. */
export function errorsOf(failures: readonly Failure[]): ErrorData[] {
  return failures.filter((failure) => failure.code !== "unmapped");
}

/** A failure as JSON has it: the place of an error beside its code and message. */
export function failureJson(failure: Failure): object {
  if (failure.code === "unmapped") return failure;
  const { code, message, hint, at } = failure;
  return { code, message, ...(hint === undefined ? {} : { hint }), ...at };
}

/** The failure that {@link failureJson} made this of. */
export function failureOfJson(json: object): Failure {
  const failure = json as UnmappedType | (Omit<ErrorData, "at"> & ErrorPlace);
  if (failure.code === "unmapped") return failure;
  const { code, message, hint, ...at } = failure;
  return { code, message, ...(hint === undefined ? {} : { hint }), at };
}

/** An outcome as JSON has it. */
export function outcomeJson(outcome: Outcome): object {
  return { ...outcome, failures: outcome.failures.map(failureJson) };
}
