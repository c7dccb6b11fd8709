import { BtfxError, type ErrorData } from "../../errors.ts";
import type { InputFile } from "../../io/collect.ts";
import type { Interrupt } from "./interrupt.ts";

/** A job that an error ended. */
export interface Refused {
  readonly input: string;
  readonly refusal: ErrorData;
}

/** The result of a job, or the error that ended it. A bug in one of thousands of jobs must not stop the others. */
export async function attemptJob<T>(input: InputFile, work: () => Promise<T>): Promise<T | Refused> {
  try {
    if (input.problem !== undefined) return { input: input.path, refusal: input.problem };
    return await work();
  } catch (error) {
    return { input: input.path, refusal: refusalOf(error) };
  }
}

function refusalOf(error: unknown): ErrorData {
  if (error instanceof BtfxError) return error.toData();
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const text = process.env.BTFX_DEBUG ? (stack ?? message) : message;
  return {
    code: "bug",
    message: `internal error: ${text}`,
    at: {},
    hint: "this is a bug in btfx; BTFX_DEBUG=1 shows the stack trace",
  };
}

/** Whether a job was refused. */
export function isRefused(result: unknown): result is Refused {
  return typeof result === "object" && result !== null && "refusal" in result;
}

/**
 * Whether a job counts as not done. Ctrl-C also ends the programs that a job started, so a job that fails after a
 * signal may have failed because of it.
 */
export function isCutOff(result: unknown, { signal }: Interrupt): boolean {
  return signal !== undefined && isRefused(result);
}
