import { ownColumn } from "../common/kinds";

// What merging wants to know of kinds beyond their shape: `engine/dedup/kinds` has the columns.

/** The pass of a kind: see `wasm/constants/merge-codes`. */
export function passOf(kind: u32): u32 {
  return ownColumn(0, kind);
}
/** How two types of a kind are compared: see `wasm/constants/merge-codes`. */
export function comparisonOf(kind: u32): u32 {
  return ownColumn(1, kind);
}
