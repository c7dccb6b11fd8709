/**
 * The entries of `names` most similar to `name`, best first: a field's possible new names. `bonus` is {@link
 * MOST_BONUS} at most.
 */
export function nearestNames<T extends { readonly name: string }>(
  name: string,
  names: readonly T[],
  bonus: (candidate: T) => number,
  most = 3,
): T[] {
  const pairs = pairsOf(name);
  const counts = countsOf(pairs);
  return names
    .map((candidate) => {
      const score = likeness(pairs, counts, pairsOf(candidate.name));
      return { candidate, score: score < LEAST - MOST_BONUS ? score : score + bonus(candidate) };
    })
    .filter(({ score }) => score >= LEAST)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** Below this, names have less in common than chance gives. */
const LEAST = 0.5;

/** Most that is added to the likeness of two names for what else speaks for them. */
export const MOST_BONUS = 0.3;

/** Longer names are no names. */
const MOST_CHARACTERS = 64;

/** The pairs of neighbouring characters of a name, as numbers. */
function pairsOf(name: string): number[] {
  const pairs: number[] = [];
  for (let i = 1; i < name.length && i < MOST_CHARACTERS; i++) {
    pairs.push((name.charCodeAt(i - 1) << 16) | name.charCodeAt(i));
  }
  return pairs;
}

/** How often each occurs. */
function countsOf(pairs: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  return counts;
}

/** Dice's coefficient: twice the pairs that both have, by all pairs; 1 for equal names. `counts` are those of `a`. */
function likeness(a: readonly number[], counts: ReadonlyMap<number, number>, b: readonly number[]): number {
  if (a.length + b.length === 0) return 0;
  const taken = new Map<number, number>();
  let common = 0;
  for (const pair of b) {
    const count = counts.get(pair);
    if (count === undefined) continue;
    const before = taken.get(pair) ?? 0;
    if (before === count) continue;
    taken.set(pair, before + 1);
    common++;
  }
  return (2 * common) / (a.length + b.length);
}
