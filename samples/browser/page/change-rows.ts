import type { MemberChange } from "../../../src/index.ts";

/** A line of the table of changes: one change, or members one after the other that moved by as much. */
export type ChangeRow =
  | { readonly row: "change"; readonly change: MemberChange }
  | {
      readonly row: "moved";
      readonly first: MemberChange;
      readonly last: MemberChange;
      readonly count: number;
      /** In bits. */
      readonly by: number;
    };

/** Fewer that moved alike are told one by one. */
const LEAST_TOGETHER = 3;

/**
 * The changes of a definition: those that say something by themselves first, then what only moved, told together where
 * it moved alike.
 */
export function changeRows(members: readonly MemberChange[]): ChangeRow[] {
  const rows: ChangeRow[] = members
    .filter((change) => movedBy(change) === undefined)
    .map((change) => ({ row: "change", change }));
  const moved = members
    .flatMap((change) => {
      const by = movedBy(change);
      return by === undefined ? [] : [{ change, by }];
    })
    .sort((a, b) => (a.change.newBitOffset ?? 0) - (b.change.newBitOffset ?? 0));
  for (let start = 0; start < moved.length; ) {
    let end = start + 1;
    while (end < moved.length && moved[end].by === moved[start].by) end++;
    const run = moved.slice(start, end);
    if (run.length < LEAST_TOGETHER)
      rows.push(...run.map(({ change }) => ({ row: "change" as const, change })));
    else {
      const [first, last] = [run[0].change, run[run.length - 1].change];
      rows.push({ row: "moved", first, last, count: run.length, by: run[0].by });
    }
    start = end;
  }
  return rows;
}

/** The path under which a renamed member was known: the new one with the old name at its end. */
export function oldPath({ path, name, oldName }: MemberChange): string | undefined {
  if (oldName === undefined || oldName === "") return undefined;
  return path.slice(0, path.length - name.length) + oldName;
}

/** Bits by which a member moved, if it did nothing else. */
function movedBy({
  change,
  oldBitOffset,
  newBitOffset,
  oldWithin,
  newWithin,
}: MemberChange): number | undefined {
  if (change !== "moved" || oldBitOffset === undefined || newBitOffset === undefined) return undefined;
  if (oldWithin !== newWithin) return undefined;
  return newBitOffset - oldBitOffset;
}
