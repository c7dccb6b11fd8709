import { hashWith } from "../common/hashing";
import { addName, openStrings } from "../common/strings";
import { firstId, nameAt, typeCount } from "./graph";

/** A cache of renamed names: pairs of an old and a new offset, by a hash of the old one. */
const MET: usize = memory.data(16384, 8);
const MET_BITS: u32 = 11;
/** The empty name, with which every string section begins. */
const EMPTY: usize = memory.data(8, 8);

/** Begins with the empty name only: the distilled base has no base below it, so its strings begin with that. */
export function openNames(hashStart: u32, hashFactor: u32): void {
  memory.fill(MET, 0, 8 << MET_BITS);
  hashWith(hashStart, hashFactor);
  openStrings(0, 0, (typeCount - firstId) << 4);
  addName(EMPTY);
}

/**
 * Replaces the name offset at an address by the new one. Recent ones come from a cache: most names of a module are those of parameters,
 * which recur, and looking a name up by its bytes takes ten times as long.
 */
export function rename(at: usize): void {
  const off = load<u32>(at);
  if (off === 0) return;
  const met = MET + (usize((off * 0x9e3779b1) >>> (32 - MET_BITS)) << 3);
  if (load<u32>(met) !== off) {
    store<u32>(met, addName(nameAt(off)), 4);
    store<u32>(met, off);
  }
  store<u32>(at, load<u32>(met, 4));
}
