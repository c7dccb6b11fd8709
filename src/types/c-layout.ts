import type { TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { MAX_NESTING } from "../wasm/constants/type-limits.ts";
import { type FlatBtf, touched } from "./flat.ts";
import { tooDeep, typeCycle } from "./type-errors.ts";

/** A bit above all alignments, which says that the struct is packed. */
const PACKED = 0x80;
/** Sizes have 32 bits. A larger type counts as having none. */
const MAX_SIZE = 0xffffffff;
/** `MAX_RESOLVE_DEPTH` of libbpf's btf.c. */
const MAX_RESOLVE_DEPTH = 32;

/**
 * Sizes and alignments of types as libbpf derives them, each computed once. For questions about single types; the C
 * dump has its own in WebAssembly (`assembly/c/layouts`), and a test compares both.
 */
export class Layouts {
  /** Bytes of a pointer, 4 or 8. */
  readonly pointerSize: number;
  private readonly flat: FlatBtf;
  /** 1 + alignment of each type, 0 if not computed yet; {@link PACKED} is set for packed structs. */
  private readonly aligns: Uint8Array;
  /** 1 + size of each type, 0 if not computed yet. */
  private readonly sizes: Uint32Array;

  constructor(flat: FlatBtf, pointerSize: number) {
    this.flat = flat;
    this.pointerSize = pointerSize;
    this.aligns = touched(new Uint8Array(flat.typeCount));
    this.sizes = touched(new Uint32Array(flat.typeCount));
  }

  /** Size of a type in bytes, 0 if it has none (`btf__resolve_size`, including its limits). */
  size(id: TypeId): number {
    const known = this.sizes[id];
    if (known !== 0) return known - 1;
    const size = Math.max(0, this.resolveSize(id));
    // The largest possible size does not fit, and is computed again each time.
    this.sizes[id] = size + 1;
    return size;
  }

  /**
   * Whether a type has a size, which may be 0. Void, functions, forward declarations and types of 4 GiB or more have
   * none.
   */
  hasSize(id: TypeId): boolean {
    return this.resolveSize(id) >= 0;
  }

  /** Alignment of a type in bytes, 0 if it has none (`btf__align_of`). */
  align(id: TypeId): number {
    const known = this.aligns[id];
    return (known !== 0 ? known & ~PACKED : this.findAlign(id, 0)) - 1;
  }

  /** Whether a struct needs the attribute `packed` for its layout (`btf_is_struct_packed`). */
  isPacked(id: TypeId): boolean {
    if (this.aligns[id] === 0) this.findAlign(id, 0);
    return (this.aligns[id] & PACKED) !== 0;
  }

  /** Size of a type in bytes, -1 if it has none. */
  private resolveSize(typeId: TypeId): number {
    const { words, starts, kinds, targets } = this.flat;
    let elements = 1;
    let id = typeId;
    for (let depth = 0; depth < MAX_RESOLVE_DEPTH && id !== 0; depth++) {
      const kind = kinds[id];
      if (kind === K.PTR) return bounded(elements, this.pointerSize);
      if (kind === K.ARRAY) {
        elements *= words[starts[id] + 5];
        if (elements > MAX_SIZE) return -1;
      } else if (!K.isModifier(kind) && kind !== K.VAR && kind !== K.DECL_TAG) {
        return isSized(kind) ? bounded(elements, targets[id]) : -1;
      }
      id = targets[id];
    }
    return -1;
  }

  /** Computes 1 + the alignment and stores it. */
  private findAlign(typeId: TypeId, depth: number): number {
    const { kinds, targets, typeCount } = this.flat;
    const aligns = this.aligns;
    let id = typeId;
    for (let steps = 0; aligns[id] === 0; steps++) {
      const kind = kinds[id];
      if (K.isModifier(kind) || kind === K.ARRAY) {
        if (steps > typeCount) throw typeCycle(id);
        id = targets[id];
        continue;
      }
      if (K.isComposite(kind)) aligns[id] = this.compositeAlign(id, depth + 1);
      else if (kind === K.PTR) aligns[id] = 1 + this.pointerSize;
      else if (kind === K.INT || kind === K.FLOAT || K.isEnum(kind)) {
        aligns[id] = 1 + Math.min(this.pointerSize, targets[id]);
      } else aligns[id] = 1;
    }
    const align = aligns[id] & ~PACKED;
    // Store it for all types on the way, so that no chain is walked twice.
    for (let at = typeId; at !== id; at = targets[at]) aligns[at] = align;
    return align;
  }

  /**
   * A struct whose members or size are not aligned is packed and has alignment 1. A struct with a member that has no
   * alignment has none.
   */
  private compositeAlign(id: TypeId, depth: number): number {
    if (depth > MAX_NESTING) throw tooDeep(id);
    const { words, starts } = this.flat;
    const aligns = this.aligns;
    const at = starts[id];
    const kflag = K.infoKflag(words[at + K.INFO]);
    const end = starts[id + 1];
    let maxAlign = 1;
    let isMisplaced = false;
    let isUnknown = false;
    for (let member = at + K.HEAD_WORDS; member < end; member += 3) {
      const type = words[member + 1];
      const known = aligns[type];
      const align = (known !== 0 ? known & ~PACKED : this.findAlign(type, depth)) - 1;
      if (align === 0) {
        // libbpf stops here for the alignment, but looks at all members to find out whether the struct is packed.
        if (!isMisplaced) isUnknown = true;
        continue;
      }
      if (align > maxAlign) maxAlign = align;
      const place = words[member + 2];
      if ((!kflag || place >>> 24 === 0) && place % (8 * align) !== 0) isMisplaced = true;
    }
    const isPacked = isMisplaced || words[at + K.SIZE_OR_TYPE] % maxAlign !== 0;
    return (isUnknown ? 1 : isPacked ? 2 : 1 + maxAlign) | (isPacked ? PACKED : 0);
  }
}

/** The size of so many elements in bytes, -1 if it is too large. */
function bounded(elements: number, size: number): number {
  const total = elements * size;
  return total > MAX_SIZE ? -1 : total;
}

function isSized(kind: number): boolean {
  return kind !== K.UNKN && kind <= K.MAX_KIND && K.KINDS[kind].sized;
}
