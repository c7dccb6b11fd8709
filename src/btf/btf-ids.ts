/**
 * The meaning of the words of a `.BTF_ids` section (linux/btf_ids.h). The section is u32 words without a header; only
 * the symbols in it tell which words are type ids:
 *
 *     __BTF_ID__<kind>__<name>__<number>   one id: an element of a list, or of a set before it was sorted
 *     __BTF_ID__set__<name>                u32 cnt; u32 id[cnt]
 *     __BTF_ID__set8__<name>               u32 cnt, flags; { u32 id, flags }[cnt]
 *
 * Sets are sorted by id, as signed numbers, once the ids are known. Id 0 is a type that was not found.
 */
export interface BtfIdsLayout {
  /** Words that a symbol marks as an id, in sets and outside, by offset. */
  readonly entries: readonly BtfIdEntry[];
  /** Sets, by offset. They do not overlap, lie inside the section, and hold as many ids as they say. */
  readonly sets: readonly BtfIdSet[];
  /** Other symbols in the section, by offset: names of lists and sets in C. */
  readonly labels: readonly { readonly offset: number; readonly name: string }[];
  /** Offsets of words that are not 0 although no symbol describes them. A kernel's build makes none. */
  readonly strays: readonly number[];
}

/** One id. */
export interface BtfIdEntry {
  /** In bytes from the start of the section, a multiple of 4. */
  readonly offset: number;
  readonly kind: BtfIdKind;
  /** Name of the type or function as the source has it. In a sorted set the id here may be another one. Printable. */
  readonly name: string;
}

/** Kinds of types that can be asked for by name. */
export type BtfIdKind = "func" | "struct" | "union" | "typedef";

/** A set of ids. */
export interface BtfIdSet {
  readonly offset: number;
  /** `set8` has flags with each id; kfuncs are registered with it. */
  readonly kind: "set" | "set8";
  readonly name: string;
  /** Number of ids. */
  readonly count: number;
  /** In bytes, with the head. */
  readonly size: number;
}

/** Bytes of a set's head and of each element; the id comes first in an element. */
export const BTF_ID_SET_FORMS: {
  readonly [kind in BtfIdSet["kind"]]: { readonly headBytes: number; readonly elementBytes: number };
} = {
  set: { headBytes: 4, elementBytes: 4 },
  set8: { headBytes: 8, elementBytes: 8 },
};
