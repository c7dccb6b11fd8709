import type { Kernel } from "./kernel.ts";

// Numbers of the errors that a kernel returns (asm-generic/errno.h, and ENOTSUPP of linux/errno.h).

/** No such entry. */
export const ENOENT = 2;
/** Argument list too long. */
export const E2BIG = 7;
/** Bad address. */
export const EFAULT = 14;
/** Exists already. */
export const EEXIST = 17;
/** Invalid argument. */
export const EINVAL = 22;
/** Loop. */
export const ELOOP = 40;
/** Not supported; a number inside the kernel. */
export const ENOTSUPP = 524;

/** Name of an error number, such as `EINVAL`. */
export function errnoName(errno: number): string {
  return (
    { 2: "ENOENT", 7: "E2BIG", 14: "EFAULT", 17: "EEXIST", 22: "EINVAL", 40: "ELOOP", 524: "ENOTSUPP" }[
      errno
    ] ?? `errno ${errno}`
  );
}

/**
 * How the kernel writes the line of a failed rule, before the phrase: nothing; `[id] `; `[id] KIND name `; `[id] KIND
 * name details `; a tab; a tab and the member; a tab and the section entry.
 */
export type LogForm = "plain" | "id" | "basic" | "type" | "tab" | "member" | "entry";

/** One rule of the kernel: what it says when the rule is broken, and in which releases it holds. */
export interface Rule {
  /** The words of the kernel's log, `%u` and `%x` for numbers; null where it refuses without a word. */
  readonly phrase: string | null;
  /** Explains the fault in our own words. */
  readonly says: string;
  /** Positive error number; EINVAL where none is given. */
  readonly errno?: number;
  readonly form?: LogForm;
  /** First release with the rule; without it, all known. */
  readonly since?: Kernel;
  /** First release without it. */
  readonly until?: Kernel;
}

/** A rule that one look at `T` decides. */
export interface Check<T> extends Rule {
  readonly broken: (it: T) => boolean;
  /** Numbers for the phrase. */
  readonly values?: (it: T) => readonly number[];
}

/** Whether `kernel` has the rule. */
export function inForce(rule: Rule, kernel: Kernel): boolean {
  return (
    (rule.since === undefined || kernel >= rule.since) && (rule.until === undefined || kernel < rule.until)
  );
}

/** The phrase with its numbers in place. */
export function phraseOf(rule: Rule, values: readonly number[]): string | null {
  let next = 0;
  return rule.phrase?.replace(/%[ux]/g, (form) => values[next++].toString(form === "%x" ? 16 : 10)) ?? null;
}
