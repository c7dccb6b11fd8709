import type { Btf } from "../btf/btf.ts";

/** Names that differ in no more than this many characters are alike. */
const MOST_EDITS = 3;

/** Up to three names of types that are like `name`, the likest first: for "did you mean". */
export function similarNames(btf: Btf, name: string): string[] {
  const most = Math.min(MOST_EDITS, Math.floor(name.length / 3));
  const alike: { name: string; edits: number }[] = [];
  for (let part: Btf | null = btf; part !== null; part = part.base) {
    part.names.forEachOwnName((id) => {
      const other = btf.name(id);
      if (Math.abs(other.length - name.length) > most) return;
      const edits = editDistance(name.toLowerCase(), other.toLowerCase(), most);
      if (edits <= most && !alike.some((known) => known.name === other)) alike.push({ name: other, edits });
    });
  }
  alike.sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  return alike.slice(0, 3).map((each) => each.name);
}

/** Characters to insert, delete or replace to make one text the other (Levenshtein), or more than `most` if they are many. */
function editDistance(a: string, b: string, most: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[b.length];
}
