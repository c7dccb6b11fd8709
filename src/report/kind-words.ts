import { count } from "./number-text.ts";

/** The words for a kind: one, several, and before a name. */
const WORDS: Readonly<Record<string, readonly [one: string, many: string, before: string]>> = {
  STRUCT: ["struct", "structs", "struct "],
  UNION: ["union", "unions", "union "],
  ENUM: ["enum", "enums", "enum "],
  ENUM64: ["64-bit enum", "64-bit enums", "enum "],
  TYPEDEF: ["typedef", "typedefs", "typedef "],
  FUNC: ["function", "functions", "func "],
  VAR: ["variable", "variables", "var "],
  INT: ["integer", "integers", "int "],
  FLOAT: ["float", "floats", "float "],
};

/** A name with the word that C, or people, put before it: `struct sock`, `func tcp_init`. */
export function namedText(kind: string, name: string): string {
  return `${WORDS[kind]?.[2] ?? `${kind} `}${name}`;
}

/** `1 struct`, `165 structs`. */
export function countOfKind(n: number, kind: string): string {
  const [one, many] = WORDS[kind] ?? [kind, kind];
  return count(n, one, many);
}

/** The word for one type of a kind: `64-bit enum`. */
export function kindWord(kind: string): string {
  return WORDS[kind]?.[0] ?? kind;
}

/** Kinds that have a word, in the order in which they are printed. */
export const TOLD_KINDS: readonly string[] = Object.keys(WORDS);
