import type { Btf } from "../btf/btf.ts";
import { editDistance, mostEdits } from "./nearest-words.ts";

/** Characters that a name must have for longer ones to be like it. */
const LEAST_BEGINNING = 4;
/** At most this many similar names are suggested. */
const MOST_TOLD = 3;

/**
 * Up to three names of types that are like `name`, the likest first, for "did you mean": those that differ in a few
 * characters, then those that begin with it.
 */
export function similarNames(btf: Btf, name: string): string[] {
  const most = mostEdits(name);
  const wanted = name.toLowerCase();
  const alike = new Map<string, number>();
  for (let part: Btf | null = btf; part !== null; part = part.base) {
    part.names.forEachOwnName((id) => {
      const other = btf.name(id);
      if (alike.has(other)) return;
      const text = other.toLowerCase();
      const edits = editDistance(wanted, text, most);
      if (edits <= most) alike.set(other, edits);
      else if (wanted.length >= LEAST_BEGINNING && text.startsWith(wanted)) alike.set(other, text.length);
    });
  }
  const byLikeness = [...alike].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  return byLikeness.slice(0, MOST_TOLD).map(([other]) => other);
}
