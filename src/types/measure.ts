import type { TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { Behind } from "./behind.ts";
import { type FlatBtf, touched } from "./flat.ts";
import { tooLarge, typeCycle } from "./type-errors.ts";

/**
 * Walks the members of a struct or union and finds where each lies and what is unused before it, as pahole counts:
 * bitfields as its BTF loader has them (`class__fixup_btf_bitfields`, dwarves btf_loader.c), holes as it finds them
 * (`class__find_holes`, dwarves.c). Unions have no holes. One instance may measure many structs, one after the other.
 */
export class Measure {
  /** Bytes of the struct or union. */
  size = 0;
  /** Number of its members. */
  count = 0;

  /** Byte offset of the current member; a bitfield has that of the integer that holds it. */
  offset = 0;
  /** Size in bytes, of a bitfield that of its integer. */
  bytes = 0;
  /** Bits of a bitfield, else 0. */
  bitfieldSize = 0;
  /** Bits from the start of the integer. */
  bitOffset = 0;
  /** Unused bytes, and bits, before the member; negative if it overlaps with earlier members. */
  hole = 0;
  bitHole = 0;

  /** Totals so far: bytes of ordinary members, bits of bitfields. */
  sumBytes = 0;
  sumBits = 0;
  /** Totals so far: number of holes and of bit holes, and their bytes and bits. */
  holeCount = 0;
  sumHoles = 0;
  bitHoleCount = 0;
  sumBitHoles = 0;

  /** Unused bytes and bits after the last member. */
  padding = 0;
  bitPadding = 0;

  private readonly flat: FlatBtf;
  private readonly sizes: Sizes;
  private isStruct = false;
  private kflag = false;
  /** Word positions of the next member and of the end. */
  private memberAt = 0;
  private end = 0;
  // Everything from here on is in bits.
  /** Where the last member ended. */
  private seen = 0;
  private inBitfield = false;
  /** The integer that the current bitfields share. */
  private unitEnd = 0;
  private unitSize = 0;

  constructor(flat: FlatBtf, sizes: Sizes) {
    this.flat = flat;
    this.sizes = sizes;
  }

  /** Starts before the first member of `id`, a STRUCT or UNION. */
  begin(id: TypeId): void {
    const { words, starts, kinds } = this.flat;
    const at = starts[id];
    this.size = words[at + K.SIZE_OR_TYPE];
    this.count = K.infoVlen(words[at + K.INFO]);
    this.hole = 0;
    this.bitHole = 0;
    this.sumBytes = 0;
    this.sumBits = 0;
    this.holeCount = 0;
    this.sumHoles = 0;
    this.bitHoleCount = 0;
    this.sumBitHoles = 0;
    this.padding = 0;
    this.bitPadding = 0;
    this.isStruct = kinds[id] === K.STRUCT;
    this.kflag = K.infoKflag(words[at + K.INFO]);
    this.memberAt = at + K.HEAD_WORDS;
    this.end = this.memberAt + this.count * 3;
    this.seen = 0;
    this.inBitfield = false;
    this.unitEnd = this.size * 8;
    this.unitSize = 0;
  }

  /** Advances to the next member; false after the last. Throws `unsupported` if it takes more than 2^53 bytes. */
  next(): boolean {
    const at = this.memberAt;
    if (at >= this.end) {
      if (this.isStruct) this.pad();
      return false;
    }
    this.memberAt = at + 3;
    const { words } = this.flat;
    const type = words[at + 1];
    const place = words[at + 2];
    const bytes = this.sizes.of(type);
    this.bytes = bytes;
    if (this.kflag && place >>> 24 !== 0) this.bitfield(type, bytes, place & 0xffffff, place >>> 24);
    else this.plain(bytes, this.kflag ? place & 0xffffff : place);
    return true;
  }

  /** An ordinary member that begins at bit `start`. */
  private plain(bytes: number, start: number): void {
    this.offset = start >>> 3;
    this.bitfieldSize = 0;
    this.sumBytes += bytes;
    if (!this.isStruct) return;
    if (start === this.seen && !this.inBitfield) {
      this.hole = 0;
      this.bitHole = 0;
    } else {
      const bits = this.inBitfield ? this.closeUnit(start) : 0;
      this.found(wholeBytes(start) - wholeBytes(this.seen), bits);
    }
    this.inBitfield = false;
    this.seen = start + bytes * 8;
    this.unitSize = 0;
    this.unitEnd = this.seen;
  }

  private bitfield(type: TypeId, bytes: number, start: number, size: number): void {
    // It lies in an integer of its type that is aligned in the struct, even if that is packed.
    const isInInteger = bytes !== 0 && this.sizes.isScalar(type);
    this.offset = isInInteger ? Math.floor(start / (bytes * 8)) * bytes : start >>> 3;
    this.bitOffset = isInInteger ? start - this.offset * 8 : 0;
    this.bitfieldSize = size;
    this.sumBits += size;
    if (!this.isStruct) return;
    let unused = this.inBitfield ? this.closeUnit(start) : 0;
    let unusedBytes = 0;
    const integerStart = this.offset * 8;
    if (this.seen < integerStart && integerStart <= start) {
      unusedBytes = this.offset - wholeBytes(this.seen);
      this.seen = integerStart;
    }
    unused += start - this.seen;
    this.found(unusedBytes, unused);
    this.inBitfield = true;
    this.seen = start + size;
    if (this.seen > this.unitEnd || bytes * 8 > this.unitSize) {
      this.unitSize = bytes * 8;
      this.unitEnd = integerStart + this.unitSize;
      // A bitfield may begin in one integer and end in the next.
      if (this.seen > this.unitEnd) this.unitEnd += this.unitSize;
    }
  }

  /** Closes the current bitfield integer, at the latest where the next member begins, and returns its unused bits. */
  private closeUnit(start: number): number {
    const end = Math.min(start, this.unitEnd);
    const unused = end - this.seen;
    this.seen = end;
    return unused;
  }

  private found(bytes: number, bits: number): void {
    this.hole = bytes;
    // pahole keeps it in a byte.
    this.bitHole = bits & 0xff;
    if (bytes > 0) {
      this.holeCount++;
      this.sumHoles += bytes;
    }
    if (bits !== 0) {
      this.bitHoleCount++;
      this.sumBitHoles += this.bitHole;
    }
  }

  /** After the last member. */
  private pad(): void {
    if (this.inBitfield) this.bitPadding = this.closeUnit(this.size * 8);
    this.padding = this.size - wholeBytes(this.seen);
  }
}

function wholeBytes(bits: number): number {
  return (bits - (bits % 8)) / 8;
}

/** Sizes of types in bytes, as pahole counts them, each computed once. */
export class Sizes {
  private readonly flat: FlatBtf;
  private readonly pointerSize: number;
  private readonly behind: Behind;
  /** 1 + bytes of each type, 0 if not computed yet or too many. */
  private readonly sizes: Float64Array;
  /** The arrays of arrays that {@link findSize} is in. */
  private readonly arrays: TypeId[] = [];

  constructor(flat: FlatBtf, pointerSize: number) {
    this.flat = flat;
    this.pointerSize = pointerSize;
    this.behind = new Behind(flat);
    this.sizes = touched(new Float64Array(flat.typeCount));
  }

  /**
   * Bytes of a type (`tag__size`, dwarves.c): an INT has as many as its bits need, an empty struct of one byte has none. Throws
   * `unsupported` if they are more than 2^53.
   */
  of(typeId: TypeId): number {
    const known = this.sizes[typeId];
    if (known !== 0) return known - 1;
    const size = this.findSize(typeId);
    // Also refuses NaN, the size of no elements of an infinite size.
    if (!(size <= Number.MAX_SAFE_INTEGER)) throw tooLarge(typeId);
    this.sizes[typeId] = size + 1;
    return size;
  }

  /** Whether a type is a number, behind typedefs, qualifiers and tags. */
  isScalar(typeId: TypeId): boolean {
    const kind = this.flat.kinds[this.behind.of(typeId)];
    return kind === K.INT || kind === K.FLOAT || K.isEnum(kind);
  }

  private findSize(typeId: TypeId): number {
    const { words, starts, kinds, typeCount } = this.flat;
    const { arrays, sizes } = this;
    arrays.length = 0;
    let id = this.behind.of(typeId);
    while (kinds[id] === K.ARRAY && sizes[id] === 0) {
      if (arrays.push(id) > typeCount) throw typeCycle(id);
      id = this.behind.of(words[starts[id] + K.ARRAY_TYPE]);
    }
    let size = sizes[id] === 0 ? this.ownSize(id) : sizes[id] - 1;
    for (let array = arrays.pop(); array !== undefined; array = arrays.pop()) {
      size *= words[starts[array] + K.ARRAY_ELEMENTS];
      if (size <= Number.MAX_SAFE_INTEGER) sizes[array] = size + 1;
    }
    return size;
  }

  /** Bytes of a type that is neither an array nor a modifier. */
  private ownSize(id: TypeId): number {
    const { words, starts, kinds } = this.flat;
    const at = starts[id];
    const size = words[at + K.SIZE_OR_TYPE];
    const kind = kinds[id] as K.KindNumber;
    switch (kind) {
      case K.INT:
        return ((words[at + K.FIRST_INFO] & 0xff) + 7) >>> 3;
      case K.PTR:
      case K.FUNC_PROTO:
        return this.pointerSize;
      case K.ENUM:
      case K.ENUM64:
        return size === 0 ? 4 : size;
      case K.STRUCT:
      case K.UNION:
        return size === 1 && K.infoVlen(words[at + K.INFO]) === 0 ? 0 : size;
      case K.FLOAT:
        return size;
      case K.FWD:
      case K.ARRAY:
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
        return 0;
      default:
        K.notKnown(kind);
        return 0;
    }
  }
}
