import type { Btf } from "../btf/btf.ts";
import { editDistance, mostEdits } from "./nearest-words.ts";

/** At most this many similar names are suggested. */
const MOST_TOLD = 3;

/** Up to three names of types that are like `name`, the likest first: for "did you mean". */
export function similarNames(btf: Btf, name: string): string[] {
  const most = mostEdits(name);
  const alike = new Map<string, number>();
  for (let part: Btf | null = btf; part !== null; part = part.base) {
    part.names.forEachOwnName((id) => {
      const other = btf.name(id);
      if (Math.abs(other.length - name.length) > most || alike.has(other)) return;
      const edits = editDistance(name.toLowerCase(), other.toLowerCase(), most);
      if (edits <= most) alike.set(other, edits);
    });
  }
  const byLikeness = [...alike].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  return byLikeness.slice(0, MOST_TOLD).map(([other]) => other);
}
