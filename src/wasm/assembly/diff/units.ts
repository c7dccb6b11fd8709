import * as KIND from "../../../btf/kind-numbers";
import { INFO, NAME_OFF } from "../../../btf/record-words";
import { FAMILIES } from "../../constants/families";
import { take, takeZeros } from "../common/arena";
import { isEnum, kindOfInfo } from "../common/kinds";
import { field, vlenOf } from "../common/types";
import { nameCount } from "./name-numbers";
import { familyOfKind } from "./references";
import { sameDefinition } from "./same";
import { NEW, OLD, recordOf, refOf, Side } from "./side";

/**
 * The definitions of one side: by reference number the id of the first, by id the next with the same number, 0 after
 * the last.
 */
@unmanaged
class Definitions {
  heads: usize;
  next: usize;
}

const OLD_ONES: Definitions = changetype<Definitions>(memory.data(8, 8));
const NEW_ONES: Definitions = changetype<Definitions>(memory.data(8, 8));

/**
 * Address of the new ids of definitions that are equal, and the only ones of their name on both sides, as nearly all
 * are.
 */
export let same: usize = 0;
/** Number of these ids. */
export let sameCount: u32 = 0;
/** Address of the reference numbers of all other definitions. */
export let others: usize = 0;
/** Number of these reference numbers. */
export let otherCount: u32 = 0;

/** Compares the definitions in both topmost BTFs by name, in the order of the new ids, then of the old ids. */
export function findUnits(): void {
  list(OLD_ONES, OLD);
  list(NEW_ONES, NEW);
  same = take(u64(NEW.typeCount) << 2);
  others = take((u64(OLD.typeCount) + u64(NEW.typeCount)) << 2);
  sameCount = 0;
  otherCount = 0;
  for (let id: u32 = 1; id < NEW.typeCount; id++) {
    const ref = refOf(NEW, id);
    if (familyOf(ref) === 0 || firstOf(NEW_ONES, ref) !== id) continue;
    if (!hasOwn(NEW_ONES, NEW, ref) && !hasOwn(OLD_ONES, OLD, ref)) continue;
    const was = firstOf(OLD_ONES, ref);
    const isAlone = nextOf(NEW_ONES, id) === 0 && was !== 0 && nextOf(OLD_ONES, was) === 0;
    if (isAlone && sameDefinition(was, id)) store<u32>(same + (usize(sameCount++) << 2), id);
    else addOther(ref);
  }
  for (let id: u32 = 1; id < OLD.typeCount; id++) {
    const ref = refOf(OLD, id);
    if (familyOf(ref) === 0 || firstOf(OLD_ONES, ref) !== id || firstOf(NEW_ONES, ref) !== 0) continue;
    if (hasOwn(OLD_ONES, OLD, ref)) addOther(ref);
  }
}

/** First definition with a reference number on one side, 0 if there is none. */
export function firstDefinition(isNew: bool, ref: u32): u32 {
  return firstOf(isNew ? NEW_ONES : OLD_ONES, ref);
}

/** Next definition with the same reference number after `id`, 0 if there is none. */
export function nextDefinition(isNew: bool, id: u32): u32 {
  return nextOf(isNew ? NEW_ONES : OLD_ONES, id);
}

function list(definitions: Definitions, side: Side): void {
  definitions.heads = takeZeros((u64(nameCount) * FAMILIES) << 2);
  definitions.next = take(u64(side.typeCount) << 2);
  for (let id = side.typeCount - 1; id > 0; id--) {
    if (!isDefinition(side, id)) continue;
    const head = definitions.heads + (usize(refOf(side, id)) << 2);
    store<u32>(definitions.next + (usize(id) << 2), load<u32>(head));
    store<u32>(head, id);
  }
}

/** Whether a type is compared by its name: a definition, not a forward declaration. */
function isDefinition(side: Side, id: u32): bool {
  const record = recordOf(side, id);
  const info = field(record, INFO);
  const kind = kindOfInfo(info);
  if (familyOfKind(kind) === 0 || kind === KIND.FWD) return false;
  // `enum x;` is an enum without enumerators.
  return field(record, NAME_OFF) !== 0 && !(isEnum(kind) && vlenOf(info) === 0);
}

/** Whether the topmost BTF of a side has a definition with that reference number. */
function hasOwn(definitions: Definitions, side: Side, ref: u32): bool {
  let id = firstOf(definitions, ref);
  while (id !== 0 && id < side.firstOwnId) id = nextOf(definitions, id);
  return id !== 0;
}

function addOther(ref: u32): void {
  store<u32>(others + (usize(otherCount++) << 2), ref);
}

function firstOf(definitions: Definitions, ref: u32): u32 {
  return load<u32>(definitions.heads + (usize(ref) << 2));
}

function nextOf(definitions: Definitions, id: u32): u32 {
  return load<u32>(definitions.next + (usize(id) << 2));
}

function familyOf(ref: u32): u32 {
  return ref & (FAMILIES - 1);
}
