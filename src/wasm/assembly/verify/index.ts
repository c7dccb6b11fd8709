// The exports for src/wasm/verifier.ts. Which records and chains of modifiers break no rule of any kernel: `engine/verify` has the rules
// themselves, and judges the others. And which references of split BTF go astray. What is common to many BTFs, their base, is laid once.
import { openBaseKinds } from "./base-kinds";
import { openBaseNames } from "./names";

export { forget, keep, roomFor } from "../common/arena";
export { kindTable } from "../common/kinds";
export { doubtfulChainCount, doubtfulChains, findChains } from "./chains";
export { openNames } from "./names";
export { hasPlainParams } from "./plain";
export { doubtful, doubtfulCount, findRecords, kinds, recordCount, starts } from "./records";
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
}
