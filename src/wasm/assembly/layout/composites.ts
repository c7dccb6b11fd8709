import * as K from "../../../btf/kind-numbers";
import {
  ARRAY_ELEMENTS,
  HEAD_WORDS,
  INFO,
  MEMBER_TYPE,
  MEMBER_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { take, takeZeros } from "../common/arena";
import { behindUntagged } from "../common/behind";
import { isComposite, notKnown } from "../common/kinds";
import { limitNesting } from "../common/nesting";
import { field, kindOf, place, recordOf, targetOf, typeCount, vlenOf } from "../common/types";
import * as measure from "./measure";
import { pointerSize, sizeOf } from "./sizes";

// What pahole knows about structs and unions: measures and inferred alignments (dwarves btf_loader.c, dwarves.c). Each
// struct or union is measured once. Its members lie one behind the other.

/** Bytes of a cache line, as pahole assumes on most machines. */
export const CACHE_LINE: u32 = 64;

/** A struct or union, as pahole sees it. The host relies on the order of the fields (`dump/pahole/layouts`). */
@unmanaged
export class Composite {
  /** In bytes. */
  size: u32;
  /**
   * Alignment that explains the size if those of the members do not, in bytes; otherwise 0 (`class__infer_alignment`).
   */
  alignment: u32;
  /** Number of members. */
  count: u32;
  /** Number of holes; pahole counts them in a byte. */
  holes: u32;
  /** Number of bit holes; pahole counts them in a byte. */
  bitHoles: u32;
  /** Unused bytes at the end. */
  padding: u32;
  /** Unused bits at the end. */
  bitPadding: u32;
  /** The first member. */
  first: Member;
}

/** A member of a struct or union, as pahole sees it. The host relies on the order of the fields. */
@unmanaged
export class Member {
  /** 0 if it has no name. */
  nameOff: u32;
  type: u32;
  /** In bytes; for a bitfield the offset of the integer that contains it. */
  offset: u32;
  /**
   * Alignment that explains the offset if that of the type does not, in bytes; otherwise 0 (`class__infer_alignment`).
   */
  alignment: u32;
  /** In bytes; for a bitfield the size of that integer. */
  size: i64;
  /** Unused bytes before the member; negative if it overlaps with earlier ones. */
  hole: i64;
  /** Unused bits before the member. */
  bitHole: u32;
  /** Width of a bitfield in bits, otherwise 0. */
  bitfieldSize: u32;
  /** First bit of a bitfield in its integer. */
  bitfieldOffset: u32;
  /** Natural alignment of the type, in bytes. */
  natural: u32;
}

/** Bytes of a {@link Member}, a multiple of eight. */
const MEMBER_BYTES: usize = (offsetof<Member>() + 7) & ~7;

/** By id: address of the {@link Composite}, 0 if it was not measured yet. */
let known: usize = 0;
/** By id: natural alignment of a type, 0 if not known yet. */
let naturalAlignments: usize = 0;
/** By id: whether a struct embeds flexible arrays, {@link NONE} or {@link EMBEDS}; 0 if not known yet. */
let flexible: usize = 0;
const NONE: u8 = 1;
const EMBEDS: u8 = 2;
/** A {@link Composite} without members. */
let empty: usize = 0;
/** How deep the types in work are nested. */
let depth: u32 = 0;

/** Forgets what is known about earlier types. */
export function startComposites(): void {
  known = takeZeros(u64(typeCount) << 2);
  naturalAlignments = takeZeros(u64(typeCount) << 2);
  flexible = takeZeros(typeCount);
  empty = takeZeros(offsetof<Composite>());
  depth = 0;
}

/** Measures a STRUCT or UNION. Any other type has no members. */
export function compositeOf(id: u32): Composite {
  if (!isComposite(kindOf(id))) return changetype<Composite>(empty);
  let at: usize = load<u32>(known + (id << 2));
  if (at === 0) {
    at = loadComposite(id);
    store<u32>(known + (id << 2), u32(at));
  }
  return changetype<Composite>(at);
}

/** The next member. */
export function nextOf(member: Member): Member {
  return changetype<Member>(changetype<usize>(member) + MEMBER_BYTES);
}

/** The member number `i`, from 0. */
export function memberOf(struct: Composite, i: u32): Member {
  return changetype<Member>(changetype<usize>(struct.first) + usize(i) * MEMBER_BYTES);
}

/** Whether the last member of a struct is a flexible array of one dimension (`class__has_flexible_array`). */
export function hasFlexibleArray(id: u32): bool {
  const struct = compositeOf(id);
  if (struct.count === 0) return false;
  const last = memberOf(struct, struct.count - 1).type;
  if (kindOf(last) !== K.ARRAY || kindOf(targetOf(last)) === K.ARRAY) return false;
  return field(recordOf(last), ARRAY_ELEMENTS) === 0;
}

/** Whether a struct inside a struct, at any depth, has a flexible array (`class__has_embedded_flexible_array`). */
export function embedsFlexibleArray(id: u32): bool {
  if (kindOf(id) !== K.STRUCT) return false;
  if (load<u8>(flexible + id) === 0) {
    // Until the answer is known it is no, for a struct that contains itself.
    store<u8>(flexible + id, NONE);
    limitNesting(++depth, id);
    const struct = compositeOf(id);
    let embeds: bool = false;
    for (let i: u32 = 0; i < struct.count && !embeds; i++) {
      const held = behindUntagged(memberOf(struct, i).type);
      if (kindOf(held) === K.STRUCT) embeds = hasFlexibleArray(held) || embedsFlexibleArray(held);
    }
    depth--;
    if (embeds) store<u8>(flexible + id, EMBEDS);
  }
  return load<u8>(flexible + id) === EMBEDS;
}

function loadComposite(id: u32): usize {
  const record = recordOf(id);
  const count = vlenOf(field(record, INFO));
  const struct = changetype<Composite>(take(offsetof<Composite>()));
  struct.count = count;
  struct.first = changetype<Member>(take(u64(count) * MEMBER_BYTES));
  let member = struct.first;
  /** End of the members so far, in bytes. */
  let taken: i64 = 0;
  let at = place(record, HEAD_WORDS);
  measure.beginMembers(id);
  while (measure.nextMember()) {
    const type = field(at, MEMBER_TYPE);
    member.nameOff = field(at, 0);
    member.type = type;
    member.offset = measure.offset;
    member.size = measure.bytes;
    member.hole = measure.hole;
    member.bitHole = measure.bitHole;
    member.bitfieldSize = measure.bitfieldSize;
    member.bitfieldOffset = measure.bitfieldOffset;
    member.natural = naturalOf(type);
    // pahole passes over members of void.
    member.alignment = type === 0 ? 0 : inferAlignment(member.offset, member.natural, taken);
    if (member.size !== 0) {
      taken =
        i64(member.offset) +
        (member.bitfieldSize !== 0
          ? i64((member.bitfieldOffset + member.bitfieldSize + 7) >>> 3)
          : member.size);
    }
    member = nextOf(member);
    at = place(at, MEMBER_WORDS);
  }
  struct.size = field(record, SIZE_OR_TYPE);
  struct.alignment = inferAlignment(struct.size, naturalOf(id), taken);
  struct.holes = measure.holeCount & 0xff;
  struct.bitHoles = measure.bitHoleCount & 0xff;
  struct.padding = u32(measure.padding) & 0xffff;
  struct.bitPadding = u32(measure.bitPadding) & 0xff;
  return changetype<usize>(struct);
}

/** Alignment that a type has by its nature, in bytes, behind typedefs and qualifiers. It is computed once. */
function naturalOf(type: u32): u32 {
  let natural = load<u32>(naturalAlignments + (type << 2));
  if (natural === 0) {
    const id = behindUntagged(type);
    natural = id === type ? naturalAlignment(id) : naturalOf(id);
    store<u32>(naturalAlignments + (type << 2), natural);
  }
  return natural;
}

/** The same for a type that is no typedef and has no qualifiers (`tag__natural_alignment`). */
function naturalAlignment(id: u32): u32 {
  const kind = kindOf(id);
  switch (kind) {
    case K.PTR:
      return pointerSize;
    case K.INT:
    case K.FLOAT:
    case K.ENUM:
    case K.ENUM64: {
      const size = u32(sizeOf(id));
      return size === 0 ? 1 : size;
    }
    case K.ARRAY: {
      limitNesting(++depth, id);
      const natural = naturalOf(targetOf(id));
      depth--;
      return natural;
    }
    case K.STRUCT:
    case K.UNION:
      return highestAlignment(id);
    case K.FWD:
    case K.TYPEDEF:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.TYPE_TAG:
    case K.FUNC:
    case K.FUNC_PROTO:
    case K.VAR:
    case K.DATASEC:
    case K.DECL_TAG:
    case K.LOC_PARAM:
    case K.LOC_PROTO:
    case K.LOCSEC:
      return 1;
    default:
      notKnown(kind);
      return 1;
  }
}

/** Highest natural alignment of the members of a struct or union, in bytes. */
function highestAlignment(id: u32): u32 {
  limitNesting(++depth, id);
  const record = recordOf(id);
  let highest: u32 = 1;
  let at = place(record, HEAD_WORDS);
  for (let left = vlenOf(field(record, INFO)); left > 0; left--, at = place(at, MEMBER_WORDS)) {
    highest = max(highest, naturalOf(field(at, MEMBER_TYPE)));
  }
  depth--;
  return highest;
}

/**
 * The alignment that explains why something begins at `offset` although everything before it ends at `taken`; 0 if the
 * natural alignment explains it. All are in bytes (`class__infer_alignment`, dwarves btf_loader.c).
 */
function inferAlignment(offset: u32, natural: u32, taken: i64): u32 {
  const gap = u32(i64(offset) - taken);
  if (gap === 0 || offset % 2 !== 0) return 0;
  // The smallest power of two above the gap.
  const alignment: u32 = 1 << (32 - clz(gap));
  if (alignment <= natural || alignment === 1) return 0;
  return alignment < CACHE_LINE && offset % CACHE_LINE === 0 ? CACHE_LINE : alignment;
}
