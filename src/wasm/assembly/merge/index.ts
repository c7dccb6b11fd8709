// The exports for src/wasm/merge-machine.ts: first the types and strings of a base and splits are laid, then what is there is merged.

import { hashWith } from "../common/hashing";
import { openStrings } from "../common/strings";
import { takeTypes } from "../common/types";
import { compact } from "./compact";
import { dedup } from "./dedup";
import { allowEffort } from "./effort";

export { roomFor } from "../common/arena";
export { kindTable } from "../common/kinds";
export { addedBytes, addedStrings } from "../common/strings";
export { keptTypes, keptWords, newIds } from "./compact";
export { addSplit } from "./split";

/**
 * Takes the graph of types: void, those of a base, and those of the splits as they stand in their BTFs; and the `end` bytes of the
 * base's strings, to which about `moreBytes` will be added.
 */
export function begin(
  words: usize,
  starts: usize,
  typeCount: u32,
  strings: usize,
  end: u32,
  moreBytes: u32,
  hashStart: u32,
  hashFactor: u32,
): void {
  takeTypes(words, starts, typeCount);
  hashWith(hashStart, hashFactor);
  openStrings(strings, end, moreBytes);
}

/** Makes one of all types that are the same, once all splits are added. Types below `firstId` are the base's. */
export function merge(firstId: u32, effort: f64): void {
  allowEffort(i64(effort));
  dedup(firstId);
  compact(firstId);
}
