import { takeZeros } from "../common/arena";

/**
 * The structs and unions that have a name which is asked for. Open addressing, a power of two of entries: 1 + the name's offset, 0 for a
 * free place, how many have the name, and the last of them.
 */
let entries: usize = 0;
let mask: u32 = 0;

const ENTRY_BYTES: usize = 12;
const COUNT: usize = 4;
const ID: usize = 8;

/** Room for so many names. */
export function openDefinitions(names: u32): void {
  let size: u32 = 64;
  while (size < names * 2) size *= 2;
  mask = size - 1;
  entries = takeZeros(u64(size) * ENTRY_BYTES);
}

/** Says that a name will be asked for. */
export function wantDefinition(nameOff: u32): void {
  store<u32>(entryOf(nameOff), nameOff + 1);
}

/** Takes a definition, if its name is asked for. */
export function noteDefinition(nameOff: u32, id: u32): void {
  const entry = entryOf(nameOff);
  if (load<u32>(entry) === 0) return;
  store<u32>(entry, load<u32>(entry, COUNT) + 1, COUNT);
  store<u32>(entry, id, ID);
}

/** The definition of a name that is asked for; 0 if there is none, or several. */
export function definitionNamed(nameOff: u32): u32 {
  const entry = entryOf(nameOff);
  return load<u32>(entry, COUNT) === 1 ? load<u32>(entry, ID) : 0;
}

/** The entry of a name, or the free one that it may have. Names lie apart by their lengths, so that a product spreads them. */
function entryOf(nameOff: u32): usize {
  let index = (nameOff * 0x9e3779b1) >>> 8;
  while (!isEntryOf(entries + usize(index & mask) * ENTRY_BYTES, nameOff)) index++;
  return entries + usize(index & mask) * ENTRY_BYTES;
}

function isEntryOf(entry: usize, nameOff: u32): bool {
  const name = load<u32>(entry);
  return name === 0 || name === nameOff + 1;
}
