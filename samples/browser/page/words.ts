import {
  DATASEC,
  ENUM,
  ENUM64,
  FLOAT,
  FUNC,
  FWD,
  INT,
  STRUCT,
  TYPEDEF,
  UNION,
  VAR,
} from "../../../src/wire.ts";

/** `1,234` */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 byte`, `1,234 bytes` */
export function counted(value: number, one: string, many: string = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** `6.2 MB`, for the size of a file. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return counted(bytes, "byte");
  const [unit, scale] = bytes < 1e6 ? ["kB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  const value = bytes / Number(scale);
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}

/** A place in bytes, as the reader wants numbers: `0x1c0` or `448`. */
export function place(bytes: number, isHex: boolean): string {
  return isHex ? `0x${bytes.toString(16)}` : number(bytes);
}

/** A kind in a list: a letter, and the word. */
export function kindMark(kind: number): { readonly letter: string; readonly word: string } {
  return MARKS.get(kind) ?? { letter: "?", word: "other" };
}

const MARKS = new Map([
  [STRUCT, { letter: "S", word: "struct" }],
  [UNION, { letter: "U", word: "union" }],
  [ENUM, { letter: "E", word: "enum" }],
  [ENUM64, { letter: "E", word: "enum" }],
  [TYPEDEF, { letter: "T", word: "typedef" }],
  [FUNC, { letter: "F", word: "function" }],
  [VAR, { letter: "V", word: "variable" }],
  [DATASEC, { letter: "D", word: "section" }],
  [INT, { letter: "I", word: "integer" }],
  [FLOAT, { letter: "I", word: "floating point number" }],
  [FWD, { letter: "W", word: "forward declaration" }],
]);

/** The kinds that a list can be narrowed to. */
export const KIND_FILTERS: readonly { readonly name: string; readonly kinds: readonly number[] }[] = [
  { name: "All", kinds: [] },
  { name: "Structs", kinds: [STRUCT, UNION] },
  { name: "Enums", kinds: [ENUM, ENUM64] },
  { name: "Typedefs", kinds: [TYPEDEF] },
  { name: "Functions", kinds: [FUNC] },
  { name: "Variables", kinds: [VAR, DATASEC] },
];
