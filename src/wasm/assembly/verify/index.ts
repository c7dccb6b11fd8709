// The exports for src/wasm/verify-machine.ts. Which records and chains of modifiers break no rule of any kernel: `engine/verify` has the rules
// themselves, and judges the others. The walk over all references. And which references of split BTF go astray. What is common to many
// BTFs, their base, is laid once.
import { keep } from "../common/arena";
import { openBaseKinds } from "./base-kinds";
import { keepNames, markNames, openBaseNames, openNames } from "./names";
import { forgetNotes, keepNotes, noteOwn } from "./notes";
import { kinds, starts, words } from "./records";
import { resolveAll } from "./resolve";

export { forget, keep, roomFor } from "../common/arena";
export { kindTable } from "../common/kinds";
export { doubtfulChainCount, doubtfulChains, findChains } from "./chains";
export { openNames } from "./names";
export { factTable } from "./notes";
export { doubtful, doubtfulCount, findRecords, kinds, recordCount, starts } from "./records";
export { findCandidates, findHolders, foundIds, mark } from "./special";
export {
  idRefs,
  nameRefs,
  ownIdRefs,
  ownNameRefs,
  strayIds,
  strayNames,
  strayOwnIds,
  strayOwnNames,
  targetTable,
  weigh,
} from "./weigh";

/** Takes the strings of the bases end to end, `end` bytes, and the kinds of their types by id, void included. */
export function openBase(strings: usize, end: u32, kinds: usize, typeCount: u32): void {
  openBaseNames(strings, end);
  openBaseKinds(kinds, typeCount);
  forgetNotes();
}

/**
 * Resolves `count` types that stand alone, and makes them the base of those that come: words, where each begins and its kind, both by id
 * with void first, and their names.
 */
export function resolveBase(
  wordsAt: usize,
  startsAt: usize,
  kindsAt: usize,
  count: u32,
  strings: usize,
  length: u32,
  pointerBytes: u32,
): void {
  openNames(strings, length);
  markNames();
  noteOwn(wordsAt, startsAt + 4, kindsAt + 1, count - 1, pointerBytes);
  resolveAll();
  keepNames();
  keepNotes();
  openBaseKinds(kindsAt, count);
  keep();
}

/** Resolves the first `count` of the records that were found. */
export function resolve(count: u32, pointerBytes: u32): void {
  noteOwn(words, starts, kinds, count, pointerBytes);
  resolveAll();
}
