import type { ChalkInstance } from "chalk";
import { explainFailure } from "../engine/explain-failure.ts";
import type { RelocationFailure } from "../engine/relocate.ts";
import { type ErrorData, errorText } from "../errors.ts";
import { safe } from "./safe.ts";

/** `btfx: FILE: SECTION: type [ID]: message`, and what to do about it below. */
export function errorLines(error: Omit<ErrorData, "code">, style: ChalkInstance): string {
  const lines = [`${style.red("btfx:")} ${safe(errorText(error))}`];
  if (error.hint !== undefined) lines.push(`      ${style.dim(safe(error.hint))}`);
  return `${lines.join("\n")}\n`;
}

/** The same for the error that ended the work on `input`. */
export function inputErrorLines(input: string, error: ErrorData, style: ChalkInstance): string {
  return errorLines({ ...error, at: { file: input, ...error.at } }, style);
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
  if (failure.unused) {
    lines.push(
      style.dim("      only types that nothing in the module uses need it: distill --prune drops them"),
    );
  }
  return `${lines.join("\n")}\n`;
}
