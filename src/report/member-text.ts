import type { MemberChange } from "../engine/diff/change.ts";

/** Members that did the same one after the other: moved by as much, or renumbered by as much. */
export function runsOf(members: readonly MemberChange[]): MemberChange[][] {
  const runs: MemberChange[][] = [];
  for (const member of members) {
    const run = runs.at(-1);
    if (run !== undefined && shiftOf(run[0]) !== undefined && shiftOf(run[0]) === shiftOf(member)) {
      run.push(member);
    } else runs.push([member]);
  }
  return runs;
}

/**
 * The distance of members that only moved, or of enumerators that were only renumbered, and the changes that are summed
 * up so.
 */
export function shiftOf(member: MemberChange): string | undefined {
  const { change, oldBitOffset, newBitOffset, oldType, oldWithin, newWithin, oldValue, newValue } = member;
  if (change === "renumbered")
    return `renumbered by ${signed(BigInt(newValue ?? 0) - BigInt(oldValue ?? 0))}`;
  if (change === "added" || change === "removed" || change === "renamed" || oldType !== undefined)
    return undefined;
  if (oldWithin !== newWithin) return `moved ${withinText(oldWithin ?? "", newWithin ?? "")}`;
  if (oldBitOffset === undefined || newBitOffset === undefined) return undefined;
  const bits = newBitOffset - oldBitOffset;
  return bits % 8 === 0
    ? `shifted by ${signed(BigInt(bits / 8))}`
    : `shifted by ${signed(BigInt(bits))} ${Math.abs(bits) === 1 ? "bit" : "bits"}`;
}

function signed(by: bigint): string {
  return by > 0n ? `+${by}` : `${by}`;
}

function withinText(from: string, to: string): string {
  const into = (within: string) => `an unnamed ${within.split(".")[0]}`;
  if (to === "") return `out of ${into(from)}`;
  return from === "" || to.startsWith(from)
    ? `into ${into(to)}`
    : `to another unnamed ${to.split(".").at(-1)}`;
}

/** A member whose own type grew, or that became a bitfield of other bits. */
export function sizesText({ oldType, newType, oldBitSize = 0, newBitSize = 0 }: MemberChange): string {
  if (oldType !== newType) return `${oldType} -> ${newType}`;
  return `${newType}  ${oldBitSize / 8} -> ${newBitSize / 8} bytes`;
}

/** The offset of a member: its byte, and for a bitfield its bit. */
export function placeText(bits: number | undefined): string {
  if (bits === undefined) return "";
  return bits % 8 === 0 ? `  @ ${bits / 8}` : `  @ ${Math.floor(bits / 8)}:${bits % 8}`;
}

/** The offset of a member, or its old and new offset. */
export function moveText({ oldBitOffset, newBitOffset }: MemberChange): string {
  if (oldBitOffset === newBitOffset) return placeText(newBitOffset);
  return `${placeText(oldBitOffset)} -> ${placeText(newBitOffset).trim().slice(2)}`;
}
