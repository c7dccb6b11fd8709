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
  return names
    .map((candidate) => {
      const score = likeness(pairs, pairsOf(candidate.name));
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

/** The pairs of neighbouring characters of a name. */
function pairsOf(name: string): string[] {
  const text = name.slice(0, MOST_CHARACTERS);
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2));
}

/** Dice's coefficient: twice the pairs that both have, by all pairs; 1 for equal names. */
function likeness(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 0;
  const left = [...b];
  let common = 0;
  for (const pair of a) {
    const at = left.indexOf(pair);
    if (at < 0) continue;
    left.splice(at, 1);
    common++;
  }
  return (2 * common) / (a.length + b.length);
}
