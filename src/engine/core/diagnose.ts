import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { typeText } from "../../types/type-text.ts";
import { fieldsAreCompat } from "./compat.ts";
import type { CoreEffort } from "./core-effort.ts";
import { Errno } from "./errno.ts";
import { essentialName, findType } from "./find-name.ts";
import { matchSpec } from "./match-spec.ts";
import { MOST_BONUS, nearestNames } from "./nearest.ts";
import type { Resolution, Resolved } from "./resolve-relocation.ts";
import type { Side } from "./side.ts";
import { type Accessor, emptySpec, familyOf, kindWord, type Spec } from "./spec.ts";
import { describeAccess, formatAccess, typeName } from "./spec-text.ts";

/** Says what the kernel has instead of the target of a relocation. */
export interface Lack {
  readonly code:
    | "no-type"
    | "no-member"
    | "other-type"
    | "out-of-bounds"
    | "no-enumerator"
    | "no-match"
    | "other-width"
    | "failed";
  /** For people: `struct cfs_rq has no member nr_running`. */
  readonly message: string;
  /** Members and enumerators of like names and types, best first. */
  readonly nearest: readonly Nearest[];
}

/** Suggestions. */
export interface Nearest {
  readonly name: string;
  /** In bits from the start of the type that was searched; absent for enumerators. */
  readonly bitOffset?: number;
  /** Roughly as in C: `unsigned int`, `struct list_head *`. */
  readonly type?: string;
}

/**
 * Why a relocation has no target, or failed. Looks only at what the kernel has of the type; `targets` are its BTFs.
 * Throws {@link BtfxError} `unsupported` if that takes more than `effort`.
 */
export function diagnose(resolution: Resolution, targets: readonly Side[], effort: CoreEffort): Lack {
  if (!resolution.ok) return { code: "failed", message: resolution.message, nearest: [] };
  if (resolution.value.failsResize) return otherWidth(resolution);
  const { local, candidates } = resolution;
  if (candidates.length === 0) return noType(local, targets);
  // The candidate that has most of the members on the path is probably the one that was meant.
  const tries = candidates.map(({ side, id }) => attempt(local, side, id, effort));
  const best = tries.reduce((a, b) => (b.accessors.length > a.accessors.length ? b : a));
  switch (familyOf(local.kind)) {
    case "field":
      return noField(local, best, effort);
    case "enumval":
      return noEnumerator(local, best, effort);
    default: {
      const what = `${kindWord(best.side.kind(best.rootId))} ${typeName(best.side, best.rootId)}`;
      return { code: "no-match", message: `${what} is not made as the object's own`, nearest: [] };
    }
  }
}

function otherWidth({ local, target, value }: Resolved): Lack {
  const access = describeAccess(target ?? local);
  return {
    code: "other-width",
    message: `${access} has ${value.size} bytes, not ${value.originalSize}, and is no pointer or unsigned integer that could be read so`,
    nearest: [],
  };
}

function attempt(local: Spec, side: Side, id: TypeId, effort: CoreEffort): Spec {
  const spec = emptySpec(side, local.kind, id);
  try {
    matchSpec(local, spec, effort);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  return spec;
}

function noType(local: Spec, targets: readonly Side[]): Lack {
  const { side, rootId } = local;
  const name = essentialName(typeName(side, rootId));
  const kind = kindWord(side.kind(rootId));
  for (const target of targets) {
    const other = findType(target, name);
    if (other === undefined) continue;
    const message = `no ${kind} ${name}, but ${kindWord(target.kind(other))} ${name}`;
    return { code: "no-type", message, nearest: [] };
  }
  return { code: "no-type", message: `no such type: ${kind} ${name}`, nearest: [] };
}

function noEnumerator(local: Spec, spec: Spec, effort: CoreEffort): Lack {
  const { side } = spec;
  const id = side.skip(spec.rootId);
  const wanted = local.side.btf.strings.text(local.accessors[0].nameOff);
  const what = `${kindWord(side.kind(spec.rootId))} ${typeName(side, spec.rootId)}`;
  const names =
    K.isEnum(side.kind(id)) && effort.suggests(side.vlen(id))
      ? Array.from({ length: side.vlen(id) }, (_, i) => ({
          name: side.btf.strings.text(side.elementName(id, i)),
        }))
      : [];
  return {
    code: "no-enumerator",
    message: `${what} has no ${wanted}`,
    nearest: nearestNames(wanted, names, () => 0),
  };
}

/** The first member on the path that the candidate does not have. */
function noField(local: Spec, spec: Spec, effort: CoreEffort): Lack {
  const { side, accessors } = spec;
  const step = local.accessors[accessors.length];
  if (step === undefined) return { code: "failed", message: "the search ended early", nearest: [] };
  const last = accessors.at(-1);
  const typeId = last === undefined ? spec.rootId : typeAfter(side, last);
  const id = side.skip(typeId);
  const what = last === undefined ? typeText(side.records, spec.rootId) : typeText(side.records, typeId);
  if (step.nameOff < 0) {
    const isArray = side.kind(id) === K.ARRAY;
    const message = isArray
      ? `${spec.side.btf.name(spec.rootId)}${formatAccess(spec)} has ${side.word(id, K.ARRAY_ELEMENTS)} elements, not ${step.index + 1}`
      : `${what} is no array`;
    return { code: isArray ? "out-of-bounds" : "other-type", message, nearest: [] };
  }
  const name = local.side.btf.strings.text(step.nameOff);
  if (!K.isComposite(side.kind(id))) {
    return { code: "other-type", message: `${what} has no members`, nearest: [] };
  }
  const members = membersOf(side, id, effort);
  const same = members.find((member) => member.name === name);
  const ownType = local.side.memberType(step.typeId, step.index);
  if (same !== undefined) {
    const own = typeText(local.side.records, ownType);
    return {
      code: "other-type",
      message: `${what}.${name} is ${same.type}, not ${own}`,
      nearest: [],
    };
  }
  const ownText = typeText(local.side.records, ownType);
  const nearest = nearestNames(name, effort.suggests(members.length) ? members : [], (member) => {
    if (member.type === ownText) return MOST_BONUS;
    return areCompat(local.side, ownType, side, member.typeId) ? 0.1 : 0;
  });
  return {
    code: "no-member",
    message: `${what} has no member ${name}`,
    nearest: nearest.map(({ name, bitOffset, type }) => ({ name, bitOffset, type })),
  };
}

function areCompat(local: Side, localId: TypeId, side: Side, id: TypeId): boolean {
  try {
    return fieldsAreCompat(local, localId, side, id);
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}

function typeAfter(side: Side, { typeId, index, nameOff }: Accessor): TypeId {
  return nameOff < 0 ? typeId : side.memberType(typeId, index);
}

/** Members that are looked at for the nearest, those within members without a name included. */
const MOST_MEMBERS = 4096;

interface Member extends Nearest {
  readonly bitOffset: number;
  readonly type: string;
  readonly typeId: TypeId;
}

function membersOf(side: Side, typeId: TypeId, effort: CoreEffort): Member[] {
  const members: Member[] = [];
  const open: { id: TypeId; bits: number }[] = [{ id: typeId, bits: 0 }];
  for (let next = open.pop(); next !== undefined && open.length < MOST_MEMBERS; next = open.pop()) {
    const { id, bits } = next;
    effort.spend(side.vlen(id));
    for (let i = 0; i < side.vlen(id) && members.length < MOST_MEMBERS; i++) {
      const nameOff = side.elementName(id, i);
      const type = side.memberType(id, i);
      const bitOffset = bits + side.memberBitOffset(id, i);
      if (!side.btf.strings.isEmpty(nameOff)) {
        members.push({
          name: side.btf.strings.text(nameOff),
          bitOffset,
          // Texts of types take longer than all else here, and few are asked for.
          get type() {
            return typeText(side.records, type);
          },
          typeId: type,
        });
      } else {
        const inner = side.skip(type);
        if (K.isComposite(side.kind(inner))) open.push({ id: inner, bits: bitOffset });
      }
    }
  }
  return members;
}
