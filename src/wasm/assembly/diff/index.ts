// The exports for src/wasm/diff-machine.ts. The host lays two BTFs one after the other. Then their types get reference
// numbers, by which they are compared. `engine/diff` says what the numbers mean.
import { keep } from "../common/arena";
import { HASH_TABLE_BYTES, HashTable } from "../common/hash-table";
import { hashWith } from "../common/hashing";
import { openNames } from "./name-numbers";
import { numberReferences, STRUCTURES } from "./references";
import { numberRings } from "./rings";
import { shapeOf } from "./shape";
import { NEW, nameNumber, OLD, openSide, Side } from "./side";
import { openTuples } from "./tuples";
import { findUsers } from "./users";

export { roomFor } from "../common/arena";
export { kindTable } from "../common/kinds";
export { nameOf } from "./name-numbers";
export { findUnits, firstDefinition, nextDefinition, otherCount, others, same, sameCount } from "./units";
export { userCount, userStarts, users } from "./users";

const structureTable: HashTable = changetype<HashTable>(memory.data(HASH_TABLE_BYTES, 8));

/** Takes one of the BTFs, which the host has laid: types, and `end` bytes of strings. */
export function takeSide(
  isNew: bool,
  words: usize,
  starts: usize,
  typeCount: u32,
  firstOwnId: u32,
  strings: usize,
  end: u32,
): void {
  openSide(sideOf(isNew), words, starts, typeCount, firstOwnId, strings, end);
  keep();
}

/** Gives the types of both sides their reference numbers. */
export function numberTypes(hashStart: u32, hashFactor: u32): void {
  hashWith(hashStart, hashFactor);
  openNames(NEW.typeCount);
  openTuples(STRUCTURES, structureTable, NEW.typeCount >>> 1);
  numberReferences(OLD);
  numberReferences(NEW);
  numberRings();
}

/** Address of the reference numbers of a side, by type id. */
export function references(isNew: bool): usize {
  return sideOf(isNew).refs;
}

/** Number of the name at an offset of a side's strings. */
export function nameAt(isNew: bool, off: u32): u32 {
  return nameNumber(sideOf(isNew), off);
}

/** Number for the contents of a definition, without its name. Equal contents have equal numbers on both sides. */
export function contentOf(isNew: bool, id: u32): u32 {
  return shapeOf(sideOf(isNew), id, STRUCTURES);
}

/** Lists the types that refer to each type of a side. */
export function listUsers(isNew: bool): void {
  findUsers(sideOf(isNew));
}

function sideOf(isNew: bool): Side {
  return isNew ? NEW : OLD;
}
