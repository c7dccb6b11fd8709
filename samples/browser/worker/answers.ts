import { BtfxError, type ErrorData } from "../../../src/index.ts";

/** What the worker answers: a value, or why there is none. Errors of the library lose their hints between threads. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ErrorData };

/** Answers with what `work` makes. `file` is what it is about. */
export async function answer<T>(work: () => T | Promise<T>, file?: string): Promise<Answer<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (cause) {
    return { ok: false, error: toErrorData(cause, file) };
  }
}

/** An error as plain data. What the library did not foresee is told as a fault of btfx. */
export function toErrorData(cause: unknown, file?: string): ErrorData {
  const at = file === undefined ? {} : { file };
  if (cause instanceof BtfxError) return cause.within(at).toData();
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return { code: "bug", message, at, hint: "please report this, with the file if it may be shown" };
}
