import * as KIND from "../../../btf/kind-numbers";
import { SIZE_OR_TYPE } from "../../../btf/record-words";
import { take } from "../common/arena";
import { isModifier } from "../common/kinds";
import { field } from "../common/types";
import { baseKindOf, firstId } from "./base-kinds";
import { MAX_TYPE } from "./plain";
import { kinds, recordCount, starts, words } from "./records";

// Follows chains of modifiers as `btf_check_type_tags` does (kernel/bpf/btf.c); `engine/verify/chains` has the rules.

/** Number of modifiers in the longest chain that the kernel follows. */
const MAX_LINKS: u32 = 32;

/** Address of the numbers of the records whose chain may break a rule. */
export let doubtfulChains: usize = 0;
/** Number of these records. */
export let doubtfulChainCount: u32 = 0;

/** Follows the chains of all modifiers among the records that were found. */
export function findChains(): void {
  doubtfulChains = take(usize(recordCount) << 2);
  doubtfulChainCount = 0;
  for (let i: u32 = 0; i < recordCount; i++) {
    if (isModifier(load<u8>(kinds + i)) && !isInOrder(i)) {
      store<u32>(doubtfulChains + (usize(doubtfulChainCount++) << 2), i);
    }
  }
}

/** Whether the chain that begins at a record ends, or joins one that was followed before, and has its tags first. */
function isInOrder(first: u32): bool {
  let index = first;
  let kind: u32 = load<u8>(kinds + index);
  let inTags = true;
  for (let links: u32 = 0; isModifier(kind); links++) {
    if (links === MAX_LINKS) return false;
    if (kind !== KIND.TYPE_TAG) inTags = false;
    else if (!inTags) return false;
    if (index < first) return true;
    const id = field(words + (usize(load<u32>(starts + (usize(index) << 2))) << 2), SIZE_OR_TYPE);
    // Of a type in a base only the kind matters: its chain was judged with the base.
    if (id < firstId) return links + 1 < MAX_LINKS && (inTags || baseKindOf(id) !== KIND.TYPE_TAG);
    index = id - firstId;
    // The kernel drops types from MAX_TYPE on; references to them lead nowhere.
    if (index >= recordCount || id >= MAX_TYPE) return false;
    kind = load<u8>(kinds + index);
  }
  return true;
}
