import type { Btf, TypeId } from "../../btf/btf.ts";
import { refuseEndlessText } from "../../btf/endless-text.ts";
import * as K from "../../btf/kinds.ts";
import { Layouts } from "../../types/c-layout.ts";
import { pointerSizeOf } from "../../types/pointer-size.ts";
import type { Change, ChangeClass } from "./change.ts";
import { compareDefinitions, sizeOf } from "./definition.ts";
import { Dependents } from "./dependents.ts";
import type { BothSizes } from "./member-changes.ts";
import { nameOf, type Side } from "./side.ts";
import { nameText, numberSides, type Sides } from "./sides.ts";
import { forEachUnit, type Match, matchUnit, type Unit } from "./units.ts";

/** Which definitions are compared, and what is reported about them. */
export interface DiffOptions {
  /** Tests names: only definitions that pass it are compared. */
  readonly name?: (name: string) => boolean;
  /** Only definitions of these kinds, as in raw dumps. */
  readonly kinds?: ReadonlySet<string>;
  /** Only changes of these classes. The summary counts all. */
  readonly classes?: ReadonlySet<ChangeClass>;
  /** Whether each change lists whom it reaches, not only how many. */
  readonly reach?: boolean;
}

/** Names of one kind: how many are equal, differ, and are in one of the two only. */
export interface KindSummary {
  same: number;
  changed: number;
  added: number;
  removed: number;
}

/** The differences between two BTFs. */
export interface Difference {
  /** By kind, as in raw dumps; kinds that neither BTF has are left out. */
  readonly summary: Readonly<Record<string, KindSummary>>;
  /** Ordered by how many types they reach, most first. */
  readonly changes: readonly Change[];
  /** Structs and unions that did not change themselves, but hold one by value that did. */
  readonly inherited: number;
  /** Whether that is a lower bound, since the search for more was cut short. */
  readonly atLeast?: true;
}

/**
 * Compares the named definitions of two BTFs by name and kind: structs and unions, enums, typedefs, functions,
 * variables, numbers. Ids, order, equal duplicates and tags of declarations are no difference, nor whether a type of
 * split BTF lies in its base; of split BTF only names that it defines itself are compared. Throws `unsupported` for
 * names without end.
 */
export function diffBtf(old: Btf, next: Btf, options: DiffOptions = {}): Difference {
  refuseEndlessText(old, true);
  refuseEndlessText(next, true);
  const sides = numberSides(old, next);
  const sizes = {
    old: new Layouts(sides.old.flat, pointerSizeOf(old)),
    new: new Layouts(sides.new.flat, pointerSizeOf(next)),
  };
  return new Differ(sides, sizes, options).run();
}

class Differ {
  readonly #sides: Sides;
  readonly #options: DiffOptions;
  readonly #sizes: BothSizes;
  readonly #summary = new Map<number, KindSummary>();
  readonly #changes: Change[] = [];
  #oldReach: Dependents | undefined;
  #newReach: Dependents | undefined;

  constructor(sides: Sides, sizes: BothSizes, options: DiffOptions) {
    this.#sides = sides;
    this.#sizes = sizes;
    this.#options = options;
  }

  run(): Difference {
    const { new: next } = this.#sides;
    forEachUnit(
      this.#sides,
      (id) => {
        const kind = next.flat.kinds[id];
        if (this.#isAsked(next.refs[id], kind)) this.#count(kind).same++;
      },
      (unit) => this.#compare(unit),
    );
    const changes = this.#changes.toSorted(
      (a, b) => b.embeddedBy - a.embeddedBy || b.pointedToBy - a.pointedToBy,
    );
    const summary = [...this.#summary].sort(([a], [b]) => a - b);
    const inherited = this.#inherited();
    return {
      summary: Object.fromEntries(summary.map(([kind, counts]) => [K.kindName(kind), counts])),
      changes,
      ...inherited,
    };
  }

  #compare(unit: Unit): void {
    const { old, new: next } = this.#sides;
    // Counted under the kind of the first definition; a struct comes before a union.
    const kind = unit.new.length > 0 ? lowestKind(next, unit.new) : lowestKind(old, unit.old);
    if (!this.#isAsked(unit.ref, kind)) return;
    const found: Change[] = [];
    for (const match of matchUnit(this.#sides, unit)) {
      const change = this.#change(match, unit);
      if (change !== undefined) found.push(change);
    }
    const what =
      unit.old.length === 0
        ? "added"
        : unit.new.length === 0
          ? "removed"
          : found.length > 0
            ? "changed"
            : "same";
    this.#count(kind)[what]++;
    const { classes } = this.#options;
    for (const change of found) {
      if (classes === undefined || classes.has(change.class)) this.#changes.push(change);
    }
  }

  #change(match: Match, unit: Unit): Change | undefined {
    const { old, new: next } = this.#sides;
    const side = match.new === 0 ? old : next;
    const id = match.new === 0 ? match.old : match.new;
    const several = unit.old.length > 1 || unit.new.length > 1;
    const shared = {
      kind: K.kindName(side.flat.kinds[id]),
      name: side.text(id),
      oldId: match.old,
      newId: match.new,
      ...(several ? { definitions: { old: unit.old.length, new: unit.new.length } } : {}),
    };
    if (match.old !== 0 && match.new !== 0) {
      const change = compareDefinitions(this.#sides, this.#sizes, match.old, match.new);
      if (change === undefined) return undefined;
      return { ...shared, change: "changed", ...change, ...this.#reach(match) };
    }
    const size = hasSize(side, id) ? sizeOf(side, id) : undefined;
    return {
      ...shared,
      change: match.old === 0 ? "added" : "removed",
      class: match.old === 0 ? "addition" : "layout",
      ...(size === undefined ? {} : match.old === 0 ? { newSize: size } : { oldSize: size }),
      members: [],
      ...this.#reach(match),
    };
  }

  /** The users that a change reaches: in the new BTF, or in the old one if the type is gone from the new. */
  #reach(match: Match): Pick<Change, "embeddedBy" | "pointedToBy" | "atLeast" | "reach"> {
    const isGone = match.new === 0;
    const side = isGone ? this.#sides.old : this.#sides.new;
    const id = isGone ? match.old : match.new;
    if (side.flat.kinds[id] === K.FUNC || side.flat.kinds[id] === K.VAR) {
      return { embeddedBy: 0, pointedToBy: 0 };
    }
    const reach = isGone ? this.#reachOld() : this.#reachNew();
    const cutsBefore = reach.cuts;
    const embedding = reach.embedding([id]);
    const pointing = reach.pointing([id]);
    const counts = {
      embeddedBy: embedding.length,
      pointedToBy: pointing.length,
      ...(reach.cuts > cutsBefore ? { atLeast: true as const } : {}),
    };
    if (this.#options.reach !== true) return counts;
    return {
      ...counts,
      reach: [
        ...embedding.map((user) => reach.describe(user, "embeds")),
        ...pointing.map((user) => reach.describe(user, "uses")),
      ],
    };
  }

  #reachOld(): Dependents {
    this.#oldReach ??= new Dependents(this.#sides.old);
    return this.#oldReach;
  }

  #reachNew(): Dependents {
    this.#newReach ??= new Dependents(this.#sides.new);
    return this.#newReach;
  }

  #inherited(): Pick<Difference, "inherited" | "atLeast"> {
    const changed = this.#changes.filter(({ change }) => change === "changed").map(({ newId }) => newId);
    if (changed.length === 0) return { inherited: 0 };
    const reach = this.#reachNew();
    const cutsBefore = reach.cuts;
    const inherited = reach.embedding(changed).length;
    return reach.cuts > cutsBefore ? { inherited, atLeast: true } : { inherited };
  }

  #isAsked(ref: number, kind: number): boolean {
    const { name, kinds } = this.#options;
    if (kinds !== undefined && !kinds.has(K.kindName(kind))) return false;
    return name === undefined || name(nameText(this.#sides, nameOf(ref)));
  }

  #count(kind: number): KindSummary {
    let counts = this.#summary.get(kind);
    if (counts === undefined) {
      counts = { same: 0, changed: 0, added: 0, removed: 0 };
      this.#summary.set(kind, counts);
    }
    return counts;
  }
}

function lowestKind({ flat: { kinds } }: Side, ids: readonly TypeId[]): number {
  return ids.reduce((lowest, id) => Math.min(lowest, kinds[id]), K.MAX_KIND);
}

/** Whether the third word of a definition is a size. */
function hasSize({ flat: { kinds } }: Side, id: TypeId): boolean {
  return K.KINDS[kinds[id]].sized;
}
