import { ownColumn } from "../common/kinds";

/** Where a base type of this kind goes: one of `wasm/constants/destinations`. */
export function placeOf(kind: u32): u32 {
  return ownColumn(0, kind);
}
