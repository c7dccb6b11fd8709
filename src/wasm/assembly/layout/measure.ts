import { STRUCT } from "../../../btf/kind-numbers";
import {
  HEAD_WORDS,
  INFO,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { field, flagOf, kindOf, place, recordOf, vlenOf } from "../common/types";
import { isScalar, sizeOf } from "./sizes";

// Walks the members of a struct or union and finds their places and the holes before them as pahole does: bitfields as
// in its BTF loader (`class__fixup_btf_bitfields`, dwarves btf_loader.c), holes as in `class__find_holes` (dwarves.c).
// Unions have no holes. The state is in globals, so one struct or union is measured at a time. `types/measure` is the
// same for TypeScript; a test compares both.

/** Offset of the current member in bytes; for a bitfield the offset of the integer that contains it. */
export let offset: u32 = 0;
/** Size of the current member in bytes; for a bitfield the size of that integer. */
export let bytes: i64 = 0;
/** Width of a bitfield in bits, otherwise 0. */
export let bitfieldSize: u32 = 0;
/** First bit of a bitfield in its integer. */
export let bitfieldOffset: u32 = 0;
/** Unused bytes before the current member; negative if it overlaps with earlier ones. */
export let hole: i64 = 0;
/** Unused bits before the current member. */
export let bitHole: u32 = 0;

/** Number of holes so far. */
export let holeCount: u32 = 0;
/** Number of bit holes so far. */
export let bitHoleCount: u32 = 0;
/** Unused bytes after the last member. */
export let padding: i64 = 0;
/** Unused bits after the last member. */
export let bitPadding: i64 = 0;

/** Size of the struct or union in bytes. */
let size: i64 = 0;
let isStruct: bool = false;
let kflag: bool = false;
/** Addresses of the next member, and of the end of all members. */
let member: usize = 0;
let end: usize = 0;
// Everything from here on is in bits.
/** Where the last member ended. */
let seen: i64 = 0;
let inBitfield: bool = false;
/** End and size of the integer that the current bitfields share. */
let unitEnd: i64 = 0;
let unitSize: i64 = 0;

/** Starts before the first member of a STRUCT or UNION. */
export function beginMembers(id: u32): void {
  const record = recordOf(id);
  const info = field(record, INFO);
  size = i64(field(record, SIZE_OR_TYPE));
  hole = 0;
  bitHole = 0;
  holeCount = 0;
  bitHoleCount = 0;
  padding = 0;
  bitPadding = 0;
  isStruct = kindOf(id) === STRUCT;
  kflag = flagOf(info);
  member = place(record, HEAD_WORDS);
  end = place(member, vlenOf(info) * MEMBER_WORDS);
  seen = 0;
  inBitfield = false;
  unitEnd = size * 8;
  unitSize = 0;
}

/** Advances to the next member; false after the last. */
export function nextMember(): bool {
  if (member >= end) {
    if (isStruct) pad();
    return false;
  }
  const type = field(member, MEMBER_TYPE);
  const where = field(member, MEMBER_OFFSET);
  member = place(member, MEMBER_WORDS);
  bytes = sizeOf(type);
  if (kflag && where >>> 24 !== 0) bitfield(type, where & 0xffffff, where >>> 24);
  else plain(kflag ? where & 0xffffff : where);
  return true;
}

/** Places an ordinary member that begins at bit `start`. */
function plain(start: u32): void {
  offset = start >>> 3;
  bitfieldSize = 0;
  bitfieldOffset = 0;
  if (!isStruct) return;
  if (i64(start) === seen && !inBitfield) {
    hole = 0;
    bitHole = 0;
  } else {
    const bits = inBitfield ? closeUnit(start) : 0;
    found(i64(start >>> 3) - (seen >> 3), bits);
  }
  inBitfield = false;
  seen = i64(start) + bytes * 8;
  unitSize = 0;
  unitEnd = seen;
}

/** Places a bitfield of `bits` bits that begins at bit `start`. */
function bitfield(type: u32, start: u32, bits: u32): void {
  // It lies in an integer of its type that is aligned in the struct, even in a packed one.
  const isInInteger = bytes !== 0 && isScalar(type);
  offset = isInInteger ? u32((i64(start) / (bytes * 8)) * bytes) : start >>> 3;
  bitfieldOffset = isInInteger ? start - offset * 8 : 0;
  bitfieldSize = bits;
  if (!isStruct) return;
  let unused = inBitfield ? closeUnit(start) : 0;
  let unusedBytes: i64 = 0;
  const integerStart = i64(offset) * 8;
  if (seen < integerStart && integerStart <= i64(start)) {
    unusedBytes = i64(offset) - (seen >> 3);
    seen = integerStart;
  }
  unused += i64(start) - seen;
  found(unusedBytes, unused);
  inBitfield = true;
  seen = i64(start) + bits;
  if (seen > unitEnd || bytes * 8 > unitSize) {
    unitSize = bytes * 8;
    unitEnd = integerStart + unitSize;
    // A bitfield may begin in one integer and end in the next.
    if (seen > unitEnd) unitEnd += unitSize;
  }
}

/** Closes the current integer of bitfields, at the latest where the next member begins. Returns its unused bits. */
function closeUnit(start: i64): i64 {
  const closed = min(start, unitEnd);
  const unused = closed - seen;
  seen = closed;
  return unused;
}

/** Notes what is unused before the current member. */
function found(unusedBytes: i64, unusedBits: i64): void {
  hole = unusedBytes;
  // pahole keeps this in a byte.
  bitHole = u32(unusedBits) & 0xff;
  if (unusedBytes > 0) holeCount++;
  if (unusedBits !== 0) bitHoleCount++;
}

/** Finds what is unused after the last member. */
function pad(): void {
  if (inBitfield) bitPadding = closeUnit(size * 8);
  padding = size - (seen >> 3);
}
