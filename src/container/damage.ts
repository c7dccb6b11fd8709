import { BtfxError } from "../errors.ts";

/** Hint for a file whose compressed bytes are damaged. */
const CURE = "the file is damaged: build, copy or download it again";

/** The bytes end at `offset` before `what` does. */
export function cutShort(what: string, offset: number): BtfxError {
  return new BtfxError("truncated", `the data ends within ${what}`, { at: { offset }, hint: CURE });
}

/** Something at `offset` contradicts the format or a checksum. */
export function corrupt(message: string, offset: number): BtfxError {
  return new BtfxError("bad-container", message, { at: { offset }, hint: CURE });
}

/** The output would be larger than the caller allows: a bomb, or a limit that is too low. */
export function tooLarge(limit: number, announced?: number): BtfxError {
  const size = announced === undefined ? "more" : `${announced.toLocaleString("en-US")} bytes`;
  return new BtfxError(
    "too-large",
    `it decompresses to ${size}, the limit is ${limit.toLocaleString("en-US")} bytes`,
    { hint: "raise --max-size if the file is trusted" },
  );
}

/** A form that is recognised at `offset` and not read. `command` unpacks it. */
export function notRead(what: string, command: string, offset: number): BtfxError {
  return new BtfxError("unsupported", `${what} is not known here`, {
    at: { offset },
    hint: `unpack it first: ${command}`,
  });
}

/** The codec's own message. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
