/** Words that differ in no more than this many characters are alike; short ones in a third of theirs. */
const MOST_EDITS = 3;

/** In how many characters similar words may differ. */
export function mostEdits(word: string): number {
  return Math.min(MOST_EDITS, Math.floor(word.length / 3));
}

/** The word that is most like `word`, for "did you mean"; undefined if none is like it. */
export function nearestWord(word: string, words: Iterable<string>): string | undefined {
  const most = Math.max(1, mostEdits(word));
  let nearest: string | undefined;
  let least = most + 1;
  for (const other of words) {
    const edits = editDistance(word.toLowerCase(), other.toLowerCase(), most);
    if (edits >= least) continue;
    nearest = other;
    least = edits;
  }
  return nearest;
}

/**
 * Characters to insert, delete, replace or swap with their neighbour to make one text the other (Damerau-Levenshtein,
 * no part edited twice), or more than `most` if they are many.
 */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      let edits = Math.min(replaced, row[j] + 1, next[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, before[j - 2] + 1);
      next.push(edits);
    }
    before = row;
    row = next;
    if (row.reduce((least, each) => Math.min(least, each)) > most + 1) return most + 1;
  }
  return row[b.length];
}
