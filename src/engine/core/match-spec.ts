import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { sameName } from "../../btf/strings.ts";
import { essentialLength } from "../../types/flavours.ts";
import { fieldsAreCompat, typesAreCompat } from "./compat.ts";
import type { CoreEffort } from "./core-effort.ts";
import { E2BIG, EINVAL, Errno } from "./errno.ts";
import { sameBytes } from "./same-bytes.ts";
import type { Side } from "./side.ts";
import { type Accessor, bitsOf, familyOf, isFlexibleArray, MAX_SPEC, RELO, type Spec } from "./spec.ts";
import { TypesMatch } from "./types-match.ts";

/**
 * Fills `spec`, an empty one for a candidate, with what the local spec names there (`bpf_core_spec_match`). False if
 * the candidate has no such thing; `spec` then holds how far it came. Throws {@link Errno} where libbpf gives up.
 */
export function matchSpec(local: Spec, spec: Spec, effort: CoreEffort): boolean {
  switch (familyOf(local.kind)) {
    case "type":
      return local.kind === RELO.TYPE_MATCHES
        ? new TypesMatch(local.side, spec.side, effort).match(local.rootId, spec.rootId)
        : typesAreCompat(local.side, local.rootId, spec.side, spec.rootId, effort);
    case "enumval":
      return matchEnumerator(local, spec, effort);
    case "field":
      return matchField(local, spec, effort);
    case "unknown":
      throw new Errno(EINVAL);
  }
}

function matchEnumerator(local: Spec, spec: Spec, effort: CoreEffort): boolean {
  const { side } = spec;
  const id = side.skip(spec.rootId);
  if (!K.isEnum(side.kind(id))) return false;
  const name = local.side.btf.strings.slice(local.accessors[0].nameOff);
  const length = essentialLength(name, 0);
  const count = side.vlen(id);
  effort.spend(count);
  for (let index = 0; index < count; index++) {
    const nameOff = side.elementName(id, index);
    const table = side.btf.strings.holder(nameOff);
    const at = nameOff - table.firstOff;
    if (!sameBytes(name, 0, table.bytes, at, length) || essentialLength(table.bytes, at) !== length) continue;
    spec.accessors.push({ typeId: id, index, nameOff });
    spec.raw.push(index);
    return true;
  }
  return false;
}

function matchField(local: Spec, spec: Spec, effort: CoreEffort): boolean {
  const { side } = spec;
  let id = spec.rootId;
  for (const [i, accessor] of local.accessors.entries()) {
    id = side.skip(id);
    if (accessor.nameOff >= 0) {
      const next = new MemberSearch(local.side, accessor, spec, effort).find(id);
      if (next === undefined) return false;
      id = next;
      continue;
    }
    if (i > 0) {
      if (side.kind(id) !== K.ARRAY) return false;
      const isFlexible = isFlexibleArray(side, spec.accessors[i - 1], id);
      if (!isFlexible && accessor.index >= side.word(id, K.ARRAY_ELEMENTS)) return false;
      id = side.skip(side.word(id, K.ARRAY_TYPE));
    }
    if (spec.raw.length === MAX_SPEC) throw new Errno(E2BIG);
    spec.accessors.push({ typeId: id, index: accessor.index, nameOff: -1 });
    spec.raw.push(accessor.index);
    spec.bitOffset = (spec.bitOffset + bitsOf(accessor.index, side.size(id))) >>> 0;
  }
  return true;
}

/**
 * Looks for a member of a name in a struct or union and in the members without a name that it holds, in their order
 * (`bpf_core_match_member`). Recursion ends at {@link MAX_SPEC}.
 */
class MemberSearch {
  readonly #local: Side;
  readonly #accessor: Accessor;
  readonly #spec: Spec;
  readonly #effort: CoreEffort;
  /**
   * Types in which nothing was found, with the depth at which that search began. A search that begins at that depth or
   * a lesser one would find nothing either, and would not fail.
   */
  readonly #vain: Map<TypeId, number> = new Map();

  constructor(local: Side, accessor: Accessor, spec: Spec, effort: CoreEffort) {
    this.#local = local;
    this.#accessor = accessor;
    this.#spec = spec;
    this.#effort = effort;
  }

  /**
   * Type of the member, undefined if there is none or if it is not compatible. An incompatible member ends only the
   * search in its own struct. It stays in `spec`, since libbpf does not remove it.
   */
  find(typeId: TypeId): TypeId | undefined {
    const spec = this.#spec;
    const { side, raw } = spec;
    const id = side.skip(typeId);
    if (!K.isComposite(side.kind(id))) return undefined;
    const depth = raw.length;
    if ((this.#vain.get(id) ?? -1) >= depth) return undefined;
    const count = side.vlen(id);
    this.#effort.spend(count + 1);
    if (count > 0 && depth === MAX_SPEC) throw new Errno(E2BIG);
    const { words } = side.btf.holder(id);
    const first = side.element(id, 0, K.MEMBER_WORDS);
    const enter = (index: number) => {
      spec.bitOffset = (spec.bitOffset + side.memberBitOffset(id, index)) >>> 0;
      raw.push(index);
    };
    // Kernels have structs of hundreds of members: of most only the name is looked at.
    for (let index = 0; index < count; index++) {
      const nameOff = words[first + index * K.MEMBER_WORDS];
      if (side.btf.strings.isEmpty(nameOff)) {
        enter(index);
        const found = this.find(side.memberType(id, index));
        if (found !== undefined) return found;
        spec.bitOffset = (spec.bitOffset - side.memberBitOffset(id, index)) >>> 0;
        raw.pop();
      } else if (this.#isWanted(nameOff)) {
        enter(index);
        return this.#take(id, index, nameOff);
      }
    }
    this.#vain.set(id, depth);
    return undefined;
  }

  #isWanted(nameOff: number): boolean {
    const wanted = this.#accessor.nameOff;
    const a = this.#local.btf.strings.holder(wanted);
    const b = this.#spec.side.btf.strings.holder(nameOff);
    return sameName(a.bytes, wanted - a.firstOff, b.bytes, nameOff - b.firstOff);
  }

  /** The member that has the name, if its type will do. */
  #take(id: TypeId, index: number, nameOff: number): TypeId | undefined {
    const { typeId: localId, index: localIndex } = this.#accessor;
    const { side, accessors } = this.#spec;
    accessors.push({ typeId: id, index, nameOff });
    const type = side.memberType(id, index);
    if (fieldsAreCompat(this.#local, this.#local.memberType(localId, localIndex), side, type)) return type;
    accessors.pop();
    return undefined;
  }
}
