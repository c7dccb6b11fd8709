import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { FlatBtf } from "../flat.ts";
import { typeCycle } from "./layout.ts";

/** Where the members of one struct or union lie and what lies between them, as pahole counts it. */
export interface Measured {
  readonly size: number;
  readonly count: number;
  /** Of each member: byte offset; a bitfield's is that of the integer it lies in. */
  readonly offsets: Float64Array;
  /** Bytes; of a bitfield those of its integer. */
  readonly sizes: Float64Array;
  /** Bits; 0 for what is no bitfield. */
  readonly bitfieldSizes: Uint8Array;
  /** Bits from the start of the integer. */
  readonly bitOffsets: Uint8Array;
  /** Unused bytes, and bits, after each member; negative where members overlap. */
  readonly holes: Int32Array;
  readonly bitHoles: Uint8Array;
  /** Unused bytes and bits before the first member. */
  readonly preHole: number;
  readonly preBitHole: number;
  /** Unused bytes and bits after the last member. */
  readonly padding: number;
  readonly bitPadding: number;
  /** Number of places with unused bytes and with unused bits. */
  readonly holeCount: number;
  readonly bitHoleCount: number;
}

/**
 * Measures structs and unions as pahole does: sizes and bitfields as its BTF loader has them
 * (`class__fixup_btf_bitfields`, dwarves btf_loader.c), holes as it finds them (`class__find_holes`, dwarves.c).
 * Unions have no holes.
 */
export class Measurer {
  readonly #flat: FlatBtf;
  readonly #pointerSize: number;

  constructor(flat: FlatBtf, pointerSize: number) {
    this.#flat = flat;
    this.#pointerSize = pointerSize;
  }

  /** Measures one type; `id` is a STRUCT or UNION. */
  measure(id: TypeId): Measured {
    const { words, starts } = this.#flat;
    const at = starts[id];
    const info = words[at + K.INFO];
    const kflag = K.infoKflag(info);
    const count = K.infoVlen(info);
    const offsets = new Float64Array(count);
    const sizes = new Float64Array(count);
    const bitfieldSizes = new Uint8Array(count);
    const bitOffsets = new Uint8Array(count);
    const holes = new Holes(words[at + K.SIZE_OR_TYPE], count);
    const isStruct = K.infoKind(info) === K.STRUCT;
    for (let i = 0; i < count; i++) {
      const member = at + K.HEAD_WORDS + i * 3;
      const place = words[member + 2];
      const leaf = this.leaf(words[member + 1]);
      const bytes = this.sizeOf(leaf);
      const bitfieldSize = kflag ? place >>> 24 : 0;
      const bitOffset = kflag ? place & 0xffffff : place;
      sizes[i] = bytes;
      bitfieldSizes[i] = bitfieldSize;
      offsets[i] = Math.floor(bitOffset / 8);
      if (bitfieldSize !== 0 && bytes !== 0 && this.#isScalar(leaf)) {
        // A bitfield lies in an integer of its type that is aligned in the struct, whatever the packing.
        offsets[i] = Math.floor(Math.floor(bitOffset / (bytes * 8)) * bytes);
        bitOffsets[i] = bitOffset - offsets[i] * 8;
      }
      if (isStruct) holes.member(i, bitOffset, bitfieldSize, offsets[i], bytes);
    }
    if (isStruct) holes.end();
    return {
      size: words[at + K.SIZE_OR_TYPE],
      count,
      offsets,
      sizes,
      bitfieldSizes,
      bitOffsets,
      holes: holes.bytes,
      bitHoles: holes.bits,
      preHole: holes.preHole,
      preBitHole: holes.preBitHole,
      padding: holes.padding,
      bitPadding: holes.bitPadding,
      holeCount: holes.count,
      bitHoleCount: holes.bitCount,
    };
  }

  /** The type behind typedefs, qualifiers and tags. */
  leaf(typeId: TypeId): TypeId {
    const { words, starts, typeCount } = this.#flat;
    let id = typeId;
    for (let steps = 0; K.isModifier(K.infoKind(words[starts[id] + K.INFO])); steps++) {
      if (steps > typeCount) throw typeCycle(id);
      id = words[starts[id] + K.SIZE_OR_TYPE];
    }
    return id;
  }

  /** Bytes of a type (`tag__size`, dwarves.c): an INT has those of its bits, an empty struct of one byte none. */
  sizeOf(typeId: TypeId): number {
    const { words, starts, typeCount } = this.#flat;
    let elements = 1;
    let id = this.leaf(typeId);
    for (let steps = 0; ; steps++) {
      const at = starts[id];
      const info = words[at + K.INFO];
      const size = words[at + K.SIZE_OR_TYPE];
      switch (K.infoKind(info)) {
        case K.ARRAY:
          if (steps > typeCount) throw typeCycle(id);
          elements *= words[at + 5];
          id = this.leaf(words[at + 3]);
          continue;
        case K.INT:
          return elements * (((words[at + 3] & 0xff) + 7) >>> 3);
        case K.PTR:
        case K.FUNC_PROTO:
          return elements * this.#pointerSize;
        case K.ENUM:
        case K.ENUM64:
          return elements * (size === 0 ? 4 : size);
        case K.STRUCT:
        case K.UNION:
          return size === 1 && K.infoVlen(info) === 0 ? 0 : elements * size;
        case K.FLOAT:
          return elements * size;
        default:
          return 0;
      }
    }
  }

  #isScalar(leaf: TypeId): boolean {
    const { words, starts } = this.#flat;
    const kind = K.infoKind(words[starts[leaf] + K.INFO]);
    return kind === K.INT || kind === K.FLOAT || K.isEnum(kind);
  }
}

/** `class__find_holes` of dwarves.c, a member at a time. Everything is in bits unless it says bytes. */
class Holes {
  readonly bytes: Int32Array;
  readonly bits: Uint8Array;
  preHole = 0;
  preBitHole = 0;
  padding = 0;
  bitPadding = 0;
  count = 0;
  bitCount = 0;
  readonly #sizeBytes: number;
  #seen = 0;
  #inBitfield = false;
  /** The integer that bitfields are being put into. */
  #unitEnd: number;
  #unitSize = 0;

  constructor(sizeBytes: number, count: number) {
    this.bytes = new Int32Array(count);
    this.bits = new Uint8Array(count);
    this.#sizeBytes = sizeBytes;
    this.#unitEnd = sizeBytes * 8;
  }

  member(i: number, start: number, bitfieldSize: number, offsetBytes: number, sizeBytes: number): void {
    const end = start + (bitfieldSize !== 0 ? bitfieldSize : sizeBytes * 8);
    let bits = 0;
    let bytes = 0;
    if (this.#inBitfield) {
      const unitEnd = Math.min(start, this.#unitEnd);
      bits = unitEnd - this.#seen;
      this.#seen = unitEnd;
    }
    if (bitfieldSize !== 0) {
      const alignedStart = offsetBytes * 8;
      if (this.#seen < alignedStart && alignedStart <= start) {
        bytes = offsetBytes - Math.floor(this.#seen / 8);
        this.#seen = alignedStart;
      }
      bits += start - this.#seen;
    } else bytes = Math.floor(start / 8) - Math.floor(this.#seen / 8);
    this.#seen = end;
    this.#enter(bitfieldSize !== 0, end, offsetBytes, sizeBytes * 8);
    if (i > 0) {
      this.bytes[i - 1] = bytes;
      this.bits[i - 1] = bits;
    } else {
      this.preHole = bytes;
      this.preBitHole = bits;
    }
    if (bits !== 0) this.bitCount++;
    if (bytes > 0) this.count++;
  }

  #enter(isBitfield: boolean, end: number, offsetBytes: number, size: number): void {
    this.#inBitfield = isBitfield;
    if (!isBitfield) {
      this.#unitSize = 0;
      this.#unitEnd = end;
    } else if (end > this.#unitEnd || size > this.#unitSize) {
      this.#unitSize = size;
      this.#unitEnd = offsetBytes * 8 + size;
      // A bitfield may begin in one integer and end in the next.
      if (end > this.#unitEnd) this.#unitEnd += size;
    }
  }

  end(): void {
    if (this.#inBitfield) {
      const unitEnd = Math.min(this.#sizeBytes * 8, this.#unitEnd);
      this.bitPadding = unitEnd - this.#seen;
      this.#seen = unitEnd;
    }
    this.padding = this.#sizeBytes - Math.floor(this.#seen / 8);
  }
}
