import { fixedWords, ownColumn } from "../common/kinds";

// What C wants to know of kinds beyond their shape: `dump/c/kind-table` has the columns.

/** Whether a kind has a row. Void has none. */
export function isKnown(kind: u32): bool {
  return fixedWords(kind) !== 0;
}
/** Rank in sorting of an unnamed type. */
export function unnamedRank(kind: u32): u32 {
  return ownColumn(0, kind);
}
/** Rank in sorting of a named type. */
export function namedRank(kind: u32): u32 {
  return ownColumn(1, kind);
}
/** Whether a kind stands for another type in sorting: its rank, name and hash are taken from the one that it refers to. */
export function isReference(kind: u32): bool {
  return ownColumn(2, kind) === 1;
}
/** Whether the third word of a record is its size. */
export function isSized(kind: u32): bool {
  return ownColumn(3, kind) === 1;
}
