import type { TypeId } from "../../btf/btf.ts";
import {
  HEAD_WORDS,
  INFO,
  infoKflag,
  infoKind,
  infoVlen,
  KINDS,
  type KindNumber,
  NAME_OFF,
  SIZE_OR_TYPE,
  UNKN,
} from "../../btf/kinds.ts";
import type { StringTable } from "../../btf/strings.ts";
import { Identifiers } from "./identifiers.ts";

/** Words of a record by kind number, from `KINDS`; 0 for unknown kinds. The cursor looks them up for each type. */
const INFO_WORDS = new Uint8Array(128);
const ELEM_WORDS = new Uint8Array(128);
KINDS.forEach((row, kind) => {
  INFO_WORDS[kind] = row.info;
  ELEM_WORDS[kind] = row.elem;
});

/**
 * A position in the type section: one record, and one of its elements. Walks move it and rules read it. One cursor
 * serves a whole walk, so no object is made per type.
 */
export class RecordCursor {
  readonly words: Uint32Array;
  readonly names: Identifiers;
  typeId: TypeId = 0;
  /** Word position of the record. */
  at = 0;
  /** Bytes of the section from the end of the record's head on. */
  bytesLeft = 0;
  nameOff = 0;
  info = 0;
  kind: KindNumber = UNKN;
  vlen = 0;
  kflag = false;
  sizeOrType = 0;
  /** Word position of the first word after the head. */
  payload = 0;
  /** Bytes that the record takes after its head, if the kind is known. */
  payloadBytes = 0;
  /** Word position of the element. */
  element = 0;
  /** End of the element before: bits of a member's offset, bytes of a section entry. */
  previousEnd = 0;
  /** Bytes of the section entries so far. */
  sum = 0;
  /** Name of a type that was walked before, for texts; undefined of others. */
  nameOf: (id: TypeId) => string | undefined = () => undefined;

  constructor(words: Uint32Array, strings: StringTable) {
    this.words = words;
    this.names = new Identifiers(strings);
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
    this.payloadBytes = (INFO_WORDS[this.kind] + this.vlen * ELEM_WORDS[this.kind]) * 4;
    this.previousEnd = 0;
    this.sum = 0;
  }

  /** Goes to element `index` of the record. */
  moveToElement(index: number): void {
    this.element = this.payload + INFO_WORDS[this.kind] + index * ELEM_WORDS[this.kind];
  }
}
