import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { type FlatBtf, touched } from "../flat.ts";
import { typeCycle } from "./layout.ts";

/** Where the members of one struct or union lie and what lies between them, as pahole counts it. */
export class Measured {
  /** Bytes. */
  size = 0;
  /** Number of members; the arrays are longer. */
  count = 0;
  /** Of each member: byte offset; a bitfield's is that of the integer it lies in. */
  offsets: Uint32Array = new Uint32Array(0);
  /** Bytes; of a bitfield those of its integer. An array of numbers, since those of hostile arrays go beyond 32 bits. */
  readonly sizes: number[] = [];
  /** Bits; 0 for what is no bitfield. */
  bitfieldSizes: Uint8Array = new Uint8Array(0);
  /** Bits from the start of the integer. */
  bitOffsets: Uint8Array = new Uint8Array(0);
  /** Unused bytes, and bits, after each member; negative where members overlap. */
  holes: Int32Array = new Int32Array(0);
  bitHoles: Uint8Array = new Uint8Array(0);
  /** Unused bytes and bits before the first member. */
  preHole = 0;
  preBitHole = 0;
  /** Unused bytes and bits after the last member. */
  padding = 0;
  bitPadding = 0;
  /** Number of places with unused bytes and with unused bits. */
  holeCount = 0;
  bitHoleCount = 0;

  /** Makes room for so many members, without holes. */
  reset(size: number, count: number): void {
    if (count > this.offsets.length) {
      const room = Math.max(16, count * 2);
      this.offsets = new Uint32Array(room);
      this.bitfieldSizes = new Uint8Array(room);
      this.bitOffsets = new Uint8Array(room);
      this.holes = new Int32Array(room);
      this.bitHoles = new Uint8Array(room);
    }
    this.size = size;
    this.count = count;
    this.preHole = 0;
    this.preBitHole = 0;
    this.padding = 0;
    this.bitPadding = 0;
    this.holeCount = 0;
    this.bitHoleCount = 0;
  }
}

/**
 * Measures structs and unions as pahole does: sizes and bitfields as its BTF loader has them
 * (`class__fixup_btf_bitfields`, dwarves btf_loader.c), holes as it finds them (`class__find_holes`, dwarves.c).
 * Unions have no holes.
 *
 * What is measured is lent: structs nest, so the last one that was measured is the first to be given back.
 */
export class Measurer {
  readonly #flat: FlatBtf;
  readonly #pointerSize: number;
  /** 1 + bytes of each type, 0 where they are not known yet, or too many. */
  readonly #sizes: Uint32Array;
  readonly #holes = new Holes();
  readonly #lent: Measured[] = [];
  #lentCount = 0;

  constructor(flat: FlatBtf, pointerSize: number) {
    this.#flat = flat;
    this.#pointerSize = pointerSize;
    this.#sizes = touched(new Uint32Array(flat.typeCount));
  }

  /** Measures one type; `id` is a STRUCT or UNION. The answer is to be given back with {@link release}. */
  measure(id: TypeId): Measured {
    const { words, starts, kinds } = this.#flat;
    const at = starts[id];
    const info = words[at + K.INFO];
    const kflag = K.infoKflag(info);
    const count = K.infoVlen(info);
    if (this.#lentCount === this.#lent.length) this.#lent.push(new Measured());
    const measured = this.#lent[this.#lentCount++];
    measured.reset(words[at + K.SIZE_OR_TYPE], count);
    const { offsets, sizes, bitfieldSizes, bitOffsets, holes, bitHoles } = measured;
    const isStruct = kinds[id] === K.STRUCT;
    if (isStruct) this.#holes.begin(measured);
    for (let i = 0, member = at + K.HEAD_WORDS; i < count; i++, member += 3) {
      const place = words[member + 2];
      const bytes = this.sizeOf(words[member + 1]);
      const bitfieldSize = kflag ? place >>> 24 : 0;
      const bitOffset = kflag ? place & 0xffffff : place;
      let offset = bitOffset >>> 3;
      let fromStart = 0;
      if (bitfieldSize !== 0 && bytes !== 0 && this.#isScalar(words[member + 1])) {
        // A bitfield lies in an integer of its type that is aligned in the struct, whatever the packing.
        offset = Math.floor(Math.floor(bitOffset / (bytes * 8)) * bytes);
        fromStart = bitOffset - offset * 8;
      }
      sizes[i] = bytes;
      bitfieldSizes[i] = bitfieldSize;
      offsets[i] = offset;
      bitOffsets[i] = fromStart;
      holes[i] = 0;
      bitHoles[i] = 0;
      if (isStruct) this.#holes.member(i, bitOffset, bitfieldSize, offset, bytes);
    }
    if (isStruct) this.#holes.end();
    return measured;
  }

  /** Takes back what was measured last. */
  release(): void {
    this.#lentCount--;
  }

  /**
   * Bytes of a type (`tag__size`, dwarves.c): an INT has those of its bits, an empty struct of one byte none. Throws
   * `unsupported` if they are more than 2^53.
   */
  sizeOf(typeId: TypeId): number {
    const known = this.#sizes[typeId];
    if (known !== 0) return known - 1;
    const size = this.#findSize(typeId);
    // Not NaN either, which endless elements of no size come to.
    if (!(size <= Number.MAX_SAFE_INTEGER)) throw tooLarge(typeId);
    if (size < 0xffffffff) this.#sizes[typeId] = size + 1;
    return size;
  }

  #findSize(typeId: TypeId): number {
    const { words, starts, kinds, typeCount } = this.#flat;
    let elements = 1;
    let id = this.#leaf(typeId);
    for (let steps = 0; ; steps++) {
      const at = starts[id];
      const size = words[at + K.SIZE_OR_TYPE];
      switch (kinds[id]) {
        case K.ARRAY:
          if (steps > typeCount) throw typeCycle(id);
          elements *= words[at + 5];
          id = this.#leaf(words[at + 3]);
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
          return size === 1 && K.infoVlen(words[at + K.INFO]) === 0 ? 0 : elements * size;
        case K.FLOAT:
          return elements * size;
        default:
          return 0;
      }
    }
  }

  /** The type behind typedefs, qualifiers and tags. */
  #leaf(typeId: TypeId): TypeId {
    const { kinds, targets, typeCount } = this.#flat;
    let id = typeId;
    for (let steps = 0; K.isModifier(kinds[id]); steps++) {
      if (steps > typeCount) throw typeCycle(id);
      id = targets[id];
    }
    return id;
  }

  #isScalar(typeId: TypeId): boolean {
    const kind = this.#flat.kinds[this.#leaf(typeId)];
    return kind === K.INT || kind === K.FLOAT || K.isEnum(kind);
  }
}

/** Arrays of arrays soon come to more than a number holds. */
function tooLarge(typeId: TypeId): BtfxError {
  return new BtfxError(
    "unsupported",
    "the type takes more bytes than can be counted",
    { typeId },
    "no compiler makes it; format raw prints it",
  );
}

/** `class__find_holes` of dwarves.c, a member at a time. Everything is in bits unless it says bytes. */
class Holes {
  #measured: Measured = new Measured();
  #seen = 0;
  #inBitfield = false;
  /** The integer that bitfields are being put into. */
  #unitEnd = 0;
  #unitSize = 0;

  /** Begins with the first member of a struct. */
  begin(measured: Measured): void {
    this.#measured = measured;
    this.#seen = 0;
    this.#inBitfield = false;
    this.#unitEnd = measured.size * 8;
    this.#unitSize = 0;
  }

  /** Member `i` begins at bit `start`, its integer at byte `offsetBytes`. */
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
    const measured = this.#measured;
    if (i > 0) {
      measured.holes[i - 1] = bytes;
      measured.bitHoles[i - 1] = bits;
    } else {
      measured.preHole = bytes;
      measured.preBitHole = bits;
    }
    if (bits !== 0) measured.bitHoleCount++;
    if (bytes > 0) measured.holeCount++;
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

  /** After the last member. */
  end(): void {
    const measured = this.#measured;
    if (this.#inBitfield) {
      const unitEnd = Math.min(measured.size * 8, this.#unitEnd);
      measured.bitPadding = unitEnd - this.#seen;
      this.#seen = unitEnd;
    }
    measured.padding = measured.size - Math.floor(this.#seen / 8);
  }
}
