import { refuseEndlessText } from "./endless-text.ts";
import type { BtfHeader } from "./header.ts";
import {
  INFO,
  infoKflag,
  infoVlen,
  KIND,
  type KindName,
  type KindNumber,
  NAME_OFF,
  SIZE_OR_TYPE,
  UNKN,
} from "./kinds.ts";
import { ownCalled, WORTH_INDEX } from "./search-name.ts";
import { nameBytes, type StringTable } from "./strings.ts";
import { TypeNames } from "./type-names.ts";

/** Number of a type in a BTF and its bases; 0 is void. An alias names the index and costs nothing. */
export type TypeId = number;

/**
 * A read-only view of one BTF, which may be split on a base. Ids and string offsets are those of the format. {@link
 * parseBtf} makes it and checks everything, so that readers need not.
 *
 * To go over many types, use `starts` and `words`. The accessors by id also check the id.
 */
export class Btf {
  /** The BTF that this one is split on; shared by every module of a tree, never copied. */
  readonly base: Btf | null;
  readonly header: BtfHeader;
  /** The whole BTF as it was read; a view. */
  readonly bytes: Uint8Array;
  /** The type section, aligned and in host order; a view of `bytes` if it is so there. */
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
  /**
   * First own type of a kind that only the layout section describes, 0 if there is none. Its id fields are not known.
   */
  readonly unknownKindId: TypeId;

  #names: TypeNames | undefined;
  #searches = 0;

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

  /**
   * The named types by name, those of the bases included. Made when first asked. Throws `unsupported` for names without
   * end.
   */
  get names(): TypeNames {
    if (this.#names === undefined) {
      refuseEndlessText(this, false);
      this.#names = new TypeNames(this, this.base === null ? null : this.base.names);
    }
    return this.#names;
  }

  /**
   * The first type of this name, and of this kind if one is given; undefined if there is none. Types of the base come
   * first (`btf__find_by_name_kind`). The name is written as {@link name} writes it.
   */
  find(name: string, kind?: KindName): TypeId | undefined {
    const bytes = nameBytes(name);
    const number = kind === undefined ? undefined : KIND[kind];
    if (this.#isIndexed()) return this.names.find(bytes, 0, number);
    for (const id of this.#called(bytes)) if (number === undefined || this.kind(id) === number) return id;
    return undefined;
  }

  /** All types of this name, and of this kind if one is given, ascending: those of the base, then the own ones. */
  named(name: string, kind?: KindName): TypeId[] {
    const bytes = nameBytes(name);
    const ids = this.#isIndexed() ? this.names.named(bytes, 0) : [...this.#called(bytes)];
    return kind === undefined ? ids : ids.filter((id) => this.kind(id) === KIND[kind]);
  }

  /** Whether to look names up in the index: it takes as long to make as several passes over all types. */
  #isIndexed(): boolean {
    return this.#names !== undefined || ++this.#searches > WORTH_INDEX;
  }

  /** The types of a name, those of the lowest base first, by passes over all types. Nothing is called "". */
  *#called(name: Uint8Array): Generator<TypeId, void> {
    if (this.base !== null) yield* this.base.#called(name);
    if (name.length > 1) yield* ownCalled(this, name);
  }

  /** Goes over the ids of the own types, ascending, or of those of one kind. Types of the base are `btf.base.ids()`. */
  *ids(kind?: KindName): Generator<TypeId, void> {
    const { kinds, firstId } = this;
    for (let i = 0; i < kinds.length; i++) {
      if (kind === undefined || kinds[i] === KIND[kind]) yield firstId + i;
    }
  }

  /** The BTF of the chain whose `words` hold the type. Throws `RangeError` for void and for an id that no type has. */
  holder(id: TypeId): Btf {
    if (id === 0) throw new RangeError("type id 0 is void, which has no record");
    this.#check(id);
    let btf: Btf = this;
    while (id < btf.firstId && btf.base !== null) btf = btf.base;
    return btf;
  }

  /**
   * Word position of an own type's record in `words`; for `typeCount`, the end of the last one. Throws `RangeError` for
   * any other id.
   */
  start(id: TypeId): number {
    const start = this.starts[id - this.firstId];
    if (start === undefined) {
      throw new RangeError(
        `type id ${id} is not one of this BTF's own: those are ${this.firstId} to ${this.typeCount - 1}`,
      );
    }
    return start;
  }

  /** Kind of any type; 0 for void. Like the accessors below, it throws `RangeError` for an id that no type has. */
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
    return this.#word(id, NAME_OFF);
  }

  /** The third word: size in bytes or type id, as the kind has it. */
  sizeOrType(id: TypeId): number {
    return this.#word(id, SIZE_OR_TYPE);
  }

  /** Name of a type for people to read, "" if it has none. See `printable`. */
  name(id: TypeId): string {
    return this.strings.text(this.nameOff(id));
  }

  /** A word of the head of a type; void has zeros. */
  #word(id: TypeId, field: number): number {
    if (id === 0) return 0;
    const holder = this.holder(id);
    return holder.words[holder.start(id) + field];
  }

  #check(id: TypeId): void {
    if (!Number.isInteger(id) || id < 0 || id >= this.typeCount) {
      throw new RangeError(
        `there is no type id ${id}: this BTF and its bases have 0 to ${this.typeCount - 1}`,
      );
    }
  }
}
