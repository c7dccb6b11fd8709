// Searches for structs that may have special fields (`btf_parse_struct_metas`, kernel/bpf/btf.c), in BTF without a base
// that is in order. The host has the rules; these loops find the types that it has to look at.
import * as KIND from "../../../btf/kind-numbers";
import {
  HEAD_WORDS,
  INFO,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  SIZE_OR_TYPE,
  UNKN,
} from "../../../btf/record-words";
import { take, takeZeros } from "../common/arena";
import { field, place, vlenOf } from "../common/types";
import { addressOf } from "./names";
import { kinds, starts, words } from "./records";

/** Ids below this are searched. */
let typeCount: u32 = 1;
/** Address of the ids that were found last. */
let found: usize = 0;
/** By id: 1 if the host has marked the type. */
let marks: usize = 0;

/**
 * Finds the types below `end` that may be special: structs whose name begins with `bpf`, and pointers to a type tag,
 * also volatile ones. Returns their number.
 */
export function findCandidates(end: u32): u32 {
  typeCount = end;
  marks = takeZeros(typeCount);
  found = take(usize(typeCount) << 2);
  let count: u32 = 0;
  for (let id: u32 = 1; id < typeCount; id++) {
    const record = recordOf(id);
    const kind = kindOf(id);
    if (kind === KIND.STRUCT) {
      if ((load<u32>(addressOf(field(record, NAME_OFF))) & 0xffffff) !== 0x667062) continue;
    } else {
      const pointer = kind === KIND.VOLATILE ? field(record, SIZE_OR_TYPE) : id;
      if (kindOf(pointer) !== KIND.PTR) continue;
      if (kindOf(field(recordOf(pointer), SIZE_OR_TYPE)) !== KIND.TYPE_TAG) continue;
    }
    store<u32>(found + (usize(count++) << 2), id);
  }
  return count;
}

/** Kind of a type, 0 for void. */
function kindOf(id: u32): u32 {
  return id === 0 ? UNKN : load<u8>(kinds + id - 1);
}

function recordOf(id: u32): usize {
  return words + (usize(load<u32>(starts + (usize(id - 1) << 2))) << 2);
}

/** Marks a type as special. */
export function mark(id: u32): void {
  store<u8>(marks + id, 1);
}

/** Finds the structs that have a member of a marked type. Returns their number. */
export function findHolders(): u32 {
  let count: u32 = 0;
  for (let id: u32 = 1; id < typeCount; id++) {
    if (kindOf(id) !== KIND.STRUCT || !hasMarked(recordOf(id))) continue;
    store<u32>(found + (usize(count++) << 2), id);
  }
  return count;
}

/** Address of the ids that were found last. */
export function foundIds(): usize {
  return found;
}

function hasMarked(record: usize): bool {
  let member = place(record, HEAD_WORDS);
  for (let i = vlenOf(field(record, INFO)); i > 0; i--) {
    if (load<u8>(marks + field(member, MEMBER_TYPE)) !== 0) return true;
    member = place(member, MEMBER_WORDS);
  }
  return false;
}
