// The exports for src/wasm/verify-machine.ts. They find records and chains of modifiers that certainly break no rule of
// any kernel, so that `engine/verify`, which has the rules, judges only the others. They take the kernel's walk over
// all references, search for structs with special fields, and count references of split BTF that go astray. A base is
// laid once for many BTFs.
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

/**
 * Takes the `end` bytes of strings of the bases, laid end to end, and the kinds of their types, by id, void included.
 */
export function openBase(strings: usize, end: u32, kinds: usize, typeCount: u32): void {
  openBaseNames(strings, end);
  openBaseKinds(kinds, typeCount);
  forgetNotes();
}

/**
 * Resolves the `count` types of a BTF without a base, void included, and makes them the base of the BTFs that follow.
 * The host has laid their words, the word position and the kind of each, by id, and `length` bytes of strings.
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
