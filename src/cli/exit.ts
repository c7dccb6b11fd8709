import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import type { ExplainedCode } from "../report/error-help.ts";

/** What the process exits with; of several the highest wins. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** The answer is no: it does not relocate, the base is the wrong one, verify found something. */
  no: 1,
  /** The command line does not make sense, or asks for something that needs another option. */
  usage: 2,
  /** The input is damaged or not what the command needs. */
  input: 3,
  /** The operating system said no, or a file is missing or in the way. */
  io: 4,
  /** A bug of btfx (EX_SOFTWARE, sysexits.h). */
  bug: 70,
} as const;

const BY_CODE: Readonly<Partial<Record<ErrorCode, number>>> = {
  "wrong-base": EXIT.no,
  "not-distillable": EXIT.no,
  "bad-distilled-base": EXIT.no,
  "kernel-too-old": EXIT.no,
  "bad-relocation": EXIT.no,
  usage: EXIT.usage,
  signed: EXIT.usage,
  "no-base": EXIT.io,
  "sign-failed": EXIT.io,
  exists: EXIT.io,
  io: EXIT.io,
  crashed: EXIT.bug,
  bug: EXIT.bug,
};

/** Exit code of a failure; all that is not listed is bad input. */
export function exitCodeOf(code: ErrorCode): number {
  return BY_CODE[code] ?? EXIT.input;
}

/** The same for any code that can be explained: a type that does not relocate is an answer. */
export function exitCodeOfExplained(code: ExplainedCode): number {
  return code in ERROR_CODES ? exitCodeOf(code as ErrorCode) : EXIT.no;
}
