import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { Layouts } from "../../types/c-layout.ts";
import type { Ref, Side } from "./side.ts";

/** A member as C sees it: the members of an unnamed struct or union belong to the struct around it. */
export interface Leaf {
  /** Number of its name, 0 for none. */
  readonly name: number;
  readonly type: TypeId;
  readonly ref: Ref;
  /** From the start of the outermost type. */
  readonly bitOffset: number;
  /** Bits, of a bitfield or of the type. */
  readonly bitSize: number;
  readonly isBitfield: boolean;
  /** The unnamed structs and unions around it, outermost first: `union.struct`. */
  readonly within: string;
}

/** Most members of one struct that are compared: ten times what kernels have. */
const MOST_LEAVES = 1 << 17;
const MOST_NESTING = 64;

/**
 * The members of two structs or unions. An unnamed member whose struct has a tag (`struct tag;`, with -fms-extensions)
 * stays one member if both have it, since what changed in it is told there. Otherwise its members count, as in C.
 */
export function leavesOfBoth(
  old: readonly [Side, Layouts, TypeId],
  next: readonly [Side, Layouts, TypeId],
): { old: Leaf[]; new: Leaf[] } {
  const folded = { old: leavesOf(...old, () => true), new: leavesOf(...next, () => true) };
  const tags = unnamedIn(folded.old);
  const newTags = unnamedIn(folded.new);
  if (tags.size === 0 && newTags.size === 0) return folded;
  const isInBoth = (ref: Ref) => tags.has(ref) && newTags.has(ref);
  return { old: leavesOf(...old, isInBoth), new: leavesOf(...next, isInBoth) };
}

function unnamedIn(leaves: readonly Leaf[]): Set<Ref> {
  return new Set(leaves.filter(({ name }) => name === 0).map(({ ref }) => ref));
}

/**
 * The members of a struct or union in the order of declaration, with those of its unnamed members in their place, except
 * where these have a tag that is kept. An unnamed struct is unfolded once: in C the names of its members would clash
 * with themselves.
 */
function leavesOf(side: Side, sizes: Layouts, id: TypeId, keepsTag: (ref: Ref) => boolean): Leaf[] {
  const leaves: Leaf[] = [];
  const open = [new Members(side, id, 0, "")];
  const unfolded = new Set<TypeId>([id]);
  while (open.length > 0) {
    const members = open[open.length - 1];
    const at = members.next();
    if (at < 0) {
      open.pop();
      continue;
    }
    const { words, kinds } = side.flat;
    const type = words[at + K.MEMBER_TYPE];
    const place = words[at + K.MEMBER_OFFSET];
    const bitOffset = members.bitOffset + (members.kflag ? place & 0xffffff : place);
    const name = side.nameAt(words[at]);
    const inner = name === 0 ? skipModifiers(side, type) : type;
    const isTagged = inner !== type || side.name(inner) !== 0;
    const descends = name === 0 && K.isComposite(kinds[inner]) && !(isTagged && keepsTag(side.refs[type]));
    if (descends && open.length < MOST_NESTING && !unfolded.has(inner)) {
      unfolded.add(inner);
      const word = kinds[inner] === K.UNION ? "union" : "struct";
      const within = members.within === "" ? word : `${members.within}.${word}`;
      open.push(new Members(side, inner, bitOffset, within));
      continue;
    }
    if (leaves.length >= MOST_LEAVES) return leaves;
    const bits = members.kflag ? place >>> 24 : 0;
    leaves.push({
      name,
      type,
      ref: side.refs[type],
      bitOffset,
      bitSize: bits === 0 ? sizes.size(type) * 8 : bits,
      isBitfield: bits !== 0,
      within: members.within,
    });
  }
  return leaves;
}

/** The type behind typedefs and qualifiers. */
function skipModifiers({ flat }: Side, id: TypeId): TypeId {
  let at = id;
  for (let steps = 0; steps < MOST_NESTING && K.isModifier(flat.kinds[at]); steps++) at = flat.targets[at];
  return at;
}

/** The members of one struct or union that were not visited yet. */
class Members {
  readonly bitOffset: number;
  readonly within: string;
  readonly kflag: boolean;
  #at: number;
  readonly #end: number;

  constructor(side: Side, id: TypeId, bitOffset: number, within: string) {
    const { words, starts } = side.flat;
    const info = words[starts[id] + K.INFO];
    this.bitOffset = bitOffset;
    this.within = within;
    this.kflag = K.infoKflag(info);
    this.#at = starts[id] + K.HEAD_WORDS;
    this.#end = this.#at + K.infoVlen(info) * K.MEMBER_WORDS;
  }

  /** Word position of the next member, -1 after the last. */
  next(): number {
    if (this.#at >= this.#end) return -1;
    const at = this.#at;
    this.#at += K.MEMBER_WORDS;
    return at;
  }
}
