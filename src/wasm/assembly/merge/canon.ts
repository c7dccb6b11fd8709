import * as KIND from "../../../btf/kind-numbers";
import { UNIQUE } from "../../constants/merge-codes";
import { take } from "../common/arena";
import { kindOf, typeCount } from "../common/types";
import { passOf } from "./kinds";

/**
 * Maps each type to what it has become so far: itself, if it is canonical, or another, whose turn may come too. Never a loop: only
 * what is mapped to itself, or to nothing yet, is ever mapped anew. Types of the base are themselves, but for forward
 * declarations for which a definition was found.
 */
let map: usize = 0;

/** Marks a type whose canonical type is not known yet (`BTF_UNPROCESSED_ID`), or whose references are being followed. */
const UNMAPPED: u32 = 0xffffffff;
const IN_PROGRESS: u32 = 0xfffffffe;

/** Maps nothing but what is itself whatever comes: types of the base, those below `firstId`, and unique ones. */
export function openCanon(firstId: u32): void {
  map = take(u64(typeCount) << 2);
  for (let id: u32 = 0; id < typeCount; id++) {
    setCanon(id, id < firstId || passOf(kindOf(id)) === UNIQUE ? id : UNMAPPED);
  }
}

/** Says what `id` is from now on. */
export function setCanon(id: u32, to: u32): void {
  store<u32>(map + (usize(id) << 2), to);
}

/** Whether it is known what `id` becomes. */
export function isMapped(id: u32): bool {
  return canonOf(id) < IN_PROGRESS;
}

/** Whether `id` is what it and its likes become. */
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
