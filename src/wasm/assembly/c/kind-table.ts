import { fixedWords, ownColumn } from "../common/kinds";

// What the C dump needs to know about kinds besides their shape: the columns of `dump/c/kind-table`.

/** Whether a kind is in the table of kinds. Void is not. */
export function isKnown(kind: u32): bool {
  return fixedWords(kind) !== 0;
}
/** Rank of an unnamed type in sorting. */
export function unnamedRank(kind: u32): u32 {
  return ownColumn(0, kind);
}
/** Rank of a named type in sorting. */
export function namedRank(kind: u32): u32 {
  return ownColumn(1, kind);
}
/** Whether a type of this kind is sorted by the rank, name and hash of the type to which it refers. */
export function isReference(kind: u32): bool {
  return ownColumn(2, kind) === 1;
}
/** Whether the third word of a record is the size. */
export function isSized(kind: u32): bool {
  return ownColumn(3, kind) === 1;
}
