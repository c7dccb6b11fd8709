import { take, takeZeros } from "../common/arena";
import { firstId } from "./graph";
import { used, usedCount } from "./used";

/** By base id: its new id; 0 for what has none, and between two split BTFs. */
let newIds: usize = 0;

/** No new ids, for all ids of a base. */
export function openNewIds(): void {
  newIds = takeZeros(u64(firstId) << 2);
}

/** The new id of a base type; 0 for void, and for what has none. */
export function newIdOf(id: u32): u32 {
  return load<u32>(newIds + (usize(id) << 2));
}

export function setNewId(id: u32, to: u32): void {
  store<u32>(newIds + (usize(id) << 2), to);
}

/** The new ids of the types in use, in their order. */
export function listNewIds(): usize {
  const list = take(u64(usedCount) << 2);
  for (let i: usize = 0; i < usedCount; i++) store<u32>(list + (i << 2), newIdOf(load<u32>(used + (i << 2))));
  return list;
}

/** Wipes the new ids. */
export function forgetNewIds(): void {
  for (let i: usize = 0; i < usedCount; i++) setNewId(load<u32>(used + (i << 2)), 0);
}
