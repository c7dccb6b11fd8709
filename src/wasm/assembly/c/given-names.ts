import { ENUM } from "../../../btf/kind-numbers";
import { INFO } from "../../../btf/record-words";
import { grown, take, takeZeros } from "../common/arena";
import { IDENTIFIER } from "../common/bytes";
import { enter, HASH_TABLE_BYTES, HashTable, isFree, numberIn, openTable } from "../common/hash-table";
import { nameHash, slotOfName } from "../common/name-table";
import { nameAt } from "../common/names";
import { byte, copyName, handOn, literal, uint } from "../common/text";
import { field, kindOf, nameOf, recordOf, typeCount, vlenOf } from "../common/types";
import { cutName, escapeName } from "./host";
import { isCompat, nameForm } from "./options";

// Gives out names in C. The second type or enumerator with a name becomes `NAME___2` (`btf_dump_type_name`,
// `btf_dump_resolve_name`, libbpf btf_dump.c).

/**
 * How often a name was given out (`btf_dump_name_dups`). Structs, unions, enums and INTs share one name space; typedefs
 * and enumerators share the other.
 */
@unmanaged
class GivenName {
  off: u32;
  asType: u32;
  asIdentifier: u32;
}
const GIVEN_BYTES: usize = 12;

/** The names that were given out, and their size in bytes. */
let givenNames: usize = 0;
let givenBytes: usize = 0;
/** The numbers of these names, from 1 up. */
const numbers: HashTable = changetype<HashTable>(memory.data(HASH_TABLE_BYTES, 8));

/** By id: which use of its name the type is, 0 if not decided yet. */
let uses: usize = 0;

/** Begins with no names given out. `stringBytes` is the length of all strings. */
export function startNames(stringBytes: u32): void {
  // A kernel has about 65 bytes of strings for each name that is given out.
  openTable(numbers, stringBytes >>> 6);
  givenBytes = 64 * GIVEN_BYTES;
  givenNames = take(givenBytes);
  uses = takeZeros(u64(typeCount) << 2);
}

/** Writes a space and the name that was given to a type, or nothing for an anonymous type. */
export function writeTag(id: u32): void {
  const name = nameOf(id);
  if (name === 0) return;
  byte(SPACE);
  writeGiven(name, useOfType(id));
}

/** Writes the name of an enumerator, which is counted with those of typedefs. */
export function writeEnumerator(name: u32): void {
  writeName(name);
  const use = countUse(name, false);
  if (use > 1) writeUse(use);
}

/** Which use of its name a struct, union, enum or INT is. */
export function useOfType(id: u32): u32 {
  return useOf(id, true);
}

/** Which use of its name a typedef is. */
export function useOfTypedef(id: u32): u32 {
  return useOf(id, false);
}

/** Writes a name as it was given out: `NAME`, or `NAME___N` for the N-th use of it. */
export function writeGiven(name: u32, use: u32): void {
  if (use > 1 && isCompat) {
    handOn();
    cutName(name, use);
    return;
  }
  writeName(name);
  if (use > 1) writeUse(use);
}

/** Writes a name by itself. Leaves room for a little text behind it. */
export function writeName(name: u32): void {
  const from = nameAt(name);
  const startsWithDigit = u32(load<u8>(from)) - ZERO < 10;
  const stop = startsWithDigit && nameForm === IDENTIFIER ? from : copyName(from, nameForm);
  if (load<u8>(stop) === 0) return;
  handOn();
  escapeName(name, u32(stop - nameAt(0)));
}

function writeUse(use: u32): void {
  literal("___");
  uint(use);
}

/**
 * Which use of its name a type is, from 1. An enum without enumerators counts as the first, since it only declares
 * another.
 */
function useOf(id: u32, isType: bool): u32 {
  const known = load<u32>(uses + (id << 2));
  if (known !== 0) return known;
  const isAnnouncement = kindOf(id) === ENUM && vlenOf(field(recordOf(id), INFO)) === 0;
  const use = isAnnouncement ? 1 : countUse(nameOf(id), isType);
  store<u32>(uses + (id << 2), use);
  return use;
}

/** Counts one more use of a name. Returns the count. */
function countUse(off: u32, isType: bool): u32 {
  const number = numberOf(off);
  const name = givenName(number);
  return isType ? ++name.asType : ++name.asIdentifier;
}

/** The number of the name at an offset; a new number if the name was not given out yet. */
function numberOf(off: u32): u32 {
  const slot = slotOfName(numbers, nameAt(off), addressOf);
  if (!isFree(slot)) return numberIn(slot);
  enter(numbers, slot, nameHash, numbers.count + 1);
  if (usize(numbers.count) * GIVEN_BYTES > givenBytes) {
    givenNames = grown(givenNames, givenBytes);
    givenBytes <<= 1;
  }
  const name = givenName(numbers.count);
  name.off = off;
  name.asType = 0;
  name.asIdentifier = 0;
  return numbers.count;
}

function addressOf(number: u32): usize {
  return nameAt(givenName(number).off);
}

function givenName(number: u32): GivenName {
  return changetype<GivenName>(givenNames + usize(number - 1) * GIVEN_BYTES);
}

const SPACE: u32 = 0x20;
const ZERO: u32 = 0x30;
