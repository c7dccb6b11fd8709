import type { RelocationFailure } from "../engine/relocate.ts";

/** A type that keeps modules from a base. */
export interface BreakingType {
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
  /** Sizes in bytes that the modules' distilled bases state. */
  readonly neededSizes: readonly number[];
  /** Sizes of the types of this name in the bases on which it breaks; empty if there are none. */
  readonly foundSizes: readonly number[];
  /** Modules that it keeps from at least one base. */
  readonly modules: number;
  /** The types of the modules that embed it, or else that use it: the first that were met, and how many there are. */
  readonly users: readonly string[];
  readonly userCount: number;
}

/** Users that are named. */
const NAMED_USERS = 4;

interface Tally {
  readonly failure: RelocationFailure;
  readonly needed: Set<number>;
  readonly found: Set<number>;
  readonly embedders: Set<string>;
  readonly others: Set<string>;
  modules: number;
}

/**
 * Types that do not relocate, by how many modules they break. Each row has the failures of one module, on all bases.
 */
export function findBreaking(rows: readonly (readonly RelocationFailure[])[]): BreakingType[] {
  const tallies = new Map<string, Tally>();
  for (const row of rows) {
    const inModule = new Set<Tally>();
    for (const failure of row) {
      const key = `${failure.kind} ${failure.name} ${failure.rule}`;
      let tally = tallies.get(key);
      if (tally === undefined) {
        tally = {
          failure,
          needed: new Set(),
          found: new Set(),
          embedders: new Set(),
          others: new Set(),
          modules: 0,
        };
        tallies.set(key, tally);
      }
      tally.needed.add(failure.size);
      for (const { size } of failure.candidates) tally.found.add(size);
      for (const { how, kind, name } of failure.users) {
        (how === "embeds" ? tally.embedders : tally.others).add(`${kind} ${name}`);
      }
      inModule.add(tally);
    }
    for (const tally of inModule) tally.modules++;
  }
  return [...tallies.values()]
    .sort((a, b) => b.modules - a.modules || (a.failure.name < b.failure.name ? -1 : 1))
    .map(breakingType);
}

function breakingType({ failure, needed, found, embedders, others, modules }: Tally): BreakingType {
  const ascending = (sizes: Set<number>) => [...sizes].sort((a, b) => a - b);
  const users = embedders.size > 0 ? embedders : others;
  return {
    kind: failure.kind,
    name: failure.name,
    reason: failure.rule,
    neededSizes: ascending(needed),
    foundSizes: ascending(found),
    modules,
    users: [...users].slice(0, NAMED_USERS),
    userCount: users.size,
  };
}
