import { BtfxError } from "../errors.ts";

/** Hint for a file whose compressed bytes are damaged. */
const CURE = "the file is damaged: build, copy or download it again";

/** An error for bytes that end at `offset`, before the end of `what`. */
export function cutShort(what: string, offset: number): BtfxError {
  return new BtfxError("truncated", `the data ends within ${what}`, { at: { offset }, hint: CURE });
}

/** An error for bytes at `offset` that contradict the format or a checksum. */
export function corrupt(message: string, offset: number): BtfxError {
  return new BtfxError("bad-container", message, { at: { offset }, hint: CURE });
}

/** An error for output that would be larger than the caller allows: the input is a bomb, or the limit is too low. */
export function tooLarge(limit: number, announced?: number): BtfxError {
  const size = announced === undefined ? "more" : `${announced.toLocaleString("en-US")} bytes`;
  return new BtfxError(
    "too-large",
    `it decompresses to ${size}, the limit is ${limit.toLocaleString("en-US")} bytes`,
    { hint: "raise --max-size if the file is trusted" },
  );
}

/** An error for a format that is recognised at `offset`, but not supported. `command` unpacks it. */
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
