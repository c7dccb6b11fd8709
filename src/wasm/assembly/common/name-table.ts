import { firstSlot, HashTable, hashIn, isFree, nextSlot, numberIn } from "./hash-table";
import { hashName, sameName } from "./hashing";

/** The hash of the name that {@link slotOfName} looked for last. */
export let nameHash: u32 = 0;

/**
 * Looks in a table for the name at the address `name`. Returns the slot that holds its number, or the free slot where it belongs.
 * `addressOf` gives the address of the name that a number stands for.
 */
export function slotOfName(table: HashTable, name: usize, addressOf: (number: u32) => usize): usize {
  nameHash = hashName(name);
  let slot = firstSlot(table, nameHash);
  while (!isFree(slot)) {
    if (hashIn(slot) === nameHash && sameName(addressOf(numberIn(slot)), name)) return slot;
    slot = nextSlot(table, slot);
  }
  return slot;
}
