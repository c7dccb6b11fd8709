import type { Btf, TypeId } from "../../btf/btf.ts";
import {
  HEAD_WORDS,
  INFO,
  infoKflag,
  infoKind,
  infoVlen,
  KINDS,
  MAX_KIND,
  NAME_OFF,
  SIZE_OR_TYPE,
  UNKN,
} from "../../btf/kinds.ts";
import type { StringTable } from "../../btf/strings.ts";
import { Names } from "./names.ts";

/** Types as verify sees them: those of BTF that stands, or what the tolerant walk over refused BTF leaves behind. */
export interface Types {
  readonly base: Types | null;
  readonly words: Uint32Array;
  /** `starts[id - firstId]` is the word position of the record, `kinds[id - firstId]` its kind. */
  readonly starts: Uint32Array;
  readonly kinds: Uint8Array;
  readonly strings: StringTable;
  readonly firstId: TypeId;
  /** Ids below this exist. */
  readonly typeCount: number;
}

/** Kind of an id that names no type: a number that no kind has. */
export const MISSING: number = MAX_KIND + 1;

const ofBtfs = new WeakMap<Btf, Types>();

/** The types of a parsed BTF; made once for each, since all modules of a kernel share it. */
export function typesOf(btf: Btf): Types {
  let types = ofBtfs.get(btf);
  if (types === undefined) {
    const { words, starts, strings, firstId, typeCount } = btf;
    const kinds = new Uint8Array(starts.length - 1);
    for (let i = 0; i < kinds.length; i++) kinds[i] = infoKind(words[starts[i] + INFO]);
    const base = btf.base === null ? null : typesOf(btf.base);
    types = { base, words, starts, kinds, strings, firstId, typeCount };
    ofBtfs.set(btf, types);
  }
  return types;
}

/** The types of the chain that hold the type. */
export function holderOf(types: Types, id: TypeId): Types {
  let holder = types;
  while (id < holder.firstId && holder.base !== null) holder = holder.base;
  return holder;
}

/** Kind of any id: 0 for void, {@link MISSING} where there is no type. */
export function kindOf(types: Types, id: TypeId): number {
  if (id >= types.typeCount) return MISSING;
  if (id >= types.firstId) return types.kinds[id - types.firstId];
  return id === 0 || types.base === null ? UNKN : kindOf(types.base, id);
}

/** Word `field` of the record of a type that exists and is not void. */
export function wordOf(types: Types, id: TypeId, field: number): number {
  const holder = id >= types.firstId ? types : holderOf(types, id);
  return holder.words[holder.starts[id - holder.firstId] + field];
}

/** The sizes of `KINDS` by number, 0 for unknown kinds: looked up for each type. */
const INFO_WORDS = new Uint8Array(128);
const ELEM_WORDS = new Uint8Array(128);
KINDS.forEach((row, kind) => {
  INFO_WORDS[kind] = row.info;
  ELEM_WORDS[kind] = row.elem;
});

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
  /** Bytes that the record takes after its head, if the kind is known. */
  payloadBytes = 0;
  /** Word position of the element. */
  element = 0;
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
    this.payloadBytes = (INFO_WORDS[this.kind] + this.vlen * ELEM_WORDS[this.kind]) * 4;
    this.previousEnd = 0;
    this.sum = 0;
  }

  /** Goes to element `index` of the record. */
  moveToElement(index: number): void {
    this.element = this.payload + INFO_WORDS[this.kind] + index * ELEM_WORDS[this.kind];
  }
}
