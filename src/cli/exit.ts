import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import type { ExplainedCode } from "../report/error-help.ts";

/** The exit codes of the process; of several the highest wins. {@link EXIT_CODES} explains each. */
export const EXIT = {
  ok: 0,
  no: 1,
  usage: 2,
  input: 3,
  io: 4,
  /** EX_SOFTWARE, sysexits.h. */
  bug: 70,
} as const;

/** The meaning of each exit code, as help, README and manual print it. */
export const EXIT_CODES: readonly { readonly codes: readonly number[]; readonly meaning: string }[] = [
  { codes: [EXIT.ok], meaning: "done" },
  {
    codes: [EXIT.no],
    meaning:
      "the answer is no: a module does not relocate, the base is the wrong one, a kernel refuses the BTF, two files differ",
  },
  { codes: [EXIT.usage], meaning: "the command line is wrong, or another option is needed" },
  { codes: [EXIT.input], meaning: "an input is damaged, or is not what the command needs" },
  { codes: [EXIT.io], meaning: "a file cannot be read or written, is missing, or exists already" },
  { codes: [EXIT.bug], meaning: "a bug in btfx; BTFX_DEBUG=1 shows the stack trace" },
  {
    codes: [130, 143],
    meaning: "stopped by Ctrl-C or SIGTERM between two files; written files are complete",
  },
];

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
