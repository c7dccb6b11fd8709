import { byte, int64, literal, makeRoom } from "../common/text";
import { writeCount, writeLineBreak, writeNumber, writeSpaces, writeTabs } from "./columns";
import { CACHE_LINE, Member } from "./composites";

// Writes comments between members and behind them.

/** Whether numbers are in hexadecimal. */
let inHex: bool = false;
/** Number of the cache line whose boundary was mentioned last. */
let cacheLine: i64 = 0;

/** Begins with the comments of another type. */
export function startComments(hex: bool): void {
  inHex = hex;
  cacheLine = 0;
}

/** Number of the cache line whose boundary was mentioned last, for {@link returnToCacheLine}. */
export function mentionedCacheLine(): i64 {
  return cacheLine;
}

/** Goes on as if `line` were the cache line mentioned last. */
export function returnToCacheLine(line: i64): void {
  cacheLine = line;
}

/** Mentions the boundary of a cache line at or before `offset`, unless it was mentioned already. */
export function writeCacheLine(level: u32, offset: i64): void {
  if (offset < (cacheLine + 1) * CACHE_LINE) return;
  cacheLine = offset / CACHE_LINE;
  const past = offset % CACHE_LINE;
  literal("/* --- cacheline ");
  int64(cacheLine);
  literal(" boundary (");
  int64(offset - past);
  literal(" bytes)");
  if (past !== 0) {
    literal(" was ");
    writeCount(past, "byte");
    literal(" ago");
  }
  literal(" --- */\n");
  writeTabs(level);
}

/**
 * Writes how much is unused before a member. `isApart` says that there is already an empty line before it; the caller
 * writes one behind it.
 */
export function writeHole(count: i64, unit: string, level: u32, isApart: bool, isBeforeFirst: bool): void {
  makeRoom();
  if (!isApart) writeLineBreak();
  if (!isBeforeFirst) writeLineBreak();
  writeTabs(level);
  literal("/* XXX ");
  writeCount(count, unit);
  literal(" hole, try to pack */");
  if (isBeforeFirst) writeLineBreak();
}

/**
 * Writes pahole's remark about a member that shares bytes with the previous one, `last`, which pahole takes to have `lastSize` bytes.
 * `isApart` and the result say whether there is an empty line before it, and one due behind it.
 */
export function writeCombination(
  last: Member,
  member: Member,
  lastSize: i64,
  level: u32,
  isApart: bool,
): bool {
  const distance = i64(member.offset) - last.offset;
  const withPrevious =
    distance < 0 || (distance === 0 && last.bitfieldSize === 0 && member.bitfieldSize !== 0);
  if (!withPrevious && (distance === 0 || distance >= lastSize)) return isApart;
  if (!isApart) writeLineBreak();
  writeTabs(level);
  if (withPrevious) literal("/* Bitfield combined with previous fields */\n");
  else literal("/* Bitfield combined with next fields */\n");
  return true;
}

/** Writes the offset and size of a member, after so many spaces. */
export function writePlace(member: Member, offset: i64, spaces: i32): void {
  writeSpaces(max(1, spaces));
  literal("/* ");
  writeNumber(offset, 5, inHex);
  if (member.bitfieldSize !== 0) {
    byte(0x3a);
    writeNumber(member.bitfieldOffset, 2, inHex);
  }
  byte(0x20);
  writeNumber(member.size, member.bitfieldSize === 0 ? 5 : 2, inHex);
  literal(" */");
}
