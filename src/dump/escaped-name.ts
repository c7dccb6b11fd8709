import type { ByteSink } from "./sink.ts";

/** Writes the name at `strings[off]` as `printable` of the string table makes it, without a string. */
export function escapedName(sink: ByteSink, strings: Uint8Array, off: number): void {
  for (let at = sink.plainName(strings, off, UNPRINTABLE); strings[at] !== 0; ) {
    sink.text(`\\x${strings[at].toString(16).padStart(2, "0")}`);
    at = sink.plainName(strings, at + 1, UNPRINTABLE);
  }
}

const UNPRINTABLE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? 0 : 1,
);
