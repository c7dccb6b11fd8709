import * as KIND from "../../../btf/kind-numbers";
import { HEAD_WORDS, INFO } from "../../../btf/record-words";
import { vlenOf } from "./types";

// The table of kinds, which the host lays (`btf/kind-columns`). Each column has one byte for each of the 128 kind
// numbers.

/** Entry in a column for a kind without such a field. */
export const NONE: u32 = 255;

const NUMBERS: usize = 128;
/** Number of columns that describe the shape of records. The columns that only one module needs follow them. */
const SHAPE_COLUMNS: usize = 7;
const TABLE: usize = memory.data(1408);

/** Address at which the host lays the table. */
export function kindTable(): usize {
  return TABLE;
}

/** Words of a record without its elements; 0 for a number that is no kind. */
export function fixedWords(kind: u32): u32 {
  return load<u8>(TABLE + kind);
}
/** Words of each element, 0 for a kind without elements. */
export function elementWords(kind: u32): u32 {
  return load<u8>(TABLE + NUMBERS + kind);
}
/** Word position of the first type id in a head, or {@link NONE}. */
export function headId(kind: u32): u32 {
  return load<u8>(TABLE + 2 * NUMBERS + kind);
}
/** Word position of the last type id in a head, or {@link NONE}. */
export function lastHeadId(kind: u32): u32 {
  return load<u8>(TABLE + 3 * NUMBERS + kind);
}
/** Word position of the name in an element, or {@link NONE}. */
export function elementName(kind: u32): u32 {
  return load<u8>(TABLE + 4 * NUMBERS + kind);
}
/** Word position of the first type id in an element, or {@link NONE}. */
export function elementId(kind: u32): u32 {
  return load<u8>(TABLE + 5 * NUMBERS + kind);
}
/** Word position of the last type id in an element, or {@link NONE}. */
export function lastElementId(kind: u32): u32 {
  return load<u8>(TABLE + 6 * NUMBERS + kind);
}
/** Entry for a kind in the module's own column of that number, 0 to 3. */
export function ownColumn(column: usize, kind: u32): u32 {
  return load<u8>(TABLE + (SHAPE_COLUMNS + column) * NUMBERS + kind);
}

/** Words of the whole record that has this info word. */
export function recordWords(info: u32): u32 {
  const kind = kindOfInfo(info);
  return fixedWords(kind) + vlenOf(info) * elementWords(kind);
}

/**
 * Address of the end of a record; 0 if the record does not lie before `end` as a whole, or if its kind is unknown.
 * Reads no word behind the head.
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

/** BTF_KIND_* of an info word. */
export function kindOfInfo(info: u32): KindNumber {
  return ((info >>> 24) & 0x7f) as KindNumber;
}

/**
 * Ends a switch over all kinds where void and kinds without a row have nothing to do. `tsc` refuses the call while a
 * kind with a row has no case.
 */
export function notKnown(_kind: UnknownKind): void {}

/** Whether a kind is STRUCT or UNION. */
export function isComposite(kind: u32): bool {
  return kind === KIND.STRUCT || kind === KIND.UNION;
}

/** Whether a kind is ENUM or ENUM64. */
export function isEnum(kind: u32): bool {
  return kind === KIND.ENUM || kind === KIND.ENUM64;
}

/** Whether an enum may have `size` bytes. */
export function isEnumSize(size: u32): bool {
  return size === 1 || size === 2 || size === 4 || size === 8;
}

/** Whether a kind is CONST, VOLATILE, RESTRICT or TYPE_TAG. */
export function isQualifier(kind: u32): bool {
  return kind === KIND.VOLATILE || kind === KIND.CONST || kind === KIND.RESTRICT || kind === KIND.TYPE_TAG;
}

/** Whether a kind qualifies or renames another type: a qualifier or TYPEDEF. */
export function isModifier(kind: u32): bool {
  return kind === KIND.TYPEDEF || isQualifier(kind);
}
