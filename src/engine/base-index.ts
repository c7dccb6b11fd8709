import type { Btf, TypeId } from "../btf/btf.ts";
import { FWD, INFO, infoKind, isComposite, NAME_OFF, SIZE_OR_TYPE } from "../btf/kinds.ts";
import { hashName, sameName } from "../btf/strings.ts";
import { isCandidateKind } from "./places.ts";

/** If more types than this have one name, the list of them is kept. */
const MANY = 64;
/** Stands for any size. */
const ANY_SIZE = -1;

/**
 * The named types of a base by name. The index is made once for a base, so that a lookup takes time only for the types
 * that it finds. libbpf goes over the whole base for every module (`btf_relocate_map_distilled_base`).
 */
export class BaseIndex {
  readonly base: Btf;
  /**
   * First type whose name offset is not 0, but leads to the empty string; 0 if there is none. libbpf does not relocate
   * onto a base that has such a type.
   */
  readonly emptyNamedId: TypeId;
  /**
   * By hash: first id of the chain; by id: next id of the chain. Chains ascend, since ids are inserted from the
   * highest.
   */
  readonly #heads: Uint32Array;
  readonly #next: Uint32Array;
  /** The lists of names that many types share, by the first of them: each is made once. */
  readonly #shared = new Map<TypeId, readonly TypeId[]>();
  /** The same lists, by the size that a candidate must have. */
  readonly #bySize = new WeakMap<readonly TypeId[], Map<number, TypeId[]>>();
  /** By name offset: how many structs and unions have it, up to 2. */
  readonly #composites: Uint8Array;

  constructor(base: Btf) {
    this.base = base;
    this.#next = new Uint32Array(base.typeCount);
    this.#composites = new Uint8Array(base.strings.end);
    let places = 1024;
    while (places < base.typeCount) places *= 2;
    this.#heads = new Uint32Array(places);
    this.emptyNamedId = this.#fill();
  }

  /** Ids of the named types of candidate kinds that are called as the name at `bytes[start]`, ascending. */
  named(bytes: Uint8Array, start: number): readonly TypeId[] {
    const { strings } = this.base;
    const ids: TypeId[] = [];
    const place = hashName(bytes, start) & (this.#heads.length - 1);
    // Many types may have the same long name, which is compared only once.
    let sameOff = 0;
    for (let id = this.#heads[place]; id !== 0; id = this.#next[id]) {
      const nameOff = this.base.nameOff(id);
      if (nameOff !== sameOff) {
        const table = strings.holder(nameOff);
        if (!sameName(table.bytes, nameOff - table.firstOff, bytes, start)) continue;
        sameOff = nameOff;
      }
      const known = ids.length === 0 ? this.#shared.get(id) : undefined;
      if (known !== undefined) return known;
      ids.push(id);
    }
    if (ids.length > MANY) this.#shared.set(ids[0], ids);
    return ids;
  }

  /**
   * Filters `ids`, a result of {@link named}, to candidates whose size may fit, ascending. Conservative: some of
   * another size may remain.
   */
  ofSize(ids: readonly TypeId[], size: number): readonly TypeId[] {
    if (ids.length <= MANY) return ids;
    let bySize = this.#bySize.get(ids);
    if (bySize === undefined) {
      bySize = new Map();
      for (const id of ids) {
        const key = this.needsSize(id) ? comparedSize(this.base, id) : ANY_SIZE;
        const list = bySize.get(key);
        if (list === undefined) bySize.set(key, [id]);
        else list.push(id);
      }
      this.#bySize.set(ids, bySize);
    }
    const ofAny = bySize.get(ANY_SIZE) ?? [];
    const ofThis = bySize.get(size) ?? [];
    if (ofAny.length === 0) return ofThis;
    return ofThis.length === 0 ? ofAny : [...ofThis, ...ofAny].sort((a, b) => a - b);
  }

  /**
   * Whether a candidate must agree in size with the distilled type: all but forward declarations, and structs and
   * unions that share their name with another one (`base_name_cnt`, counted by name offset).
   */
  needsSize(id: TypeId): boolean {
    const kind = this.base.kind(id);
    if (isComposite(kind)) return this.#composites[this.base.nameOff(id)] > 1;
    return kind !== FWD;
  }

  #fill(): TypeId {
    let emptyNamedId = 0;
    const mask = this.#heads.length - 1;
    for (let btf: Btf | null = this.base; btf !== null; btf = btf.base) {
      const { words, starts, firstId, strings } = btf;
      for (let i = starts.length - 2; i >= 0; i--) {
        const at = starts[i];
        const nameOff = words[at + NAME_OFF];
        const kind = infoKind(words[at + INFO]);
        if (nameOff === 0 || !isCandidateKind(kind)) continue;
        if (isComposite(kind) && this.#composites[nameOff] < 2) this.#composites[nameOff]++;
        const table = strings.holder(nameOff);
        const place = hashName(table.bytes, nameOff - table.firstOff) & mask;
        const id = firstId + i;
        this.#next[id] = this.#heads[place];
        this.#heads[place] = id;
        if (strings.isEmpty(nameOff)) emptyNamedId = id;
      }
    }
    // libbpf fails only if the type matches void, which has no name and the size 0.
    const matchesVoid =
      emptyNamedId !== 0 && (!this.needsSize(emptyNamedId) || this.base.sizeOrType(emptyNamedId) === 0);
    return matchesVoid ? emptyNamedId : 0;
  }
}

/** Size in bytes as relocation compares it: 31 bits (`struct btf_name_info`), 0 for a forward declaration. */
export function comparedSize(btf: Btf, id: TypeId): number {
  const holder = btf.holder(id);
  return holder.words[holder.start(id) + SIZE_OR_TYPE] & 0x7fffffff;
}
