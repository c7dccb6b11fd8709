import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { Behind, MODIFIERS } from "../../types/behind.ts";
import { MAX_NESTING, tooDeep } from "../../types/c-layout.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { Measure, type Sizes } from "../../types/measure.ts";
import { MemberColumns } from "./member-columns.ts";

/** Bytes of a cache line, as pahole assumes on most machines. */
export const CACHE_LINE = 64;

/** A struct or union, as pahole sees it. */
export interface PaholeComposite {
  readonly size: number;
  /** Alignment that explains the size where that of the members does not, else 0 (`class__infer_alignment`). */
  readonly alignment: number;
  /** Its members are these of {@link MemberColumns}, and so many. */
  readonly first: number;
  readonly count: number;
  /** Number of holes and of bit holes; pahole counts them in a byte. */
  readonly holes: number;
  readonly bitHoles: number;
  /** Unused bytes and bits at the end. */
  readonly padding: number;
  readonly bitPadding: number;
}

/**
 * pahole's knowledge about structs and unions: measures, inferred alignments, inferred packing (dwarves btf_loader.c and
 * dwarves.c). Each is found once. Packing is inferred as types are printed, and depends on the order: a struct that another
 * one holds at an odd offset is packed from then on.
 */
export class Composites {
  /** The members of all composites that were asked for. */
  readonly members: MemberColumns;
  private readonly flat: FlatBtf;
  private readonly sizes: Sizes;
  private readonly pointerSize: number;
  private readonly measure: Measure;
  private readonly behind: Behind;
  private readonly known: PaholeComposite[] = [];
  /** 1 + the place of each struct or union in `known`, 0 where it is not there yet. */
  private readonly places: Uint32Array;
  /** Natural alignment of structs and unions, 0 where it is not known yet. */
  private readonly naturalAlignments: Uint32Array;
  private readonly packing: Uint8Array;
  private readonly flexible: Uint8Array;
  private depth = 0;

  constructor(flat: FlatBtf, sizes: Sizes, pointerSize: number) {
    this.flat = flat;
    this.sizes = sizes;
    this.pointerSize = pointerSize;
    this.measure = new Measure(flat, sizes);
    this.behind = new Behind(flat, UNTAGGED);
    this.members = new MemberColumns();
    this.places = new Uint32Array(flat.typeCount);
    this.naturalAlignments = new Uint32Array(flat.typeCount);
    this.packing = new Uint8Array(flat.typeCount);
    this.flexible = new Uint8Array(flat.typeCount);
  }

  /** A STRUCT or UNION. A FWD is one without members. */
  of(id: TypeId): PaholeComposite {
    if (!K.isComposite(this.flat.kinds[id])) return EMPTY;
    const place = this.places[id];
    if (place !== 0) return this.known[place - 1];
    const composite = this.load(id);
    this.places[id] = this.known.push(composite);
    return composite;
  }

  /** Whether a struct was found to be packed so far. */
  isPacked(id: TypeId): boolean {
    return (this.packing[id] & PACKED) !== 0;
  }

  /** Infers whether a struct is packed, unless that was done (`class__infer_packed_attributes`). */
  inferStructPacking(id: TypeId): void {
    if (this.flat.kinds[id] !== K.STRUCT || this.packing[id] !== 0) return;
    const { size, alignment, first, count, holes, padding } = this.of(id);
    const { type, offset } = this.members;
    this.packing[id] |= INFERRED;
    if (padding !== 0 || holes !== 0) {
      for (let i = first; i < first + count; i++) this.packStructAt(type[i], offset[i]);
      return;
    }
    let highest = 1;
    for (let i = first; i < first + count; i++) {
      const natural = this.naturalAlignment(this.stripped(type[i]));
      if (natural > highest) highest = natural;
      if (offset[i] % natural !== 0) {
        this.packing[id] |= PACKED;
        return;
      }
    }
    if ((highest !== 1 && alignment === 1) || size % highest !== 0) this.packing[id] |= PACKED;
  }

  /** Infers which structs in a union are packed, unless that was done (`union__infer_packed_attributes`). */
  inferUnionPacking(id: TypeId): void {
    if (this.packing[id] !== 0) return;
    const { size, first, count } = this.of(id);
    for (let i = first; i < first + count; i++) this.packStructAt(this.members.type[i], size);
    this.packing[id] |= INFERRED;
  }

  /** Whether the last member of a struct is an array without a length (`class__has_flexible_array`). */
  hasFlexibleArray(id: TypeId): boolean {
    const { first, count } = this.of(id);
    if (count === 0) return false;
    const { words, starts, kinds } = this.flat;
    const last = this.members.type[first + count - 1];
    return kinds[last] === K.ARRAY && words[starts[last] + K.ARRAY_ELEMENTS] === 0;
  }

  /** Whether a struct in a struct, at any depth, has one (`class__has_embedded_flexible_array`). */
  embedsFlexibleArray(id: TypeId): boolean {
    if (this.flat.kinds[id] !== K.STRUCT) return false;
    if (this.flexible[id] === 0) {
      // A struct that holds itself has none that the others do not have.
      this.flexible[id] = NONE;
      this.enter(id);
      const { first, count } = this.of(id);
      let embeds = false;
      for (let i = first; i < first + count && !embeds; i++) {
        const held = this.stripped(this.members.type[i]);
        if (this.flat.kinds[held] !== K.STRUCT) continue;
        embeds = this.hasFlexibleArray(held) || this.embedsFlexibleArray(held);
      }
      this.depth--;
      if (embeds) this.flexible[id] = EMBEDS;
    }
    return this.flexible[id] === EMBEDS;
  }

  /** The type behind typedefs and qualifiers, but not behind tags (`tag__strip_typedefs_and_modifiers`). */
  stripped(typeId: TypeId): TypeId {
    return this.behind.of(typeId);
  }

  private load(id: TypeId): PaholeComposite {
    const { words, starts } = this.flat;
    const { measure, members } = this;
    const first = members.count;
    let taken = 0;
    let at = starts[id] + K.HEAD_WORDS;
    for (measure.begin(id); measure.next(); at += K.MEMBER_WORDS) {
      const type = words[at + K.MEMBER_TYPE];
      const { offset, bytes, bitfieldSize } = measure;
      const bitfieldOffset = bitfieldSize === 0 ? 0 : measure.bitOffset;
      // pahole passes over members of void.
      const alignment =
        type === 0 ? 0 : inferAlignment(offset, this.naturalAlignment(this.stripped(type)), taken);
      members.add(words[at], type, alignment, bitfieldOffset, measure);
      if (bytes !== 0) {
        taken = offset + (bitfieldSize !== 0 ? (bitfieldOffset + bitfieldSize + 7) >>> 3 : bytes);
      }
    }
    const { size, holeCount, bitHoleCount, padding, bitPadding } = measure;
    return {
      size,
      alignment: inferAlignment(size, this.naturalAlignment(id), taken),
      first,
      count: members.count - first,
      holes: holeCount & 0xff,
      bitHoles: bitHoleCount & 0xff,
      padding: padding & 0xffff,
      bitPadding: bitPadding & 0xff,
    };
  }

  /** Marks a struct as packed if its natural alignment does not divide where it is, or what it fills. */
  private packStructAt(type: TypeId, offset: number): void {
    const id = this.stripped(type);
    if (this.flat.kinds[id] !== K.STRUCT) return;
    if (offset % this.naturalAlignment(id) !== 0) this.packing[id] = INFERRED | PACKED;
  }

  /** Alignment that a type has by what it is made of, in bytes (`tag__natural_alignment`). */
  private naturalAlignment(id: TypeId): number {
    const { words, starts, kinds, targets } = this.flat;
    const kind = kinds[id] as K.KindNumber;
    switch (kind) {
      case K.PTR:
        return this.pointerSize;
      case K.INT:
      case K.FLOAT:
      case K.ENUM:
      case K.ENUM64:
        return this.sizes.of(id) || 1;
      case K.ARRAY: {
        this.enter(id);
        const natural = this.naturalAlignment(this.stripped(targets[id]));
        this.depth--;
        return natural;
      }
      case K.STRUCT:
      case K.UNION: {
        if (this.naturalAlignments[id] !== 0) return this.naturalAlignments[id];
        this.enter(id);
        let highest = 1;
        for (let at = starts[id] + K.HEAD_WORDS; at < starts[id + 1]; at += K.MEMBER_WORDS) {
          const natural = this.naturalAlignment(this.stripped(words[at + K.MEMBER_TYPE]));
          if (natural > highest) highest = natural;
        }
        this.depth--;
        this.naturalAlignments[id] = highest;
        return highest;
      }
      case K.TYPEDEF:
      case K.VOLATILE:
      case K.CONST:
      case K.RESTRICT:
      case K.TYPE_TAG:
      case K.FWD:
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
        K.notKnown(kind);
        return 1;
    }
  }

  /** Counts the levels of types inside each other: those of a compiler are few. */
  private enter(id: TypeId): void {
    if (++this.depth > MAX_NESTING) throw tooDeep(id);
  }
}

/**
 * The alignment that explains why something begins at `offset` although what is before it ends at `taken`: 0 where the
 * natural one does. All are in bytes (`class__infer_alignment`, btf_loader.c).
 */
function inferAlignment(offset: number, natural: number, taken: number): number {
  const gap = (offset - taken) >>> 0;
  if (gap === 0 || offset % 2 !== 0) return 0;
  // The power of two above the gap.
  const alignment = (1 << (32 - Math.clz32(gap))) >>> 0;
  if (alignment <= natural || alignment === 1) return 0;
  return alignment < CACHE_LINE && offset % CACHE_LINE === 0 ? CACHE_LINE : alignment;
}

/** Modifiers without tags. */
const UNTAGGED = MODIFIERS.with(K.TYPE_TAG, 0);

const INFERRED = 1;
const PACKED = 2;
const NONE = 1;
const EMBEDS = 2;
const EMPTY: PaholeComposite = {
  size: 0,
  alignment: 0,
  first: 0,
  count: 0,
  holes: 0,
  bitHoles: 0,
  padding: 0,
  bitPadding: 0,
};
