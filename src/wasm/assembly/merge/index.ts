// The exports for src/wasm/merge-machine.ts. The host lays the types and strings of a base and of split BTFs, then has
// them merged.

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
 * Takes the types that were laid: void, those of a base, and those of split BTFs as they stand there. Also the `end`
 * bytes of the base's strings, to which about `moreBytes` will be added.
 */
export function begin(
  words: usize,
  starts: usize,
  kinds: usize,
  typeCount: u32,
  strings: usize,
  end: u32,
  moreBytes: u32,
  hashStart: u32,
  hashFactor: u32,
): void {
  takeTypes(words, starts, kinds, typeCount);
  hashWith(hashStart, hashFactor);
  openStrings(strings, end, moreBytes);
}

/**
 * Replaces equal types by one of them, after all split BTFs were added. Types below `firstId` belong to the base. Takes
 * at most `effort` steps.
 */
export function merge(firstId: u32, effort: f64): void {
  allowEffort(i64(effort));
  dedup(firstId);
  compact(firstId);
}
