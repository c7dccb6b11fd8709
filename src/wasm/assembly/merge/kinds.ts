import * as KIND from "../../../btf/kind-numbers";
import { vlenOf } from "../common/types";

// The table of kinds, which the host lays: columns of a byte for each number of seven bits.

/** Entry of a column where a kind has no such field. */
export const NONE: u32 = 255;

const NUMBERS: usize = 128;
const TABLE: usize = memory.data(1152);

/** Where the host lays the table: `engine/dedup/kinds` has the columns. */
export function kindTable(): usize {
  return TABLE;
}

/** Words of a record without its elements. */
export function fixedWords(kind: u32): u32 {
  return load<u8>(TABLE + kind);
}
/** Words of an element. */
export function elementWords(kind: u32): u32 {
  return load<u8>(TABLE + NUMBERS + kind);
}
/** Position of the first type id in a head, {@link NONE} for none. */
export function headId(kind: u32): u32 {
  return load<u8>(TABLE + 2 * NUMBERS + kind);
}
/** Position of the last one. */
export function lastHeadId(kind: u32): u32 {
  return load<u8>(TABLE + 3 * NUMBERS + kind);
}
/** Position of the name in an element. */
export function elementName(kind: u32): u32 {
  return load<u8>(TABLE + 4 * NUMBERS + kind);
}
/** Position of the first type id in an element. */
export function elementId(kind: u32): u32 {
  return load<u8>(TABLE + 5 * NUMBERS + kind);
}
/** Position of the last one. */
export function lastElementId(kind: u32): u32 {
  return load<u8>(TABLE + 6 * NUMBERS + kind);
}
/** The pass of a kind: see `../../merge-classes`. */
export function passOf(kind: u32): u32 {
  return load<u8>(TABLE + 7 * NUMBERS + kind);
}
/** How two types of a kind are compared: see `../../merge-classes`. */
export function comparisonOf(kind: u32): u32 {
  return load<u8>(TABLE + 8 * NUMBERS + kind);
}

/** Kind of an info word. */
export function kindOfInfo(info: u32): u32 {
  return (info >>> 24) & 0x7f;
}

/** Words of a record whose info word this is. */
export function recordWords(info: u32): u32 {
  const kind = kindOfInfo(info);
  return fixedWords(kind) + vlenOf(info) * elementWords(kind);
}

/** STRUCT or UNION. */
export function isComposite(kind: u32): bool {
  return kind === KIND.STRUCT || kind === KIND.UNION;
}

/** ENUM or ENUM64. */
export function isEnum(kind: u32): bool {
  return kind === KIND.ENUM || kind === KIND.ENUM64;
}
