import { ascii } from "../../btf/strings.ts";
import { escapedName } from "../escaped-name.ts";
import type { ByteSink } from "../sink.ts";

/** In place of the offset of a name: there is none (`NULL` of C). */
export const NO_NAME = -1;

/** Writes the name at an offset, safe for a terminal; nothing for {@link NO_NAME}. */
export function writeName(sink: ByteSink, strings: Uint8Array, off: number): void {
  if (off > 0) escapedName(sink, strings, off);
}

/** Columns of the name at an offset as {@link writeName} writes it. */
export function shownLength(strings: Uint8Array, off: number): number {
  let length = 0;
  for (let at = off; strings[at] !== 0; at++) length += isPlain(strings[at]) ? 1 : ESCAPE_LENGTH;
  return length;
}

/** Whether a byte of a name is written as it is, not as `\\xNN`. */
export function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== BACKSLASH;
}

/** `%*u`, or with `hex` `%#*x`: right-aligned in `width` columns. */
export function writeNumber(sink: ByteSink, value: number, width: number, hex: boolean): void {
  if (hex && value !== 0) sink.text(`0x${value.toString(16)}`.padStart(width));
  else if (value <= 0xffffffff && value >= 0) sink.padded(value, width);
  else sink.text(String(value).padStart(width));
}

/** Spaces from `start` on until `width` columns are full; none if they are. */
export function padFrom(sink: ByteSink, start: number, width: number): void {
  writeSpaces(sink, width - (sink.position - start));
}

/** So many spaces: a name of a hostile file may ask for more than the buffer holds. */
export function writeSpaces(sink: ByteSink, count: number): void {
  let left = count;
  for (; left > MOST_SPACES; left -= MOST_SPACES) sink.spaces(MOST_SPACES);
  if (left > 0) sink.spaces(left);
}

/** The tabs of a level. pahole has sixteen. */
export function writeTabs(sink: ByteSink, level: number): void {
  for (let left = Math.min(level, 16); left > 0; left--) sink.byte(TAB);
}

/** A word, and an `s` unless it is one of them. */
export function writePlural(sink: ByteSink, count: number, word: Uint8Array): void {
  sink.put(word);
  if (count !== 1) sink.byte(LETTER_S);
}

/** `2 holes` */
export function writeCount(sink: ByteSink, count: number, word: Uint8Array): void {
  writeNumber(sink, count, 1, false);
  sink.byte(SPACE);
  writePlural(sink, count, word);
}

export const BYTE: Uint8Array = ascii("byte");
export const BIT: Uint8Array = ascii("bit");
export const HOLE: Uint8Array = ascii("hole");
export const BIT_HOLE: Uint8Array = ascii("bit hole");

const BACKSLASH = 0x5c;
const ESCAPE_LENGTH = 4;
const MOST_SPACES = 256;
const TAB = 0x09;
const SPACE = 0x20;
const LETTER_S = 0x73;
