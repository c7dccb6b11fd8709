import { ARRAY, DECL_TAG, FLOAT, INT, PTR, VAR } from "../../../btf/kind-numbers";
import {
  ARRAY_ELEMENTS,
  HEAD_WORDS,
  INFO,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { TYPE_CYCLE } from "../../constants/refusal-codes";
import { takeZeros } from "../common/arena";
import { refuse } from "../common/host";
import { isComposite, isEnum, isModifier } from "../common/kinds";
import { limitNesting } from "../common/nesting";
import { endOf, field, flagOf, kindOf, place, recordOf, targetOf, typeCount } from "../common/types";
import { isSized } from "./kind-table";

// Sizes and alignments of types as libbpf derives them, each computed once. `types/c-layout` is the same for
// TypeScript; a test compares both.

/** A bit above all alignments, which says that the struct is packed. */
const PACKED: u32 = 0x80;
/** Sizes have 32 bits. A larger type counts as having none. */
const MAX_SIZE: u64 = 0xffffffff;
/** `MAX_RESOLVE_DEPTH` of libbpf's btf.c. */
const MAX_RESOLVE_DEPTH: u32 = 32;

/** Bytes of a pointer, 4 or 8. */
export let pointerSize: u32 = 8;
/** By id: 1 + alignment, 0 if not computed yet; {@link PACKED} is set for packed structs. */
let aligns: usize = 0;
/** By id: 1 + size, 0 if not computed yet. */
let sizes: usize = 0;

/** Forgets the layouts of earlier types. `pointer` is the size of pointers in bytes. */
export function startLayouts(pointer: u32): void {
  pointerSize = pointer;
  aligns = takeZeros(typeCount);
  sizes = takeZeros(u64(typeCount) << 2);
}

/** Size of a type in bytes, 0 if it has none (`btf__resolve_size`, including its limits). */
export function sizeOf(id: u32): u32 {
  const known = load<u32>(sizes + (id << 2));
  if (known !== 0) return known - 1;
  const size = resolvedSize(id);
  // The largest possible size does not fit, and is computed again each time.
  store<u32>(sizes + (id << 2), size + 1);
  return size;
}

/** Alignment of a type in bytes, 0 if it has none (`btf__align_of`). */
export function alignOf(id: u32): u32 {
  const known = load<u8>(aligns + id);
  return (known !== 0 ? known & ~PACKED : findAlign(id, 0)) - 1;
}

/** Whether a struct needs the attribute `packed` for its layout (`btf_is_struct_packed`). */
export function isPacked(id: u32): bool {
  if (load<u8>(aligns + id) === 0) findAlign(id, 0);
  return (load<u8>(aligns + id) & PACKED) !== 0;
}

function resolvedSize(typeId: u32): u32 {
  let elements: u64 = 1;
  let id = typeId;
  for (let depth: u32 = 0; depth < MAX_RESOLVE_DEPTH && id !== 0; depth++) {
    const kind = kindOf(id);
    if (kind === PTR) return bounded(elements * pointerSize);
    if (kind === ARRAY) {
      elements *= field(recordOf(id), ARRAY_ELEMENTS);
      if (elements > MAX_SIZE) return 0;
    } else if (!isModifier(kind) && kind !== VAR && kind !== DECL_TAG) {
      return isSized(kind) ? bounded(elements * targetOf(id)) : 0;
    }
    id = targetOf(id);
  }
  return 0;
}

function bounded(size: u64): u32 {
  return size > MAX_SIZE ? 0 : u32(size);
}

/** Computes 1 + the alignment and stores it. */
function findAlign(typeId: u32, depth: u32): u32 {
  let id = typeId;
  for (let steps: u32 = 0; load<u8>(aligns + id) === 0; steps++) {
    const kind = kindOf(id);
    if (isModifier(kind) || kind === ARRAY) {
      if (steps > typeCount) refuse(TYPE_CYCLE, id);
      id = targetOf(id);
      continue;
    }
    let align: u32 = 1;
    if (isComposite(kind)) align = compositeAlign(id, depth + 1);
    else if (kind === PTR) align = 1 + pointerSize;
    else if (kind === INT || kind === FLOAT || isEnum(kind)) align = 1 + min(pointerSize, targetOf(id));
    store<u8>(aligns + id, u8(align));
  }
  const align = load<u8>(aligns + id) & ~PACKED;
  // Store it for all types on the way, so that no chain is walked twice.
  for (let at = typeId; at !== id; at = targetOf(at)) store<u8>(aligns + at, u8(align));
  return align;
}

/**
 * A struct whose members or size are not aligned is packed and has alignment 1. A struct with a member that has no
 * alignment has none.
 */
function compositeAlign(id: u32, depth: u32): u32 {
  limitNesting(depth, id);
  const record = recordOf(id);
  const hasBitfields = flagOf(field(record, INFO));
  const end = endOf(id);
  let maxAlign: u32 = 1;
  let isMisplaced = false;
  let isUnknown = false;
  for (let member = place(record, HEAD_WORDS); member < end; member = place(member, MEMBER_WORDS)) {
    const type = field(member, MEMBER_TYPE);
    const known: u32 = load<u8>(aligns + type);
    const align = (known !== 0 ? known & ~PACKED : findAlign(type, depth)) - 1;
    if (align === 0) {
      // libbpf stops here for the alignment, but looks at all members to find out whether the struct is packed.
      if (!isMisplaced) isUnknown = true;
      continue;
    }
    if (align > maxAlign) maxAlign = align;
    const offset = field(member, MEMBER_OFFSET);
    if ((!hasBitfields || offset >>> 24 === 0) && offset % (8 * align) !== 0) isMisplaced = true;
  }
  const packed = isMisplaced || field(record, SIZE_OR_TYPE) % maxAlign !== 0;
  const align = isUnknown ? 1 : packed ? 2 : 1 + maxAlign;
  return packed ? align | PACKED : align;
}
