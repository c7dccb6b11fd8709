/** The error codes, with their meanings in a line each. `src/cli/exit.ts` has the exit codes that follow from them. */
export const ERROR_CODES = {
  truncated: "the data ends earlier than it announces",
  "bad-magic": "neither BTF nor ELF",
  "bad-header": "a header field contradicts another or the size of the data",
  "bad-strings": "the string section does not begin or end as it must",
  "needs-base": "split BTF was read without the base that it refers to",
  "bad-layout": "the layout section does not describe whole words",
  "bad-type": "a type record runs past the section or has an unknown kind",
  "bad-name-off": "a name offset lies outside the strings",
  "bad-type-id": "a type id leads to no type, or to a type that is not allowed there",
  "unknown-kind": "a type cannot be rewritten, since the id fields of its kind are not known",
  "not-split": "the operation needs split BTF, but the input stands alone",
  "not-distillable": "split BTF refers to base types that a distilled base cannot contain",
  "not-distilled": "the module has no distilled base",
  "bad-distilled-base": "the distilled base contains a type that is not allowed there",
  "wrong-base": "the split BTF was not built against this base",
  "kernel-too-old":
    "the kernel does not read distilled bases, and a distilled module would mean nothing to it",
  "no-btf": "the file has no BTF section",
  "no-release": "the file does not say which kernel it is",
  "no-ext": "the BPF object has no .BTF.ext section",
  "no-base": "no vmlinux BTF was given or found",
  "bad-elf": "the ELF file is damaged, or its form is not supported",
  "bad-relocation": "libbpf refuses a CO-RE relocation of a BPF object",
  "bad-ext": "the .BTF.ext section of a BPF object is damaged",
  "bad-btf-ids": "the .BTF_ids section cannot be read by its symbols",
  "bad-container": "a compressed file or a boot image is damaged",
  "too-large": "the input, or the work on it, exceeds a limit or the memory",
  signed: "the module is signed, and rewriting it in place would remove the signature",
  "sign-failed": "the command of --sign-with failed, or did not sign the module",
  exists: "the output exists already",
  unsupported: "this version does not support the form of the input",
  io: "the operating system refused to read or write",
  "bad-results": "the results of a run cannot be read or joined",
  crashed: "the thread that worked on the input ended before it was done",
  bug: "a bug in btfx itself",
  usage: "the command line is wrong",
} as const;

/** One of the documented kinds of failure, a key of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** The place of a failure. Each layer adds what it knows: the core the type id, the outer layers the file. */
export interface ErrorPlace {
  /** Path as the user wrote it. */
  readonly file?: string;
  /** ELF section or part of the BTF: `.BTF`, `.BTF.base`, `.BTF_ids`, … */
  readonly section?: string;
  /** Type id, in the numbering of the BTF that was read. */
  readonly typeId?: number;
  /** Byte offset from the start of the section. */
  readonly offset?: number;
}

/** A {@link BtfxError} as plain data, which can be sent between threads. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly at: ErrorPlace;
  readonly hint?: string | undefined;
}

/** Details of a {@link BtfxError} besides its code and message. */
export interface ErrorDetails {
  readonly at?: ErrorPlace;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * A failure that the input or the user caused. Any other exception is a bug. `message` says what is wrong, `at` where,
 * and `hint` what to do about it; `toString()` puts the place in front of the message.
 */
export class BtfxError extends Error {
  readonly code: ErrorCode;
  readonly at: ErrorPlace;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, { at = {}, hint, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "BtfxError";
    this.code = code;
    this.at = at;
    this.hint = hint;
  }

  /** The same failure with more details of its place. Details that are known already stay. */
  within(place: ErrorPlace): BtfxError {
    const { code, message, hint, cause } = this;
    return new BtfxError(code, message, { at: { ...place, ...this.at }, hint, cause });
  }

  /** The failure as plain data. */
  toData(): ErrorData {
    const { code, message, at, hint } = this;
    return { code, message, at, ...(hint === undefined ? {} : { hint }) };
  }

  /** See {@link errorText}. */
  override toString(): string {
    return errorText(this);
  }
}

/** `FILE: SECTION: type [ID] at offset 0x…: message`. */
export function errorText({ at, message }: Pick<ErrorData, "at" | "message">): string {
  const { file, section, typeId, offset } = at;
  const place = [
    ...(file === undefined ? [] : [file === "" ? '""' : file]),
    ...(section === undefined ? [] : [section]),
    ...(typeId === undefined
      ? offset === undefined
        ? []
        : [`offset 0x${offset.toString(16)}`]
      : [`type [${typeId}]${offset === undefined ? "" : ` at offset 0x${offset.toString(16)}`}`]),
  ];
  return [...place, message].join(": ");
}

/** Runs `work`. Adds `place` to a {@link BtfxError} that it throws. */
export function withContext<T>(place: ErrorPlace, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof BtfxError ? error.within(place) : error;
  }
}

/** The same for asynchronous work. */
export async function withContextAsync<T>(place: ErrorPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof BtfxError ? error.within(place) : error;
  }
}
