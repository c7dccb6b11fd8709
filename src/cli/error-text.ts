import type { ChalkInstance } from "chalk";
import { failureLines } from "../engine/explain-failure.ts";
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
  const { kind, name, what, users, note } = failureLines(failure, base);
  const lines = [kind === "" ? `    ${what}` : `    ${kind} ${style.bold(name)} ${what}`];
  if (users !== undefined) lines.push(style.dim(`      ${users}`));
  if (note !== undefined) lines.push(style.dim(`      ${note}`));
  return `${lines.join("\n")}\n`;
}
