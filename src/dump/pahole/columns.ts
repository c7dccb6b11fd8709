import { printable } from "../../btf/strings.ts";

/** `%*s` of C: right-aligned in `width` columns, left-aligned if that is negative. */
export function padLeft(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

/** `%-*s` of C, of which a negative width means the same. */
export function padRight(text: string, width: number): string {
  return text.padEnd(Math.abs(width));
}

/** `%u`, or with `hex` `%#x`, right-aligned in `width` columns. */
export function number(value: number, width: number, hex: boolean): string {
  const text = !hex || value === 0 ? String(value) : `0x${value.toString(16)}`;
  return text.padStart(width);
}

/** Tabs of a level. pahole has sixteen. */
export function tabs(level: number): string {
  return "\t".repeat(Math.min(level, 16));
}

/** `byte` or `bytes`. */
export function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}

/** The name at an offset, null for 0, safe for a terminal. */
export function nameAt(strings: Uint8Array, off: number): string | null {
  return off === 0 ? null : printable(strings.subarray(off, strings.indexOf(0, off)));
}
