import { INFO } from "../../../btf/record-words";
import { FAMILIES } from "../../constants/families";
import { grown, take } from "../common/arena";
import { kindOfInfo, ownColumn } from "../common/kinds";
import { field } from "../common/types";
import { shapeOf } from "./shape";
import { forEachChild, OLD, ownName, recordOf, refOf, Side, setRef } from "./side";
import { TUPLES_BYTES, Tuples } from "./tuples";

/** In place of a reference number: the type has none yet. */
const UNKNOWN: u32 = 0xffffffff;
/** The type leads to a ring of unnamed types. */
export const IN_RING: u32 = 0xfffffffe;
/** The type is being numbered. */
const OPEN: u32 = 0xfffffffd;

const FIRST_STACK: usize = 4096;

/** The structures of types, which give unnamed types their numbers, for both sides. */
export const STRUCTURES: Tuples = changetype<Tuples>(memory.data(TUPLES_BYTES, 8));

/** The side whose types are being numbered. */
let side: Side = OLD;
/**
 * A stack of types that wait for their numbers, below the types that they refer to; its bytes in use, and its size in
 * bytes.
 */
let stack: usize = 0;
let stackBytes: usize = 0;
let stackRoom: usize = 0;
/**
 * Set by the visitors below: how many children have no number yet or none at all, and whether one is being numbered or
 * in a ring.
 */
let unknown: u32 = 0;
let isInRing: bool = false;

/** The family of a kind: `FAMILY` of `engine/diff/side`. */
export function familyOfKind(kind: u32): u32 {
  return ownColumn(0, kind);
}

/** Reference number of an unnamed type whose structure has the number `tuple`. */
export function unnamedRef(tuple: u32): u32 {
  return tuple * FAMILIES;
}

/** Gives a side's types their reference numbers, except those that lead to a ring of unnamed types. */
export function numberReferences(numbered: Side): void {
  side = numbered;
  stackRoom = FIRST_STACK;
  stack = take(stackRoom);
  setRef(side, 0, 0);
  for (let id: u32 = 1; id < side.typeCount; id++) {
    const family = familyOfKind(kindOfInfo(field(recordOf(side, id), INFO)));
    const name = family === 0 ? 0 : ownName(side, id);
    setRef(side, id, name === 0 ? UNKNOWN : name * FAMILIES + family);
  }
  for (let id: u32 = 1; id < side.typeCount; id++) {
    if (refOf(side, id) !== UNKNOWN) continue;
    stackBytes = 0;
    if (countUnknown(id) === 0) setRef(side, id, unnamedRef(shapeOf(side, id, STRUCTURES)));
    else numberFrom(id);
  }
}

/** Numbers an unnamed type and the types below it, the deepest first. */
function numberFrom(first: u32): void {
  stackBytes = 0;
  push(first);
  while (stackBytes > 0) {
    const id = load<u32>(stack + stackBytes - 4);
    if (refOf(side, id) === UNKNOWN) {
      setRef(side, id, OPEN);
      const height = stackBytes;
      countUnknown(id);
      if (stackBytes > height) continue;
    }
    stackBytes -= 4;
    // It is on the stack twice if two types refer to it.
    if (refOf(side, id) !== OPEN) continue;
    isInRing = false;
    forEachChild(recordOf(side, id), noteRing);
    setRef(side, id, isInRing ? IN_RING : unnamedRef(shapeOf(side, id, STRUCTURES)));
  }
}

/** Pushes the children of a type that have no number yet. Returns how many children have none, now or ever. */
function countUnknown(id: u32): u32 {
  unknown = 0;
  forEachChild(recordOf(side, id), noteUnknown);
  return unknown;
}

function noteUnknown(child: u32): void {
  const ref = refOf(side, child);
  if (ref < OPEN) return;
  unknown++;
  if (ref === UNKNOWN) push(child);
}

function noteRing(child: u32): void {
  const ref = refOf(side, child);
  if (ref === OPEN || ref === IN_RING) isInRing = true;
}

function push(id: u32): void {
  if (stackBytes === stackRoom) {
    stack = grown(stack, stackRoom);
    stackRoom *= 2;
  }
  store<u32>(stack + stackBytes, id);
  stackBytes += 4;
}
