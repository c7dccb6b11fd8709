import type { TypeId } from "../../btf/btf.ts";
import { ENUM, ENUM64, isEnum, NAME_OFF } from "../../btf/kinds.ts";
import { hashName } from "../../btf/strings.ts";
import { essentialLength } from "../../types/flavours.ts";
import { kindsAreCompat } from "./compat.ts";
import { sameBytes } from "./same-bytes.ts";
import type { Side } from "./side.ts";

/** A type of the target that a local type may stand for: it has the same kind, and the same name without flavors. */
export interface Candidate {
  readonly side: Side;
  readonly id: TypeId;
}

/**
 * The candidates of a few local types among the own types of `target`, by ascending id, as `bpf_core_add_cands` finds
 * them. One pass over the target finds all of them: for the types of one object, that costs less than an index of a
 * vmlinux. For many objects there is an index.
 */
export function findCandidates(
  local: Side,
  localIds: readonly TypeId[],
  target: Side,
): ReadonlyMap<TypeId, Candidate[]> {
  return target.isIndexed() ? lookUp(local, localIds, target) : search(local, localIds, target);
}

function lookUp(local: Side, localIds: readonly TypeId[], target: Side): ReadonlyMap<TypeId, Candidate[]> {
  const found = new Map<TypeId, Candidate[]>();
  for (const localId of localIds) {
    const name = local.btf.strings.slice(local.btf.nameOff(localId));
    const essential = new Uint8Array(essentialLength(name, 0) + 1);
    essential.set(name.subarray(0, essential.length - 1));
    const ids = essential.length === 1 ? [] : target.flavours.named(essential, 0);
    const own = ids.filter((id) => kindsAreCompat(target.kind(id), local.kind(localId)));
    found.set(
      localId,
      own.map((id) => ({ side: target, id })),
    );
  }
  return found;
}

function search(local: Side, localIds: readonly TypeId[], target: Side): ReadonlyMap<TypeId, Candidate[]> {
  const found = new Map<TypeId, Candidate[]>(localIds.map((id) => [id, []]));
  const wanted = new WantedNames(local, localIds);
  const { words, starts, kinds, strings, firstId } = target.btf;
  const { beginnings } = wanted;
  const wantedKinds = new Set(localIds.flatMap((id) => compatKinds(local.kind(id))));
  for (const kind of wantedKinds) {
    // Nine of ten types are of other kinds, which `indexOf` skips faster than a loop would.
    for (let i = kinds.indexOf(kind); i >= 0; i = kinds.indexOf(kind, i + 1)) {
      const nameOff = words[starts[i] + NAME_OFF];
      if (nameOff === 0) continue;
      const table = nameOff >= strings.firstOff ? strings : strings.holder(nameOff);
      const at = nameOff - table.firstOff;
      if (beginnings[(table.bytes[at] << 8) | table.bytes[at + 1]] === 0) continue;
      for (const id of wanted.named(table.bytes, at)) {
        if (kindsAreCompat(kind, local.kind(id))) found.get(id)?.push({ side: target, id: firstId + i });
      }
    }
  }
  for (const candidates of found.values()) candidates.sort((a, b) => a.id - b.id);
  return found;
}

/** The kinds of types that can match a type of this kind. */
function compatKinds(kind: number): readonly number[] {
  return isEnum(kind) ? [ENUM, ENUM64] : [kind];
}

/** The essential names of some types. */
class WantedNames {
  readonly #local: Side;
  /** 1 for the first two bytes of each name, so that nearly all other names are skipped at once. */
  readonly beginnings: Uint8Array = new Uint8Array(0x10000);
  readonly #byHash: Map<number, TypeId[]> = new Map();

  constructor(local: Side, ids: readonly TypeId[]) {
    this.#local = local;
    for (const id of ids) {
      const name = local.btf.strings.slice(local.btf.nameOff(id));
      const length = essentialLength(name, 0);
      if (length === 0) continue;
      // After a name of one byte comes a NUL or a flavor. Few types have such a name, so any second byte counts.
      if (length === 1) this.beginnings.fill(1, name[0] << 8, (name[0] + 1) << 8);
      else this.beginnings[(name[0] << 8) | name[1]] = 1;
      const hash = hashName(name.subarray(0, length), 0);
      const others = this.#byHash.get(hash);
      if (others === undefined) this.#byHash.set(hash, [id]);
      else others.push(id);
    }
  }

  /** The types whose essential name is that of the name at `bytes[at]`. */
  named(bytes: Uint8Array, at: number): readonly TypeId[] {
    const length = essentialLength(bytes, at);
    const ids = this.#byHash.get(hashName(bytes.subarray(at, at + length), 0));
    return ids === undefined ? [] : ids.filter((id) => this.#isCalled(id, bytes, at, length));
  }

  #isCalled(id: TypeId, bytes: Uint8Array, at: number, length: number): boolean {
    const { strings } = this.#local.btf;
    const nameOff = this.#local.btf.nameOff(id);
    const table = strings.holder(nameOff);
    const own = nameOff - table.firstOff;
    return essentialLength(table.bytes, own) === length && sameBytes(table.bytes, own, bytes, at, length);
  }
}
