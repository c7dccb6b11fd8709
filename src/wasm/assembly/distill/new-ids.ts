import { take, takeZeros } from "../common/arena";
import { firstId } from "./graph";
import { used, usedCount } from "./used";

/** By base id: the new id, 0 if it has none. All are 0 before the next split BTF. */
let newIds: usize = 0;

/** Makes room for the new ids of all types of a base. */
export function openNewIds(): void {
  newIds = takeZeros(u64(firstId) << 2);
}

/** New id of a base type; 0 for void, and for a type without one. */
export function newIdOf(id: u32): u32 {
  return load<u32>(newIds + (usize(id) << 2));
}

/** Gives a base type its new id. */
export function setNewId(id: u32, to: u32): void {
  store<u32>(newIds + (usize(id) << 2), to);
}

/** Lists the new ids of the base types in use, in the order of `used`. Returns the address of the list. */
export function listNewIds(): usize {
  const list = take(u64(usedCount) << 2);
  for (let i: usize = 0; i < usedCount; i++) store<u32>(list + (i << 2), newIdOf(load<u32>(used + (i << 2))));
  return list;
}

/** Forgets the new ids, before the next split BTF. */
export function forgetNewIds(): void {
  for (let i: usize = 0; i < usedCount; i++) setNewId(load<u32>(used + (i << 2)), 0);
}
