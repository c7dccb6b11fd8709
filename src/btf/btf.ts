import type { BtfHeader } from "./header.ts";
import { INFO, infoKflag, infoVlen, type KindNumber, NAME_OFF, SIZE_OR_TYPE, UNKN } from "./kinds.ts";
import type { StringTable } from "./strings.ts";

/** Number of a type in a BTF and its bases; 0 is void. An alias names the index and costs nothing. */
export type TypeId = number;

/**
 * Read-only view of one BTF, alone or split on a base. Ids and string offsets are the format's own numbers.
 * {@link parseBtf} is the only maker and checks everything, so that what reads need not.
 *
 * For mass iteration go over `starts` and `words`; the accessors by id are for the places where ids may be anyone's.
 */
export class Btf {
  /** The BTF that this one is split on; shared by every module of a tree, never copied. */
  readonly base: Btf | null;
  readonly header: BtfHeader;
  /** The whole BTF as it was read; a view. */
  readonly bytes: Uint8Array;
  /** The type section, aligned and in host order; a view of `bytes` where it lies so there. */
  readonly words: Uint32Array;
  /** `starts[id - firstId]` is the word position of the record; one more entry marks the end. */
  readonly starts: Uint32Array;
  /** `kinds[id - firstId]` is the BTF_KIND_* of the record. */
  readonly kinds: Uint8Array;
  /** Own strings, chained to the base's. */
  readonly strings: StringTable;
  /** Own first id: 1, or the base's `typeCount`. */
  readonly firstId: TypeId;
  /** Ids below this are valid (`btf__type_cnt`): void, the base's and the own types. */
  readonly typeCount: number;
  /** First own type of a kind that only the layout section describes, 0 if there is none. Its id fields are not known. */
  readonly unknownKindId: TypeId;

  constructor(parts: {
    base: Btf | null;
    header: BtfHeader;
    bytes: Uint8Array;
    words: Uint32Array;
    starts: Uint32Array;
    kinds: Uint8Array;
    strings: StringTable;
    unknownKindId: TypeId;
  }) {
    this.base = parts.base;
    this.header = parts.header;
    this.bytes = parts.bytes;
    this.words = parts.words;
    this.starts = parts.starts;
    this.kinds = parts.kinds;
    this.strings = parts.strings;
    this.firstId = parts.base === null ? 1 : parts.base.typeCount;
    this.typeCount = this.firstId + parts.starts.length - 1;
    this.unknownKindId = parts.unknownKindId;
  }

  /** The BTF of the chain whose `words` hold the type. Not for void. */
  holder(id: TypeId): Btf {
    let btf: Btf = this;
    while (id < btf.firstId && btf.base !== null) btf = btf.base;
    return btf;
  }

  /** Word position of the type's record in its holder's `words`. */
  start(id: TypeId): number {
    return this.starts[id - this.firstId];
  }

  /** Kind of any type; of void 0. */
  kind(id: TypeId): KindNumber {
    if (id === 0) return UNKN;
    const holder = this.holder(id);
    return holder.kinds[id - holder.firstId] as KindNumber;
  }

  /** Number of elements of a type. */
  vlen(id: TypeId): number {
    return infoVlen(this.#word(id, INFO));
  }

  /** Flag bit of a type. */
  kflag(id: TypeId): boolean {
    return infoKflag(this.#word(id, INFO));
  }

  /** Name offset of a type, 0 if it is anonymous. */
  nameOff(id: TypeId): number {
    return id === 0 ? 0 : this.#word(id, NAME_OFF);
  }

  /** The third word: size in bytes or type id, as the kind has it. */
  sizeOrType(id: TypeId): number {
    return this.#word(id, SIZE_OR_TYPE);
  }

  /** Name of a type for people to read, "" if it has none. */
  name(id: TypeId): string {
    return this.strings.text(this.nameOff(id));
  }

  #word(id: TypeId, field: number): number {
    const holder = this.holder(id);
    return holder.words[holder.start(id) + field];
  }
}
