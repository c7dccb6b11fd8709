import type { ChalkInstance } from "chalk";
import { explainFailure } from "../engine/explain-failure.ts";
import type { RelocationFailure } from "../engine/relocate.ts";
import { BtfxError, type ErrorCode } from "../errors.ts";
import { safe } from "./safe.ts";

/** Why a module was not done, as JSON: an error with its place, or one type that does not relocate. */
export type Failure =
  | {
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint?: string;
      readonly file?: string;
      readonly section?: string;
      readonly typeId?: number;
      readonly offset?: number;
    }
  | ({ readonly code: "unmapped" } & RelocationFailure);

/** What became of one input. */
export interface Outcome {
  readonly input: string;
  readonly ok: boolean;
  /** The vmlinux that was used. */
  readonly base?: string;
  /** Files written. */
  readonly outputs: readonly string[];
  /** Counts of what was done; the command says which. */
  readonly stats?: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  readonly warnings: readonly string[];
}

/** The outcome of an input that a {@link BtfxError} ended. */
export function failedOutcome(input: string, error: BtfxError): Outcome {
  const { code, message, hint, at } = error;
  const failure: Failure = { code, message, ...(hint === undefined ? {} : { hint }), ...at };
  return { input, ok: false, outputs: [], failures: [failure], warnings: [] };
}

/** `btfx: FILE: SECTION: type [ID]: message`, and what to do about it below. */
export function errorLines(error: BtfxError, style: ChalkInstance): string {
  const lines = [`${style.red("btfx:")} ${safe(error.toString())}`];
  if (error.hint !== undefined) lines.push(`      ${style.dim(safe(error.hint))}`);
  return `${lines.join("\n")}\n`;
}

/** The same from an outcome's failure. */
export function failureLines(outcome: Outcome, failure: Failure, style: ChalkInstance): string {
  if (failure.code === "unmapped") return "";
  const { code, message, hint, ...context } = failure;
  return errorLines(new BtfxError(code, message, { at: { file: outcome.input, ...context }, hint }), style);
}

/** Indented lines that explain one type that does not relocate: what is needed, what is there, who needs it. */
export function relocationFailureLines(
  failure: RelocationFailure,
  base: string,
  style: ChalkInstance,
): string {
  const what =
    failure.id === 0
      ? failure.message
      : `${failure.kind} ${style.bold(failure.name || "(anon)")} [${failure.id}]: ${explainFailure(failure, base)}`;
  const lines = [`    ${what}`];
  if (failure.users.length > 0) {
    const users = failure.users.map((user) => `${user.how} ${user.kind} ${user.name} [${user.id}]`);
    const byHow = ["embeds", "uses"].flatMap((how) => {
      const those = users.filter((user) => user.startsWith(how)).map((user) => user.slice(how.length + 1));
      return those.length === 0
        ? []
        : [`${how === "embeds" ? "embedded in" : "used by"} ${those.join(", ")}`];
    });
    lines.push(style.dim(`      ${byHow.join("; ")}`));
  }
  return `${lines.join("\n")}\n`;
}
