import type { TypeId } from "../../btf/btf.ts";
import {
  HEAD_WORDS,
  INFO,
  infoKflag,
  infoKind,
  infoVlen,
  KINDS,
  NAME_OFF,
  SIZE_OR_TYPE,
} from "../../btf/kinds.ts";
import type { StringTable } from "../../btf/strings.ts";
import { Names } from "./names.ts";

/** Types as verify sees them. A `Btf` is one; so is what the tolerant walk over refused BTF leaves behind. */
export interface Types {
  readonly base: Types | null;
  readonly words: Uint32Array;
  /** `starts[id - firstId]` is the word position of the record. */
  readonly starts: Uint32Array;
  readonly strings: StringTable;
  readonly firstId: TypeId;
  /** Ids below this exist. */
  readonly typeCount: number;
}

/** The types of the chain that hold the type. */
export function holderOf(types: Types, id: TypeId): Types {
  let holder = types;
  while (id < holder.firstId && holder.base !== null) holder = holder.base;
  return holder;
}

/**
 * A place in the type section: one record, and one of its elements. The rules read it, the walks move it; there is one for a
 * whole walk, so that nothing is made per type.
 */
export class RecordCursor {
  readonly words: Uint32Array;
  readonly names: Names;
  typeId: TypeId = 0;
  /** Word position of the record. */
  at = 0;
  /** Bytes of the section from the end of the record's head on. */
  bytesLeft = 0;
  nameOff = 0;
  info = 0;
  kind = 0;
  vlen = 0;
  kflag = false;
  sizeOrType = 0;
  /** Word position of the first word after the head. */
  payload = 0;
  /** Word position of the element, and its number. */
  element = 0;
  index = 0;
  /** End of the element before: bits of a member's offset, bytes of a section entry. */
  previousEnd = 0;
  /** Bytes of the section entries so far. */
  sum = 0;

  constructor(words: Uint32Array, strings: StringTable) {
    this.words = words;
    this.names = Names.of(strings);
  }

  /** Goes to the record at `at`. */
  moveTo(at: number, typeId: TypeId): void {
    const words = this.words;
    this.at = at;
    this.typeId = typeId;
    this.nameOff = words[at + NAME_OFF];
    this.info = words[at + INFO];
    this.kind = infoKind(this.info);
    this.vlen = infoVlen(this.info);
    this.kflag = infoKflag(this.info);
    this.sizeOrType = words[at + SIZE_OR_TYPE];
    this.payload = at + HEAD_WORDS;
    this.previousEnd = 0;
    this.sum = 0;
  }

  /** Goes to element `index` of the record. For known kinds. */
  moveToElement(index: number): void {
    const row = KINDS[this.kind];
    this.index = index;
    this.element = this.payload + row.info + index * row.elem;
  }

  /** Bytes that the record takes after its head. For known kinds. */
  get payloadBytes(): number {
    const row = KINDS[this.kind];
    return (row.info + this.vlen * row.elem) * 4;
  }
}
