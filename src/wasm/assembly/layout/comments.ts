import { byte, int64, literal, makeRoom } from "../common/text";
import { writeCount, writeLineBreak, writeNumber, writeSpaces, writeTabs } from "./columns";
import { CACHE_LINE, Member } from "./composites";

// What stands between members and behind them in comments.

/** Whether numbers are in hexadecimal. */
let inHex: bool = false;
/** The cache line that was mentioned last. */
let cacheLine: i64 = 0;

export function startComments(hex: bool): void {
  inHex = hex;
  cacheLine = 0;
}

/** The cache line that was mentioned last, for {@link returnToCacheLine}. */
export function mentionedCacheLine(): i64 {
  return cacheLine;
}

/** Goes on as if the cache lines behind `line` were not mentioned yet. */
export function returnToCacheLine(line: i64): void {
  cacheLine = line;
}

/** Says that a cache line ends before `offset`, if none was mentioned that ends there or later. */
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

/** Says how much is unused before a member; an empty line is due behind it. `isApart`: one before it is already there. */
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

/** pahole's remark on a member that shares bytes with the one before it, of which it takes `lastSize` bytes; returns whether an empty line is due. */
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

/** Says where a member lies, after so many spaces. */
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
