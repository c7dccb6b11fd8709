import { take } from "../common/arena";
import { HASH_TABLE_BYTES, HashTable } from "../common/hash-table";
import { IN_RING, STRUCTURES, unnamedRef } from "./references";
import { shapeOf } from "./shape";
import { NEW, OLD, refOf, Side, setRef } from "./side";
import { beginTuple, closeTuple, emptyTuples, openTuples, put, TUPLES_BYTES, Tuples } from "./tuples";

/** Types that differ only after more steps than this around a ring count as equal. */
const MOST_ROUNDS: u32 = 64;
/** Added to the number of a class to make a provisional reference number, which is above all others. */
const FIRST_COLOUR: u32 = 0xf0000000;
/** First word in the tuple of a type in a ring. */
const RING_MARK: u32 = 0xffffffff;

/** The classes into which the current round divides the types. */
const colours: Tuples = changetype<Tuples>(memory.data(TUPLES_BYTES, 8));
const colourTable: HashTable = changetype<HashTable>(memory.data(HASH_TABLE_BYTES, 8));
/** The types in rings, those of the old side first: their ids, and their next reference numbers. */
let ids: usize = 0;
let refs: usize = 0;
let oldCount: u32 = 0;
let count: u32 = 0;

/**
 * Gives reference numbers to unnamed types that lead back to themselves through unnamed types only. No compiler makes
 * them, since in C every ring goes through a name. They have no deepest type to begin with, so all of them start in one
 * class. Each round divides the classes by what the types refer to, until a round divides none (partition refinement).
 */
export function numberRings(): void {
  ids = take((u64(OLD.typeCount) + u64(NEW.typeCount)) << 2);
  count = 0;
  listRings(OLD);
  oldCount = count;
  listRings(NEW);
  if (count === 0) return;
  refs = take(u64(count) << 2);
  openTuples(colours, colourTable, count);
  let classes: u32 = 0;
  for (let round: u32 = 0; round < MOST_ROUNDS; round++) {
    emptyTuples(colours);
    for (let i: u32 = 0; i < count; i++) setNext(i, FIRST_COLOUR + shapeOf(sideOf(i), idOf(i), colours));
    setAll();
    if (colours.count === classes) break;
    classes = colours.count;
  }
  for (let i: u32 = 0; i < count; i++) {
    beginTuple(STRUCTURES, 2);
    put(STRUCTURES, RING_MARK);
    put(STRUCTURES, refOf(sideOf(i), idOf(i)));
    setNext(i, unnamedRef(closeTuple(STRUCTURES)));
  }
  setAll();
}

function listRings(side: Side): void {
  for (let id: u32 = 1; id < side.typeCount; id++) {
    if (refOf(side, id) === IN_RING) store<u32>(ids + (usize(count++) << 2), id);
  }
}

function sideOf(index: u32): Side {
  return index < oldCount ? OLD : NEW;
}

function idOf(index: u32): u32 {
  return load<u32>(ids + (usize(index) << 2));
}

function setNext(index: u32, ref: u32): void {
  store<u32>(refs + (usize(index) << 2), ref);
}

/** Gives all types in rings their next reference numbers. */
function setAll(): void {
  for (let i: u32 = 0; i < count; i++) setRef(sideOf(i), idOf(i), load<u32>(refs + (usize(i) << 2)));
}
