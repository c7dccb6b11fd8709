import { takeZeros } from "../common/arena";

/**
 * A hash table of the struct and union definitions with certain names. Open addressing, with a power of two of entries:
 * 1 + the name's offset (0 in a free entry), the number of definitions with that name, and the id of the last one.
 */
let entries: usize = 0;
let mask: u32 = 0;

const ENTRY_BYTES: usize = 12;
const COUNT: usize = 4;
const ID: usize = 8;

/** Begins with an empty table for so many names. */
export function openDefinitions(names: u32): void {
  let size: u32 = 64;
  while (size < names * 2) size *= 2;
  mask = size - 1;
  entries = takeZeros(u64(size) * ENTRY_BYTES);
}

/** Adds a name whose definition is wanted. */
export function wantDefinition(nameOff: u32): void {
  store<u32>(entryOf(nameOff), nameOff + 1);
}

/** Counts a definition, if its name is wanted. */
export function noteDefinition(nameOff: u32, id: u32): void {
  const entry = entryOf(nameOff);
  if (load<u32>(entry) === 0) return;
  store<u32>(entry, load<u32>(entry, COUNT) + 1, COUNT);
  store<u32>(entry, id, ID);
}

/** Id of the only definition of a wanted name; 0 if there is none, or if there are several. */
export function definitionNamed(nameOff: u32): u32 {
  const entry = entryOf(nameOff);
  return load<u32>(entry, COUNT) === 1 ? load<u32>(entry, ID) : 0;
}

/**
 * Address of the entry of a name, or of the free entry where it belongs. Offsets differ by the lengths of names, so a
 * product spreads them well.
 */
function entryOf(nameOff: u32): usize {
  let index = (nameOff * 0x9e3779b1) >>> 8;
  while (!isEntryOf(entries + usize(index & mask) * ENTRY_BYTES, nameOff)) index++;
  return entries + usize(index & mask) * ENTRY_BYTES;
}

function isEntryOf(entry: usize, nameOff: u32): bool {
  const name = load<u32>(entry);
  return name === 0 || name === nameOff + 1;
}
