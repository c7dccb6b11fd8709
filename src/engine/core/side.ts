import type { Btf, TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { WORTH_INDEX } from "../../btf/search-name.ts";
import { BtfxError } from "../../errors.ts";
import { Behind } from "../../types/behind.ts";
import { type FlatRecords, flatRecords, flatten } from "../../types/flat.ts";
import { Flavours } from "../../types/flavours.ts";
import { E2BIG, EINVAL, Errno } from "./errno.ts";

/** `MAX_RESOLVE_DEPTH` of libbpf's btf.c. */
const MAX_RESOLVE_DEPTH = 32;
/** Links of typedefs and qualifiers above which a chain is no compiler's. */
const LONG_CHAIN = 16;

/**
 * The types that a relocation is from (the object's own) or to (a kernel's, a module's), with what libbpf asks of them.
 */
export class Side {
  readonly btf: Btf;
  /** Its name in libbpf's messages: `vmlinux`, or the module's. */
  readonly name: string;
  /** Bytes of a pointer. */
  readonly pointerSize: number;
  #records: FlatRecords | undefined;
  #behind: Behind | undefined;
  #flavours: Flavours | undefined;
  #searches = 0;

  constructor(btf: Btf, name: string, pointerSize: number) {
    this.btf = btf;
    this.name = name;
    this.pointerSize = pointerSize;
  }

  /**
   * Whether to look names up in an index from now on. Making the index takes as long as several passes over all types.
   * One object needs a few passes, many objects hundreds. BTF that is split on a vmlinux is small and never gets an
   * index.
   */
  isIndexed(): boolean {
    return this.btf.base === null && ++this.#searches > WORTH_INDEX;
  }

  /** The types of a BTF without a base by their essential names. */
  get flavours(): Flavours {
    this.#flavours ??= new Flavours(this.btf);
    return this.#flavours;
  }

  /** The records of its types and bases, end to end. */
  get records(): FlatRecords {
    this.#records ??= flatRecords(this.btf);
    return this.#records;
  }

  /** Kind of any type; of void 0. */
  kind(id: TypeId): K.KindNumber {
    return this.btf.kind(id);
  }

  /** Number of elements; of void 0. */
  vlen(id: TypeId): number {
    return id === 0 ? 0 : this.btf.vlen(id);
  }

  /** The word at `field` of the record; 0 of void. */
  word(id: TypeId, field: number): number {
    if (id === 0) return 0;
    const holder = this.btf.holder(id);
    return holder.words[holder.start(id) + field];
  }

  /**
   * The type below modifiers and typedefs (`skip_mods_and_typedefs`). Throws EINVAL where they go round in a circle.
   */
  skip(id: TypeId): TypeId {
    let at = id;
    for (let links = 0; K.isModifier(this.btf.kind(at)); links++) {
      if (links === LONG_CHAIN) return this.#skipLong(id);
      at = this.btf.sizeOrType(at);
    }
    return at;
  }

  /** Chains that no compiler makes are walked once. */
  #skipLong(id: TypeId): TypeId {
    this.#behind ??= new Behind(flatten(this.btf));
    try {
      return this.#behind.of(id);
    } catch (error) {
      if (error instanceof BtfxError) throw new Errno(EINVAL);
      throw error;
    }
  }

  /** Size in bytes (`btf__resolve_size`). Throws EINVAL for what has none, E2BIG above 32 bits. */
  size(id: TypeId): number {
    let elements = 1;
    let at = id;
    for (let depth = 0; depth < MAX_RESOLVE_DEPTH && at !== 0; depth++) {
      const kind = this.btf.kind(at);
      if (kind === K.PTR) return product(elements, this.pointerSize);
      if (kind === K.ARRAY) {
        elements = product(elements, this.word(at, K.ARRAY_ELEMENTS));
        at = this.word(at, K.ARRAY_TYPE);
      } else if (K.isModifier(kind) || kind === K.VAR || kind === K.DECL_TAG) {
        at = this.btf.sizeOrType(at);
      } else if (K.isComposite(kind) || K.isEnum(kind) || isPlainSized(kind)) {
        return product(elements, this.btf.sizeOrType(at));
      } else break;
    }
    throw new Errno(EINVAL);
  }

  /** {@link size} where it matters only whether there is one: undefined if not. */
  sizeIfAny(id: TypeId): number | undefined {
    try {
      return this.size(id);
    } catch (error) {
      if (error instanceof Errno) return undefined;
      throw error;
    }
  }

  /** Word position of element `index` of a type with elements of `stride` words, in the `words` of its holder. */
  element(id: TypeId, index: number, stride: number): number {
    return this.btf.holder(id).start(id) + K.HEAD_WORDS + index * stride;
  }

  /** Name offset of a member or enumerator. */
  elementName(id: TypeId, index: number): number {
    const { words } = this.btf.holder(id);
    return words[this.element(id, index, K.ELEM_WORDS[this.btf.kind(id)])];
  }

  /** Type of a member. */
  memberType(id: TypeId, index: number): TypeId {
    const { words } = this.btf.holder(id);
    return words[this.element(id, index, K.MEMBER_WORDS) + K.MEMBER_TYPE];
  }

  /** `btf_member_bit_offset` */
  memberBitOffset(id: TypeId, index: number): number {
    const { words } = this.btf.holder(id);
    const offset = words[this.element(id, index, K.MEMBER_WORDS) + K.MEMBER_OFFSET];
    return this.btf.kflag(id) ? offset & 0xffffff : offset;
  }

  /** `btf_member_bitfield_size`: bits, 0 where the member is not a bitfield. */
  memberBits(id: TypeId, index: number): number {
    if (!this.btf.kflag(id)) return 0;
    const { words } = this.btf.holder(id);
    return words[this.element(id, index, K.MEMBER_WORDS) + K.MEMBER_OFFSET] >>> 24;
  }

  /** Value of an enumerator, as 64 bits without sign. */
  enumValue(id: TypeId, index: number): bigint {
    const { words } = this.btf.holder(id);
    if (this.btf.kind(id) === K.ENUM) {
      const value = words[this.element(id, index, K.ENUMERATOR_WORDS) + K.ENUMERATOR_VALUE];
      return BigInt.asUintN(64, BigInt(value | 0));
    }
    const at = this.element(id, index, K.ENUMERATOR64_WORDS);
    return (BigInt(words[at + K.ENUMERATOR64_HIGH]) << 32n) | BigInt(words[at + K.ENUMERATOR64_LOW]);
  }
}

/** INT, FLOAT, DATASEC */
function isPlainSized(kind: number): boolean {
  return kind === K.INT || kind === K.FLOAT || kind === K.DATASEC;
}

function product(elements: number, size: number): number {
  const total = elements * size;
  if (total > 0xffffffff) throw new Errno(E2BIG);
  return total;
}
