import * as KIND from "../../../btf/kind-numbers";
import { HEAD_WORDS, INFO } from "../../../btf/record-words";
import { vlenOf } from "./types";

// The table of kinds, which the host lays (`btf/kind-columns`): columns of a byte for each number of seven bits.

/** Entry of a column where a kind has no such field. */
export const NONE: u32 = 255;

const NUMBERS: usize = 128;
/** Columns of the shape of records, and those of a module's own. */
const SHAPE_COLUMNS: usize = 7;
const TABLE: usize = memory.data(1408);

/** Where the host lays the table. */
export function kindTable(): usize {
  return TABLE;
}

/** Words of a record without its elements; 0 for a number without a kind. */
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
/** What the module's own column of that number, 0 to 3, says of a kind. */
export function ownColumn(column: usize, kind: u32): u32 {
  return load<u8>(TABLE + (SHAPE_COLUMNS + column) * NUMBERS + kind);
}

/** Words of a record whose info word this is. */
export function recordWords(info: u32): u32 {
  const kind = kindOfInfo(info);
  return fixedWords(kind) + vlenOf(info) * elementWords(kind);
}

/**
 * Where a record ends that lies before `end` as a whole; 0 if it is cut off there, or of a number without a kind. No word beyond its head
 * is read.
 */
export function wholeEnd(record: usize, end: usize): usize {
  if (record + (HEAD_WORDS << 2) > end) return 0;
  const info = load<u32>(record + (INFO << 2));
  const kind = kindOfInfo(info);
  const fixed = fixedWords(kind);
  // 64 bits: 2^24 elements of 255 words do not fit into 32.
  const recordEnd = u64(record) + ((u64(fixed) + u64(vlenOf(info)) * u64(elementWords(kind))) << 2);
  return fixed === 0 || recordEnd > u64(end) ? 0 : usize(recordEnd);
}

/** Kind of an info word. */
export function kindOfInfo(info: u32): u32 {
  return (info >>> 24) & 0x7f;
}

/** STRUCT or UNION. */
export function isComposite(kind: u32): bool {
  return kind === KIND.STRUCT || kind === KIND.UNION;
}

/** ENUM or ENUM64. */
export function isEnum(kind: u32): bool {
  return kind === KIND.ENUM || kind === KIND.ENUM64;
}

/** Whether an enum may have so many bytes. */
export function isEnumSize(size: u32): bool {
  return size === 1 || size === 2 || size === 4 || size === 8;
}

/** `const`, `volatile`, `restrict`, or a tag on a type. */
export function isQualifier(kind: u32): bool {
  return kind === KIND.VOLATILE || kind === KIND.CONST || kind === KIND.RESTRICT || kind === KIND.TYPE_TAG;
}

/** The kinds that qualify or rename one other type by value. */
export function isModifier(kind: u32): bool {
  return kind === KIND.TYPEDEF || isQualifier(kind);
}
