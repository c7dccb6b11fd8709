import { BtfxError, type ErrorData } from "../../errors.ts";
import type { InputFile } from "../../io/collect.ts";
import type { Interrupt } from "./interrupt.ts";

/** A job that an error ended. */
export interface Refused {
  readonly input: string;
  readonly refusal: ErrorData;
}

/** The result of a job, or the error why there is none. A bug in one of thousands of jobs must not stop the others. */
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
 * Whether a job counts as not done: Ctrl-C ends the programs that a job started too, so that jobs which fail after a signal may have
 * failed by it.
 */
export function isCutOff(result: unknown, { signal }: Interrupt): boolean {
  return signal !== undefined && isRefused(result);
}
