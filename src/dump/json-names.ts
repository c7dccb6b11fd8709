import type { ByteSink } from "./sink.ts";

/**
 * Writes a name as the inside of a JSON string, which is valid UTF-8 whatever the name is. Escapes quotes and control
 * characters, also DEL and the C1 controls, which terminals obey, and characters that change the direction of text or
 * are invisible. A byte that is not part of valid UTF-8 is written as the character of the same number, `\u00NN`, so
 * that nothing is lost.
 */
export function jsonName(sink: ByteSink, strings: Uint8Array, off: number): void {
  for (let at = sink.plainName(strings, off, SPECIAL); strings[at] !== 0; ) {
    const byte = strings[at];
    const length = byte < 0x80 ? 0 : sequenceLength(strings, at);
    if (length === 0) {
      sink.text(SHORT[byte] ?? `\\u00${byte.toString(16).padStart(2, "0")}`);
      at++;
    } else {
      const text = String.fromCodePoint(codePoint(strings, at, length));
      if (isUnseen(text)) sink.text(escaped(text));
      else for (let i = 0; i < length; i++) sink.byte(strings[at + i]);
      at += length;
    }
    at = sink.plainName(strings, at, SPECIAL);
  }
}

/** Writes a name as `jsonw_puts` of bpftool's json_writer.c does: seven escapes, all other bytes as they are. */
export function jsonNameCompat(sink: ByteSink, strings: Uint8Array, off: number): void {
  for (let at = sink.plainName(strings, off, SPECIAL_COMPAT); strings[at] !== 0; ) {
    sink.text(SHORT[strings[at]]);
    at = sink.plainName(strings, at + 1, SPECIAL_COMPAT);
  }
}

const SHORT: Readonly<Record<number, string>> = {
  9: "\\t",
  10: "\\n",
  13: "\\r",
  12: "\\f",
  8: "\\b",
  92: "\\\\",
  34: '\\"',
};

const SPECIAL: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte >= 0x7f || byte in SHORT ? 1 : 0,
);
const SPECIAL_COMPAT: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => (byte in SHORT ? 1 : 0));

/** Bytes of the UTF-8 sequence at `at` (RFC 3629: no overlong forms, no surrogates), 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  const second = bytes[at + 1];
  if (first >= 0xc2 && first <= 0xdf) return isTail(second) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high && isTail(bytes[at + 2]) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const low = first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xf4 ? 0x8f : 0xbf;
    const inRange = second >= low && second <= high;
    return inRange && isTail(bytes[at + 2]) && isTail(bytes[at + 3]) ? 4 : 0;
  }
  return 0;
}

/** The character of a valid UTF-8 sequence of two to four bytes. */
function codePoint(bytes: Uint8Array, at: number, length: number): number {
  let code = bytes[at] & (0x7f >> length);
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i] & 0x3f);
  return code;
}

/**
 * Whether a text has control characters, direction marks and overrides, invisible characters or line separators. The
 * pattern is made when it is first needed, which takes 2 ms.
 */
function isUnseen(text: string): boolean {
  return /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/u.test(text);
}

/** A character as `\uNNNN`, above U+FFFF in two halves. */
function escaped(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) out += `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`;
  return out;
}

function isTail(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
