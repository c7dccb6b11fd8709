import { BtfxError } from "../errors.ts";

/** Makes an array of `length` bytes, into which something is read. */
export type MakeRoom = (length: number) => Uint8Array;

/** Random access to bytes: a file or memory. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`, perhaps a view. Throws {@link BtfxError} `truncated` or `io`, never returns
   * fewer. What has to be read into memory may be read into what `room` makes.
   */
  read(offset: number, length: number, room?: MakeRoom): Uint8Array;
}

/** A source over bytes in memory; what it reads are views. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset: number, length: number): Uint8Array {
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
        throw new BtfxError(
          "truncated",
          `${length} bytes at offset ${offset} were asked for, there are ${bytes.length}`,
          { at: { offset } },
        );
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** Reads a part of a file whose place the file itself gives; `what` names the part if it runs past the end. */
export function readWithin(source: ByteSource, offset: number, length: number, what: string): Uint8Array {
  if (offset + length > source.size) {
    throw new BtfxError(
      "truncated",
      `${what} at offset ${offset} runs past the end of the file at ${source.size}`,
      { at: { offset }, hint: "the file is damaged or cut short" },
    );
  }
  return source.read(offset, length);
}
