import { INFO } from "../../../btf/record-words";
import { take } from "../common/arena";
import { forEachTypeId } from "../common/fields";
import { recordWords } from "../common/kinds";
import { field, recordOf, typeCount } from "../common/types";
import { isCanonical, resolve } from "./canon";

/** By id: the new id. Types of the base keep theirs, except a forward declaration for which a definition was found. */
let ids: usize = 0;
/** Address of the types that remain, without those of the base, and the number of their words. */
let kept: usize = 0;
let keptLength: u32 = 0;

/**
 * Writes the canonical types one behind the other, with their new ids (`btf_dedup_compact_types`,
 * `btf_dedup_remap_types`).
 */
export function compact(firstId: u32): void {
  ids = take(u64(typeCount) << 2);
  for (let id: u32 = 0; id < firstId; id++) setId(id, id);
  let nextId = firstId;
  keptLength = 0;
  for (let id = firstId; id < typeCount; id++) {
    if (!isCanonical(id)) continue;
    setId(id, nextId++);
    keptLength += recordWords(field(recordOf(id), INFO));
  }
  // In place: a canonical type's id is read only after it was written.
  for (let id: u32 = 0; id < typeCount; id++) if (!isCanonical(id)) setId(id, newId(resolve(id)));

  kept = take(u64(keptLength) << 2);
  let to = kept;
  for (let id = firstId; id < typeCount; id++) {
    if (!isCanonical(id)) continue;
    const from = recordOf(id);
    const bytes = usize(recordWords(field(from, INFO))) << 2;
    memory.copy(to, from, bytes);
    forEachTypeId(to, renew);
    to += bytes;
  }
}

/** Address of the new id of each type, by old id. */
export function newIds(): usize {
  return ids;
}

/** Address of the types that remain, without those of the base. */
export function keptTypes(): usize {
  return kept;
}

/** Number of their words. */
export function keptWords(): u32 {
  return keptLength;
}

function renew(at: usize): void {
  store<u32>(at, newId(load<u32>(at)));
}

function newId(id: u32): u32 {
  return load<u32>(ids + (usize(id) << 2));
}

function setId(id: u32, to: u32): void {
  store<u32>(ids + (usize(id) << 2), to);
}
