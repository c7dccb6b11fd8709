import type { TypeId } from "../../btf/btf.ts";

/**
 * The meaning of a change for code built against the old types, gravest first:
 * - `layout`: something that was there is elsewhere, of another size, type or value, or gone;
 * - `addition`: something new where nothing was, or in place of what was reserved;
 * - `names`: something has another name and is otherwise the same;
 * - `qualifiers`: the same behind `const`, `volatile`, tags and typedefs.
 */
export const CHANGE_CLASSES = ["layout", "addition", "names", "qualifiers"] as const;

/** One of {@link CHANGE_CLASSES}. */
export type ChangeClass = (typeof CHANGE_CLASSES)[number];

/** The gravest of several. There is at least one. */
export function gravest(classes: Iterable<ChangeClass>): ChangeClass {
  const found = new Set(classes);
  return CHANGE_CLASSES.find((each) => found.has(each)) ?? "qualifiers";
}

/** A part of a definition that changed: a member, an enumerator, a parameter, or the type to which it refers. */
export interface MemberChange {
  /**
   * `moved`: lies elsewhere, or in another unnamed struct or union; `resized`: has other bits, its type having the same
   * name; `retyped`: has another type, wherever it lies; `renamed`: has another name at its old place; `renumbered`:
   * has another value.
   */
  readonly change: "added" | "removed" | "moved" | "resized" | "retyped" | "renamed" | "renumbered";
  readonly class: ChangeClass;
  /**
   * Name of the member, enumerator or parameter, the new one; "" if it has none. `return` and `parameter 2` are in
   * `path`.
   */
  readonly name: string;
  readonly oldName?: string;
  /**
   * How C reaches a member from the definition: `rxopt.bits.rxinfo`; of a parameter `parameter 2`, or `return`, or
   * `target`.
   */
  readonly path: string;
  readonly oldBitOffset?: number;
  readonly newBitOffset?: number;
  readonly oldBitSize?: number;
  readonly newBitSize?: number;
  /** As C writes it. */
  readonly oldType?: string;
  readonly newType?: string;
  /** Unnamed structs and unions around it, outermost first: `union`, `union.struct`; only where they changed. */
  readonly oldWithin?: string;
  readonly newWithin?: string;
  /** Value of an enumerator, in decimal: 64 bits do not fit into a number. */
  readonly oldValue?: string;
  readonly newValue?: string;
}

/** Someone whom a change reaches. */
export interface Reached {
  readonly id: TypeId;
  /** Kind as in raw dumps. */
  readonly kind: string;
  readonly name: string;
  /** `embeds`: holds it by value, perhaps within another; `uses`: points to it, takes or returns it. */
  readonly how: "embeds" | "uses";
}

/** One definition that changed. */
export interface Change {
  /** Kind as in raw dumps, of the new definition if there is one. */
  readonly kind: string;
  /** The old kind, where it is another one. */
  readonly oldKind?: string;
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
  readonly class: ChangeClass;
  /** 0 for none. */
  readonly oldId: TypeId;
  readonly newId: TypeId;
  /** Bytes; undefined for what has no size. */
  readonly oldSize?: number;
  readonly newSize?: number;
  /** Prototypes of functions, types of variables and typedefs, as C writes them, where they changed. */
  readonly oldType?: string;
  readonly newType?: string;
  readonly members: readonly MemberChange[];
  /** How many definitions of this name there are, where one of the BTFs has several. */
  readonly definitions?: { readonly old: number; readonly new: number };
  /** Names of the types held by value whose change alone changed this one: its own definition was not edited. */
  readonly follows?: readonly string[];
  /** How many structs and unions hold it by value. */
  readonly embeddedBy: number;
  /** How many definitions point to it, take or return it. */
  readonly pointedToBy: number;
  /** Whether both are lower bounds, since the search for more was cut short. */
  readonly atLeast?: true;
  /** Their names, with --reach only. */
  readonly reach?: readonly Reached[];
}
