import type { Measure } from "../../types/measure.ts";

/** Members of structs and unions, as pahole sees them: a column for each thing to know of one, those of a struct in a row. */
export class MemberColumns {
  count = 0;
  nameOff: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_ROOM);
  type: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_ROOM);
  /** In bytes; of a bitfield those of the integer that it lies in. Nested arrays may have more than fit into a word. */
  offset: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_ROOM);
  size: Float64Array<ArrayBuffer> = new Float64Array(FIRST_ROOM);
  /** Bits of a bitfield, else 0, and where they begin in the integer. */
  bitfieldSize: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_ROOM);
  bitfieldOffset: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_ROOM);
  /** Alignment that explains the offset where the type's own does not, else 0 (`class__infer_alignment`). */
  alignment: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_ROOM);
  /** Unused bytes and bits before the member; negative where it overlaps with earlier ones. */
  hole: Float64Array<ArrayBuffer> = new Float64Array(FIRST_ROOM);
  bitHole: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_ROOM);

  /** Adds the member that `measure` is at. */
  add(nameOff: number, type: number, alignment: number, bitfieldOffset: number, measure: Measure): void {
    if (this.count === this.type.length) this.grow();
    const at = this.count++;
    this.nameOff[at] = nameOff;
    this.type[at] = type;
    this.alignment[at] = alignment;
    this.offset[at] = measure.offset;
    this.size[at] = measure.bytes;
    this.bitfieldSize[at] = measure.bitfieldSize;
    this.bitfieldOffset[at] = bitfieldOffset;
    this.hole[at] = measure.hole;
    this.bitHole[at] = measure.bitHole;
  }

  private grow(): void {
    this.nameOff = twice(this.nameOff);
    this.type = twice(this.type);
    this.offset = twice(this.offset);
    this.size = twice(this.size);
    this.bitfieldSize = twice(this.bitfieldSize);
    this.bitfieldOffset = twice(this.bitfieldOffset);
    this.alignment = twice(this.alignment);
    this.hole = twice(this.hole);
    this.bitHole = twice(this.bitHole);
  }
}

type Column = Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

function twice<T extends Column>(column: T): T {
  const grown = new (column.constructor as new (length: number) => T)(column.length * 2);
  grown.set(column);
  return grown;
}

const FIRST_ROOM = 1 << 12;
