import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { typeText } from "../../types/type-text.ts";
import { type Change, type ChangeClass, gravest, type MemberChange } from "./change.ts";
import { compareEnumerators } from "./enumerators.ts";
import { type BothSizes, compareMembers } from "./member-changes.ts";
import { comparePrototypes } from "./prototypes.ts";
import { sameResolved } from "./resolved.ts";
import type { Side } from "./side.ts";
import type { Sides } from "./sides.ts";

/** The differences between two definitions of one name. */
export type DefinitionChange = Pick<
  Change,
  "class" | "members" | "oldSize" | "newSize" | "oldType" | "newType" | "oldKind" | "follows"
>;

/**
 * Compares two definitions that are not equal word by word. Undefined if they mean the same nevertheless, like unions
 * whose members stand in another order.
 */
export function compareDefinitions(
  sides: Sides,
  sizes: BothSizes,
  old: TypeId,
  next: TypeId,
): DefinitionChange | undefined {
  const kind = sides.new.flat.kinds[next];
  const oldKind = sides.old.flat.kinds[old];
  if (kind === K.TYPEDEF || kind === K.VAR || kind === K.FUNC) return compareTargets(sides, sizes, old, next);
  const classes: ChangeClass[] = [];
  const oldSize = sizeOf(sides.old, old);
  const newSize = sizeOf(sides.new, next);
  const members = K.isComposite(kind)
    ? compareMembers(sides, sizes, old, next)
    : K.isEnum(kind)
      ? compareEnumerators(sides, old, next)
      : [];
  for (const member of members) classes.push(member.class);
  const becameOther = K.isComposite(kind) && kind !== oldKind;
  // If only new members made a struct larger, nothing moved. A size that changed for another reason counts as a moved
  // member.
  const grew = newSize > oldSize && members.some(({ change }) => change === "added");
  if (becameOther || (newSize !== oldSize && !grew)) classes.push("layout");
  const numbers = kind === K.INT ? intTypes(sides, old, next) : {};
  if (kind === K.INT || (K.isEnum(kind) && signChanged(sides, old, next) && members.length === 0)) {
    classes.push("layout");
  }
  if (classes.length === 0) return undefined;
  return {
    class: gravest(classes),
    members,
    oldSize,
    newSize,
    ...(becameOther || kind !== oldKind ? { oldKind: K.kindName(oldKind) } : {}),
    ...numbers,
    ...(becameOther ? {} : followed(members)),
  };
}

/** Typedefs, variables and functions: the type to which they refer, and their linkage. */
function compareTargets(
  sides: Sides,
  sizes: BothSizes,
  old: TypeId,
  next: TypeId,
): DefinitionChange | undefined {
  const a = sides.old.flat.targets[old];
  const b = sides.new.flat.targets[next];
  const members: MemberChange[] = [];
  const classes: ChangeClass[] = [];
  if (sides.old.refs[a] !== sides.new.refs[b]) {
    const inner = compareUnnamed(sides, sizes, a, b);
    if (inner === undefined) {
      classes.push(sameResolved(sides.old, a, sides.new, b) ? "qualifiers" : "layout");
    } else for (const each of inner) members.push(each);
  }
  const linkage = compareLinkage(sides, old, next);
  if (linkage !== undefined) members.push(linkage);
  for (const member of members) classes.push(member.class);
  if (classes.length === 0) return undefined;
  const isTold = sides.old.refs[a] !== sides.new.refs[b];
  return {
    class: gravest(classes),
    members,
    ...(isTold ? { oldType: typeText(sides.old.flat, a), newType: typeText(sides.new.flat, b) } : {}),
  };
}

/** The changes between two unnamed types of one kind to which something named refers; undefined for other types. */
function compareUnnamed(sides: Sides, sizes: BothSizes, a: TypeId, b: TypeId): MemberChange[] | undefined {
  const kind = sides.new.flat.kinds[b];
  const oldKind = sides.old.flat.kinds[a];
  if (kind === K.FUNC_PROTO && oldKind === kind) return comparePrototypes(sides, a, b);
  if (sides.old.name(a) !== 0 || sides.new.name(b) !== 0) return undefined;
  if (K.isEnum(kind) && K.isEnum(oldKind)) return compareEnumerators(sides, a, b);
  if (!K.isComposite(kind) || kind !== oldKind) return undefined;
  return compareMembers(sides, sizes, a, b);
}

const LINKAGES = ["static", "global", "extern"];

function compareLinkage(sides: Sides, old: TypeId, next: TypeId): MemberChange | undefined {
  const before = linkageOf(sides.old, old);
  const after = linkageOf(sides.new, next);
  if (before === after) return undefined;
  return {
    change: "retyped",
    class: "qualifiers",
    name: "",
    path: "linkage",
    oldType: LINKAGES[before] ?? `${before}`,
    newType: LINKAGES[after] ?? `${after}`,
  };
}

/** `enum btf_func_linkage` or `BTF_VAR_*` (linux/btf.h). */
function linkageOf({ flat: { words, starts, kinds } }: Side, id: TypeId): number {
  if (kinds[id] === K.FUNC) return K.infoVlen(words[starts[id] + K.INFO]);
  return kinds[id] === K.VAR ? words[starts[id] + K.HEAD_WORDS] : 0;
}

function signChanged(sides: Sides, old: TypeId, next: TypeId): boolean {
  const sign = ({ flat: { words, starts } }: Side, id: TypeId) => K.infoKflag(words[starts[id] + K.INFO]);
  return sign(sides.old, old) !== sign(sides.new, next);
}

/** Bytes of a definition that has a size in its record; typedefs and the like have none. */
export function sizeOf({ flat: { words, starts } }: Side, id: TypeId): number {
  return words[starts[id] + K.SIZE_OR_TYPE];
}

function intTypes(sides: Sides, old: TypeId, next: TypeId): { oldType: string; newType: string } {
  return { oldType: intText(sides.old, old), newType: intText(sides.new, next) };
}

/** Bits and encoding of an INT (`BTF_INT_BITS`, `BTF_INT_ENCODING`). */
function intText({ flat: { words, starts } }: Side, id: TypeId): string {
  const word = words[starts[id] + K.HEAD_WORDS];
  const encoding = ["unsigned", "signed", "char", "signed char", "bool"][(word >>> 24) & 15] ?? "odd";
  return `${encoding}, ${word & 0xff} bits`;
}

/** The types held by value that explain all changes; undefined if something else changed too. */
function followed(members: readonly MemberChange[]): { follows?: string[] } {
  const causes = new Set<string>();
  for (const member of members) {
    const { change, oldType, newType, oldWithin, newWithin } = member;
    if (oldWithin !== newWithin || (change !== "moved" && change !== "resized")) return {};
    if (oldType === undefined || newType === undefined) continue;
    if (oldType !== newType || newType.includes(":")) return {};
    causes.add(newType.replace(/ ?\[.*$/, ""));
  }
  return causes.size === 0 ? {} : { follows: [...causes] };
}
