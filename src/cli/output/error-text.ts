import type { ChalkInstance } from "chalk";
import { failureLines } from "../../engine/explain-failure.ts";
import type { BrokenRule } from "../../engine/match.ts";
import type { RelocationFailure } from "../../engine/relocate.ts";
import { type ErrorCode, type ErrorData, errorText } from "../../errors.ts";
import { safe } from "./safe.ts";

/** Codes that say no more than the message. */
const UNSAID: readonly ErrorCode[] = ["usage", "io", "exists", "bug", "crashed"];

/**
 * `btfx: FILE: SECTION: type [ID]: message [code]`, and what to do about it below. `btfx help errors` explains the
 * code.
 */
export function errorLines(error: ErrorData, style: ChalkInstance): string {
  const code = UNSAID.includes(error.code) ? "" : ` ${style.dim(`[${error.code}]`)}`;
  const lines = [`${style.red("btfx:")} ${safe(errorText(error))}${code}`];
  if (error.hint !== undefined) lines.push(`      ${style.dim(safe(error.hint))}`);
  return `${lines.join("\n")}\n`;
}

/** The same for the error that ended the work on `input`. */
export function inputErrorLines(input: string, error: ErrorData, style: ChalkInstance): string {
  return errorLines({ ...error, at: { file: input, ...error.at } }, style);
}

/**
 * Indented lines about a type that does not relocate: what the module needs, what the kernel has, and which types need
 * it.
 */
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

/** The cure for a module that does not relocate onto `base`, as the rest of a sentence. */
export function relocationCure(failures: readonly RelocationFailure[], base: string): string {
  const needed = failures.filter(({ unused }) => !unused);
  if (needed.length === 0)
    return "'btfx distill --prune' leaves out what nothing in it uses, and all else fits";
  if (needed.some(({ rule }) => OF_DISTILLED_BASE.includes(rule)))
    return "distill it again from its original";
  const build = `build it against ${base}`;
  if (needed.every(({ rule, embedded }) => rule === "size-differs" && embedded)) {
    return `${build}: only types that it holds by value are in the way, whose sizes changed`;
  }
  return `${build}; 'btfx diff OLD ${base} --module MODULE' shows what changed`;
}

/** Rules that a distilled base breaks by itself, whatever the kernel. */
const OF_DISTILLED_BASE: readonly BrokenRule[] = ["anonymous", "unexpected-kind", "unmapped-string"];
