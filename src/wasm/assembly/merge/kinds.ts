import { ownColumn } from "../common/kinds";

// What merging needs to know about kinds besides their shape: the columns of `engine/dedup/kinds`.

/** The pass that handles a kind: PLAIN, … of `wasm/constants/merge-codes`. */
export function passOf(kind: u32): u32 {
  return ownColumn(0, kind);
}
/** How two types of a kind are compared: RECORD, … of `wasm/constants/merge-codes`. */
export function comparisonOf(kind: u32): u32 {
  return ownColumn(1, kind);
}
