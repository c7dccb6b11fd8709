// The exports for src/wasm/distill-machine.ts: makes a distilled base and split BTF on it, as `btf__distill_base` of libbpf does; `engine/distill`
// explains it. The host lays a base once, then one split BTF after the other. It has checked all ids and name offsets.
import { keep } from "../common/arena";
import { openBase } from "./graph";
import { openNewIds } from "./new-ids";
import { openMarks } from "./used";

export { roomFor } from "../common/arena";
export { kindTable } from "../common/kinds";
export { addedBytes, addedStrings } from "../common/strings";
export { openSplit } from "./graph";
export {
  copiedCount,
  make,
  newBaseEnd,
  newBaseStringBytes,
  newBaseWords,
  newFirstId,
  newSplitEnd,
  newSplitWords,
} from "./make";
export { forgetNewIds, listNewIds } from "./new-ids";
export { findUsed, isDoubtful, used, usedCount } from "./used";

/** Takes a base that the host has laid, and keeps it for all split BTFs. `end` is the length of its strings in bytes. */
export function takeBase(words: usize, starts: usize, typeCount: u32, strings: usize, end: u32): void {
  openBase(words, starts, typeCount, strings, end);
  openMarks();
  openNewIds();
  keep();
}
