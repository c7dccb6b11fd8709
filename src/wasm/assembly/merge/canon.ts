import * as KIND from "../../../btf/kind-numbers";
import { UNIQUE } from "../../constants/merge-codes";
import { take } from "../common/arena";
import { kindOf, typeCount } from "../common/types";
import { passOf } from "./kinds";

/**
 * By id: the type that each type has become so far. A canonical type is mapped to itself; another one to a type that
 * may be mapped further. There are never loops, since only a type that is mapped to itself or to nothing is ever mapped
 * anew. Types of the base are canonical, except forward declarations for which a definition was found.
 */
let map: usize = 0;

/** The canonical type is not known yet (`BTF_UNPROCESSED_ID`). */
const UNMAPPED: u32 = 0xffffffff;
/** The references of the type are being followed. */
const IN_PROGRESS: u32 = 0xfffffffe;

/** Begins with a map in which only types of the base (below `firstId`) and types of unique kinds are canonical. */
export function openCanon(firstId: u32): void {
  map = take(u64(typeCount) << 2);
  for (let id: u32 = 0; id < typeCount; id++) {
    setCanon(id, id < firstId || passOf(kindOf(id)) === UNIQUE ? id : UNMAPPED);
  }
}

/** Maps `id` to `to` from now on. */
export function setCanon(id: u32, to: u32): void {
  store<u32>(map + (usize(id) << 2), to);
}

/** Whether the type that `id` becomes is known. */
export function isMapped(id: u32): bool {
  return canonOf(id) < IN_PROGRESS;
}

/** Whether `id` is canonical: it stands for itself and for all equal types. */
export function isCanonical(id: u32): bool {
  return canonOf(id) === id;
}

/** Notes that the references of `id` are being followed. */
export function beginToFollow(id: u32): void {
  setCanon(id, IN_PROGRESS);
}

/** Whether {@link beginToFollow} was called, and {@link setCanon} was not yet. */
export function isInProgress(id: u32): bool {
  return canonOf(id) === IN_PROGRESS;
}

/** The type that `id` becomes, as far as that is known (`resolve_type_id`). */
export function resolve(id: u32): u32 {
  let at = id;
  for (let to = canonOf(at); to !== at && to < IN_PROGRESS; to = canonOf(at)) at = to;
  return at;
}

/** The definition that a forward declaration was resolved to; any other type is itself (`resolve_fwd_id`). */
export function definitionOf(id: u32): u32 {
  if (kindOf(id) !== KIND.FWD) return id;
  const resolved = resolve(id);
  return kindOf(resolved) === KIND.FWD ? id : resolved;
}

function canonOf(id: u32): u32 {
  return load<u32>(map + (usize(id) << 2));
}
