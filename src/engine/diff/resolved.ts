import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { familyOf, type Side } from "./side.ts";

/** Limit of pairs of types that one comparison visits; declarations in C need a few. */
const MOST_PAIRS = 4096;

/**
 * Whether two types are the same without typedefs, qualifiers and type tags, also in the unnamed types of which they
 * consist: `u32` is `__u32`, `const char *` is `char *`.
 */
export function sameResolved(old: Side, oldType: TypeId, next: Side, newType: TypeId): boolean {
  const pairs = [oldType, newType];
  const seen = new Set<string>();
  while (pairs.length > 0) {
    const b = plain(next, pairs.pop() ?? 0);
    const a = plain(old, pairs.pop() ?? 0);
    if (old.refs[a] === next.refs[b]) continue;
    const key = `${a} ${b}`;
    if (seen.has(key)) continue;
    seen.add(key);
    // Beyond the limit, which only crafted BTF reaches, they count as different.
    if (seen.size > MOST_PAIRS || !sameRecord(old, a, next, b)) return false;
    const others: TypeId[] = [];
    next.forEachChild(b, (child) => others.push(child));
    let position = 0;
    old.forEachChild(a, (child) => pairs.push(child, others[position++]));
  }
  return true;
}

/** The type behind typedefs, qualifiers and tags; void for a ring of them. */
function plain({ flat }: Side, id: TypeId): TypeId {
  const { kinds, targets } = flat;
  let type = id;
  for (let steps = 0; K.isModifier(kinds[type]); steps++) {
    if (steps > MOST_PAIRS) return 0;
    type = targets[type];
  }
  return type;
}

/**
 * Whether two records are the same except for the types to which they refer. Both refer to the same number of types.
 */
function sameRecord(old: Side, a: TypeId, next: Side, b: TypeId): boolean {
  const kind = old.flat.kinds[a] as K.KindNumber;
  if (kind !== next.flat.kinds[b] || a === 0 || b === 0) return false;
  // If types have names, these decide. Here they differ.
  if (familyOf(old.refs[a]) !== 0 || familyOf(next.refs[b]) !== 0) return false;
  const { words, starts } = old.flat;
  const others = next.flat.words;
  const at = starts[a];
  const other = next.flat.starts[b];
  if (words[at + K.INFO] !== others[other + K.INFO]) return false;
  switch (kind) {
    case K.PTR:
    case K.FUNC_PROTO:
      return true;
    case K.ARRAY:
      return words[at + K.ARRAY_ELEMENTS] === others[other + K.ARRAY_ELEMENTS];
    case K.STRUCT:
    case K.UNION: {
      if (words[at + K.SIZE_OR_TYPE] !== others[other + K.SIZE_OR_TYPE]) return false;
      for (let i = 0; i < K.infoVlen(words[at + K.INFO]); i++) {
        const member = at + K.HEAD_WORDS + i * K.MEMBER_WORDS;
        const otherMember = other + K.HEAD_WORDS + i * K.MEMBER_WORDS;
        if (words[member + K.MEMBER_OFFSET] !== others[otherMember + K.MEMBER_OFFSET]) return false;
        if (old.nameAt(words[member]) !== next.nameAt(others[otherMember])) return false;
      }
      return true;
    }
    case K.INT:
    case K.ENUM:
    case K.ENUM64:
    case K.FWD:
    case K.FLOAT:
    case K.TYPEDEF:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.TYPE_TAG:
    case K.FUNC:
    case K.VAR:
    case K.DATASEC:
    case K.DECL_TAG:
    case K.LOC_PARAM:
    case K.LOC_PROTO:
    case K.LOCSEC:
      // Modifiers were resolved. The types with names were compared by these, and the others refer to nothing.
      return false;
    default:
      K.notKnown(kind);
      return false;
  }
}
