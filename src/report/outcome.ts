import type { Issue } from "../engine/core/judge.ts";
import type { RelocationFailure } from "../engine/relocate.ts";
import type { ErrorData, ErrorPlace } from "../errors.ts";

/** One type of a distilled base that has no counterpart in the base. */
export type UnmappedType = { readonly code: "unmapped" } & RelocationFailure;

/**
 * Something that a BPF object needs and the kernel does not have; `program` is the one that comes to it, null where all
 * do.
 */
export type UnresolvedAccess = {
  readonly code: "unresolved";
  readonly program: string | null;
  readonly issue: Issue;
};

/** Why an input was not done: an error with its place, one type or one access that does not relocate. */
export type Failure = ErrorData | UnmappedType | UnresolvedAccess;

/** The outcome of distill or relocate for one input. Plain data. */
export interface Outcome {
  readonly input: string;
  readonly ok: boolean;
  /** Whether there was nothing to do: --resume found it done, or it is a link to another input. */
  readonly skipped?: true;
  /** The vmlinux that was used. */
  readonly base?: string;
  /** Files written. */
  readonly outputs: readonly string[];
  /** Counts of the work that was done, by the command. */
  readonly stats?: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  readonly warnings: readonly string[];
}

/** Whether a failure is the answer that was asked for: something does not fit the kernel. Others are errors. */
export function isAnswer(failure: Failure): failure is UnmappedType | UnresolvedAccess {
  return failure.code === "unmapped" || failure.code === "unresolved";
}

/** The outcome of an input that an error ended. */
export function failedOutcome(input: string, error: ErrorData): Outcome {
  return { input, ok: false, outputs: [], failures: [error], warnings: [] };
}

/** The failures of an outcome that are types which do not relocate. */
export function unmappedTypes(failures: readonly Failure[]): UnmappedType[] {
  return failures.filter((failure) => failure.code === "unmapped");
}

/** In a few words why a module does not fit: the rule, and the type that breaks it. */
export function unmappedCell({ rule, name }: RelocationFailure): string {
  return `${rule.replaceAll("-", " ")}${name === "" ? "" : `: ${name}`}`;
}

/** The failures of an outcome that are errors. */
export function errorsOf(failures: readonly Failure[]): ErrorData[] {
  return failures.filter((failure) => !isAnswer(failure));
}

/** The failures of an outcome that are accesses of a BPF object. */
export function unresolvedAccesses(failures: readonly Failure[]): UnresolvedAccess[] {
  return failures.filter((failure) => failure.code === "unresolved");
}

/** A failure in JSON: the place of an error beside its code and message. */
export type FailureJson = UnmappedType | UnresolvedAccess | (Omit<ErrorData, "at"> & ErrorPlace);

/** An outcome in JSON. */
export type OutcomeJson = Omit<Outcome, "failures"> & { readonly failures: readonly FailureJson[] };

/** See {@link FailureJson}. */
export function failureJson(failure: Failure): FailureJson {
  if (isAnswer(failure)) return failure;
  const { code, message, hint, at } = failure;
  return { code, message, ...(hint === undefined ? {} : { hint }), ...at };
}

/** The failure that {@link failureJson} made this of. */
export function failureOfJson(json: object): Failure {
  const failure = json as FailureJson;
  if (failure.code === "unmapped" || failure.code === "unresolved") return failure;
  const { code, message, hint, ...at } = failure;
  return { code, message, ...(hint === undefined ? {} : { hint }), at };
}

/** See {@link OutcomeJson}. */
export function outcomeJson(outcome: Outcome): OutcomeJson {
  return { ...outcome, failures: outcome.failures.map(failureJson) };
}
