import type { TypeId } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { Behind } from "./behind.ts";
import { type FlatBtf, touched } from "./flat.ts";
import { tooLarge, typeCycle } from "./type-errors.ts";

/**
 * Walks the members of a struct or union and finds their places and the holes before them as pahole does: bitfields as
 * in its BTF loader (`class__fixup_btf_bitfields`, dwarves btf_loader.c), holes as in `class__find_holes` (dwarves.c).
 * Unions have no holes. One instance may measure many structs, one after the other. For JSON, comments and questions
 * about single types; the text of layouts is made in WebAssembly (`assembly/layout/measure`), and a test compares both.
 */
export class Measure {
  /** Bytes of the struct or union. */
  size = 0;
  /** Number of its members. */
  count = 0;

  /** Offset of the current member in bytes; for a bitfield the offset of the integer that contains it. */
  offset = 0;
  /** Size of the current member in bytes; for a bitfield the size of that integer. */
  bytes = 0;
  /** Width of a bitfield in bits, otherwise 0. */
  bitfieldSize = 0;
  /** First bit of a bitfield in its integer. */
  bitOffset = 0;
  /** Unused bytes before the current member; negative if it overlaps with earlier ones. */
  hole = 0;
  /** Unused bits before the current member. */
  bitHole = 0;

  /** Bytes of ordinary members so far. */
  sumBytes = 0;
  /** Bits of bitfields so far. */
  sumBits = 0;
  /** Number of holes and of bit holes so far, and their bytes and bits. */
  holeCount = 0;
  sumHoles = 0;
  bitHoleCount = 0;
  sumBitHoles = 0;

  /** Unused bytes after the last member. */
  padding = 0;
  /** Unused bits after the last member. */
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
  /** End and size of the integer that the current bitfields share. */
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

  /** Places an ordinary member that begins at bit `start`. */
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

  /** Places a bitfield of `size` bits that begins at bit `start`. */
  private bitfield(type: TypeId, bytes: number, start: number, size: number): void {
    // It lies in an integer of its type that is aligned in the struct, even in a packed one.
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

  /** Closes the current integer of bitfields, at the latest where the next member begins. Returns its unused bits. */
  private closeUnit(start: number): number {
    const end = Math.min(start, this.unitEnd);
    const unused = end - this.seen;
    this.seen = end;
    return unused;
  }

  /** Notes what is unused before the current member. */
  private found(bytes: number, bits: number): void {
    this.hole = bytes;
    // pahole keeps this in a byte.
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

  /** Finds what is unused after the last member. */
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
  /** By id: 1 + the size, 0 if not computed yet or too large. */
  private readonly sizes: Float64Array;
  /** The nested arrays that {@link findSize} has met. */
  private readonly arrays: TypeId[] = [];

  constructor(flat: FlatBtf, pointerSize: number) {
    this.flat = flat;
    this.pointerSize = pointerSize;
    this.behind = new Behind(flat);
    this.sizes = touched(new Float64Array(flat.typeCount));
  }

  /**
   * Size of a type (`tag__size`, dwarves.c). An INT has as many bytes as its bits need; an empty struct of one byte has
   * size 0. Throws `unsupported` for a type of more than 2^53 bytes.
   */
  of(typeId: TypeId): number {
    const known = this.sizes[typeId];
    if (known !== 0) return known - 1;
    const size = this.findSize(typeId);
    // Also refuses NaN, the size of an array of no elements of infinite size.
    if (!(size <= Number.MAX_SAFE_INTEGER)) throw tooLarge(typeId);
    this.sizes[typeId] = size + 1;
    return size;
  }

  /** Whether the type behind typedefs, qualifiers and tags is a number. */
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

  /** Size of a type that is neither an array nor a modifier. */
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
