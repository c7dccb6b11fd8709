import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { Layouts } from "../../types/c-layout.ts";
import { typeText } from "../../types/type-text.ts";
import type { ChangeClass, MemberChange } from "./change.ts";
import { compareEnumerators } from "./enumerators.ts";
import { type Leaf, leavesOfBoth } from "./leaves.ts";
import { sameResolved } from "./resolved.ts";
import { nameText, type Sides } from "./sides.ts";

/** Sizes of the types of either BTF. */
export interface BothSizes {
  readonly old: Layouts;
  readonly new: Layouts;
}

/** A struct or union before and after the change, and its offset. */
interface Pair {
  readonly old: TypeId;
  readonly new: TypeId;
  /** The path before a member's name in C: `rxopt.bits.`. */
  readonly path: string;
  /** The pair that these are in; undefined for the definition itself. */
  readonly parent: Pair | undefined;
  /** Bits from the start of the definition. */
  readonly oldBase: number;
  readonly newBase: number;
}

/** At most this many differences of one definition are reported. */
const MOST_CHANGES = 1 << 16;
const MOST_STEPS = 64;

/**
 * Names of members that are reserved for later use: `__reserved`, `pad1`, `__kabi_reserved2`, `android_kabi_reserved3`,
 * `rh_reserved1`, `suse_kabi_padding`.
 */
const RESERVED =
  /^_*(?:(?:android_|rh_|suse_|uek_|linux_)?(?:kabi_)?(?:reserved|rsvd|resv|rsv|padding|pad|unused)_?[a-z]?\d*_*|(?:spare|filler)_?\d+)$/i;

/** The differences between the old and new members of a struct or union. */
export function compareMembers(sides: Sides, sizes: BothSizes, old: TypeId, next: TypeId): MemberChange[] {
  const changes: MemberChange[] = [];
  const pairs: Pair[] = [{ old, new: next, path: "", parent: undefined, oldBase: 0, newBase: 0 }];
  for (let i = 0; i < pairs.length && changes.length < MOST_CHANGES; i++) {
    new Comparison(sides, sizes, pairs[i], pairs, changes).run();
  }
  return changes;
}

/** One pair of structs. */
class Comparison {
  readonly #sides: Sides;
  readonly #sizes: BothSizes;
  readonly #pair: Pair;
  /** Where pairs of unnamed structs below this one are put. */
  readonly #pairs: Pair[];
  readonly #changes: MemberChange[];

  constructor(sides: Sides, sizes: BothSizes, pair: Pair, pairs: Pair[], changes: MemberChange[]) {
    this.#sides = sides;
    this.#sizes = sizes;
    this.#pair = pair;
    this.#pairs = pairs;
    this.#changes = changes;
  }

  run(): void {
    const { old: oldLeaves, new: newLeaves } = leavesOfBoth(
      [this.#sides.old, this.#sizes.old, this.#pair.old],
      [this.#sides.new, this.#sizes.new, this.#pair.new],
    );
    this.#sides.effort.spend(oldLeaves.length + newLeaves.length + this.#pair.path.length);
    const matches = matchLeaves(oldLeaves, newLeaves);
    const oldOf = new Map<Leaf, Leaf>();
    for (const [from, to] of matches) if (to !== undefined) oldOf.set(to, from);
    for (const leaf of newLeaves) {
      const from = oldOf.get(leaf);
      if (from === undefined) this.#add(leaf);
      else this.#compare(from, leaf);
    }
    for (const [from, to] of matches) if (to === undefined) this.#remove(from);
  }

  #add(leaf: Leaf): void {
    this.#changes.push({
      change: "added",
      class: "addition",
      ...this.#names(leaf.name),
      ...this.#newPlace(leaf),
      newType: this.#newType(leaf),
      ...(leaf.within === "" ? {} : { newWithin: leaf.within }),
    });
  }

  #remove(leaf: Leaf): void {
    const names = this.#names(leaf.name);
    this.#changes.push({
      change: "removed",
      class: RESERVED.test(names.name) ? "addition" : "layout",
      ...names,
      ...this.#oldPlace(leaf),
      oldType: this.#oldType(leaf),
      ...(leaf.within === "" ? {} : { oldWithin: leaf.within }),
    });
  }

  #compare(from: Leaf, to: Leaf): void {
    const moved = from.bitOffset !== to.bitOffset;
    const rewrapped = from.within !== to.within;
    const resized = from.bitSize !== to.bitSize;
    const retyped = from.ref !== to.ref && !this.#descend(from, to);
    const renamed = from.name !== to.name;
    if (!(moved || rewrapped || resized || retyped || renamed)) return;
    const change = renamed
      ? "renamed"
      : retyped
        ? "retyped"
        : moved || (rewrapped && !resized)
          ? "moved"
          : "resized";
    const names = this.#names(to.name);
    // The old name counts, since a member that is reserved now was used before.
    const isReserved = RESERVED.test(this.#text(from.name));
    this.#changes.push({
      change,
      class: isReserved ? "addition" : this.#classOf(from, to, retyped),
      ...names,
      ...(renamed ? { oldName: this.#text(from.name) } : {}),
      ...this.#oldPlace(from),
      ...this.#newPlace(to),
      ...(retyped || resized ? { oldType: this.#oldType(from), newType: this.#newType(to) } : {}),
      ...(rewrapped ? { oldWithin: from.within, newWithin: to.within } : {}),
    });
  }

  #classOf(from: Leaf, to: Leaf, retyped: boolean): ChangeClass {
    if (from.bitOffset !== to.bitOffset || from.bitSize !== to.bitSize) return "layout";
    if (from.isBitfield !== to.isBitfield) return "layout";
    if (!retyped) return "names";
    const { old, new: next } = this.#sides;
    return sameResolved(old, from.type, next, to.type) ? "qualifiers" : "layout";
  }

  /**
   * Compares the unnamed struct, union or enum that is the type of two members, and returns whether this explains their
   * difference.
   */
  #descend(from: Leaf, to: Leaf): boolean {
    const old = this.#sides.old.flat;
    const next = this.#sides.new.flat;
    let a = from.type;
    let b = to.type;
    let suffix = "";
    let joint = ".";
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const kind = old.kinds[a];
      const isUnnamed = this.#sides.old.name(a) === 0 && this.#sides.new.name(b) === 0;
      if (K.isEnum(kind) && K.isEnum(next.kinds[b]) && isUnnamed) {
        const path = `${this.#pair.path}${this.#text(to.name)}.`;
        for (const change of compareEnumerators(this.#sides, a, b, path)) this.#changes.push(change);
        return true;
      }
      if (kind !== next.kinds[b] || a === 0) return false;
      if (K.isComposite(kind)) {
        if (!isUnnamed) return false;
        // A pointer may lead back to a pair that is being compared.
        if (this.#isOpen(a, b)) return true;
        this.#pairs.push({
          old: a,
          new: b,
          path: `${this.#pair.path}${this.#text(to.name)}${suffix}${joint}`,
          parent: this.#pair,
          oldBase: joint === "." ? this.#pair.oldBase + from.bitOffset : 0,
          newBase: joint === "." ? this.#pair.newBase + to.bitOffset : 0,
        });
        return true;
      }
      if (kind === K.ARRAY) {
        if (old.words[old.starts[a] + K.ARRAY_ELEMENTS] !== next.words[next.starts[b] + K.ARRAY_ELEMENTS])
          return false;
        suffix += "[]";
      } else if (kind === K.PTR) {
        if (joint === "->") return false;
        joint = "->";
      } else if (!K.isModifier(kind) || kind === K.TYPEDEF) return false;
      a = old.targets[a];
      b = next.targets[b];
    }
    return false;
  }

  #isOpen(old: TypeId, next: TypeId): boolean {
    for (let pair: Pair | undefined = this.#pair; pair !== undefined; pair = pair.parent) {
      if (pair.old === old && pair.new === next) return true;
    }
    return false;
  }

  #names(name: number): { name: string; path: string } {
    const text = this.#text(name);
    return { name: text, path: this.#pair.path + text };
  }

  #text(name: number): string {
    return nameText(this.#sides, name);
  }

  #oldPlace(leaf: Leaf): { oldBitOffset: number; oldBitSize: number } {
    return { oldBitOffset: this.#pair.oldBase + leaf.bitOffset, oldBitSize: leaf.bitSize };
  }

  #newPlace(leaf: Leaf): { newBitOffset: number; newBitSize: number } {
    return { newBitOffset: this.#pair.newBase + leaf.bitOffset, newBitSize: leaf.bitSize };
  }

  #oldType(leaf: Leaf): string {
    return typeText(this.#sides.old.flat, leaf.type) + (leaf.isBitfield ? `:${leaf.bitSize}` : "");
  }

  #newType(leaf: Leaf): string {
    return typeText(this.#sides.new.flat, leaf.type) + (leaf.isBitfield ? `:${leaf.bitSize}` : "");
  }
}

/**
 * Matches each old member with a new one: by name first, the rest by place and type. Undefined for those that are gone.
 */
function matchLeaves(oldLeaves: readonly Leaf[], newLeaves: readonly Leaf[]): Map<Leaf, Leaf | undefined> {
  const matches = new Map<Leaf, Leaf | undefined>();
  const left = pairUp(oldLeaves, newLeaves, (leaf) => leaf.name, matches);
  // A member that only got another name has the same place and type.
  pairUp(left.old, left.new, (leaf) => `${leaf.bitOffset} ${leaf.bitSize} ${leaf.ref}`, matches);
  return matches;
}

/** Pairs the elements with equal keys, in their order. Returns those that remain. */
function pairUp<T>(
  oldLeaves: readonly Leaf[],
  newLeaves: readonly Leaf[],
  key: (leaf: Leaf) => T,
  matches: Map<Leaf, Leaf | undefined>,
): { old: Leaf[]; new: Leaf[] } {
  const byKey = new Map<T, Leaf[]>();
  // The last one is taken first.
  for (const leaf of newLeaves.toReversed()) {
    const same = byKey.get(key(leaf));
    if (same === undefined) byKey.set(key(leaf), [leaf]);
    else same.push(leaf);
  }
  const rest: Leaf[] = [];
  for (const leaf of oldLeaves) {
    const match = byKey.get(key(leaf))?.pop();
    matches.set(leaf, match);
    if (match === undefined) rest.push(leaf);
  }
  const unmatched = new Set([...byKey.values()].flat());
  return { old: rest, new: newLeaves.filter((leaf) => unmatched.has(leaf)) };
}
