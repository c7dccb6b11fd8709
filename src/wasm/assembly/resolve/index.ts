// The exports for src/wasm/resolver.ts: own types are laid and resolved, may become the base of others, and may be searched.
import { beginOwn, keepResolution } from "./resolution";
import { resolveAll } from "./resolve";
import { keepTypes, takeOwn } from "./types";

export { roomFor } from "../common/arena";
export { factTable } from "./resolution";
export { findCandidates, findHolders, foundIds, mark } from "./special";
export { forgetTypes } from "./types";

/** Resolves the own types, as {@link takeOwn} has them; `hasPlainParams` if the names of their parameters need no look. */
export function resolve(
  words: usize,
  starts: usize,
  count: u32,
  strings: usize,
  stringsEnd: u32,
  pointerBytes: u32,
  hasPlainParams: bool,
): void {
  takeOwn(words, starts, count, strings, stringsEnd);
  beginOwn(pointerBytes);
  resolveAll(hasPlainParams);
}

/** Makes the own types the base of those that come. */
export function keepAsBase(): void {
  keepTypes();
  keepResolution();
}
