/**
 * Faults of an input, one line each. Exit codes follow from these: see `src/cli/exit.ts`.
 */
export const ERROR_CODES = {
  truncated: "the bytes end before what they announce",
  "bad-magic": "neither BTF nor ELF",
  "bad-header": "a header field contradicts another or the size of the data",
  "bad-strings": "the string section does not begin or end as it must",
  "needs-base": "split BTF was read without the base it points into",
  "bad-layout": "the layout section does not describe whole words",
  "bad-type": "a type record runs past the section or is of no known kind",
  "bad-name-off": "a name offset lies outside the strings",
  "bad-type-id": "a type id names no type, or a type that may not stand there",
  "unknown-kind": "a type of a kind whose id fields are not known cannot be rewritten",
  "not-split": "the operation needs split BTF, the input stands alone",
  "not-distillable": "split BTF refers to base types that a distilled base cannot hold",
  "not-distilled": "the module has no distilled base",
  "bad-distilled-base": "the distilled base holds a type that it may not",
  "wrong-base": "the split BTF was not built against this base",
  "kernel-too-old":
    "the kernel does not read distilled bases, and a distilled module would mean nothing to it",
  "no-btf": "the file has no BTF section",
  "no-release": "the file does not say which kernel it is",
  "no-ext": "the BPF object has no .BTF.ext section",
  "no-base": "no vmlinux BTF was given or found",
  "bad-elf": "the ELF file is damaged or of an unsupported form",
  "bad-relocation": "libbpf refuses a CO-RE relocation of a BPF object",
  "bad-ext": "the .BTF.ext section of a BPF object is damaged",
  "bad-btf-ids": "the .BTF_ids section cannot be read by its symbols",
  "bad-container": "a compressed file or a boot image is damaged",
  "too-large": "the input, or what becomes of it, is more than a limit or the memory",
  signed: "the module is signed, and rewriting it in place would drop the signature",
  "sign-failed": "the command of --sign-with failed, or did not sign the module",
  exists: "the output exists already",
  unsupported: "the input is of a form that this version does not read",
  io: "the operating system refused to read or write",
  "bad-results": "the results of a run cannot be read or joined",
  crashed: "the thread that worked on the input ended before it was done",
  bug: "a fault of btfx itself",
  usage: "the command line does not make sense",
} as const;

/** One of the documented kinds of failure, a key of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Where a failure lies. Each layer adds what it knows: the core the type id, the edge the file. */
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

/** A {@link BtfxError} as plain data, which threads can send each other. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly at: ErrorPlace;
  readonly hint?: string | undefined;
}

/** Details of a {@link BtfxError} besides its code and message. */
export interface ErrorDetails {
  readonly at?: ErrorPlace;
  /** The cure. */
  readonly hint?: string | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * A failure that the input or the user caused, as against a bug. Anything else that escapes is a bug.
 * `message` says what is wrong, `at` where, `hint` what to do about it; `toString()` puts the place in front.
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

  /** The same failure with more of its place known; what is known already stays. */
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

/** Runs `work`; a {@link BtfxError} that leaves it gains `place`. */
export function withContext<T>(place: ErrorPlace, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof BtfxError ? error.within(place) : error;
  }
}

/** The same for work that takes more than a turn of the event loop. */
export async function withContextAsync<T>(place: ErrorPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof BtfxError ? error.within(place) : error;
  }
}
