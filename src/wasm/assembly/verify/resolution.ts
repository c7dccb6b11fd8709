// Knowledge about each type, own or of the base: plain arrays by id.
import * as KIND from "../../../btf/kind-numbers";
import { SIZE_OR_TYPE } from "../../../btf/record-words";
import { IS_MODIFIER, NEEDS_RESOLVE, NO_SIZE, STANDS_FOR } from "../../resolve-codes";
import { take } from "../common/arena";
import { field } from "../common/types";
import { firstId } from "./base-kinds";
import { kindOf, recordOf, typeCount } from "./types";

/** State of a type that needs resolving: not visited yet. From {@link RESOLVED} on, a type need not be waited for. */
export const NOT_VISITED: u32 = 0;
/** A run is under way that waits for it. */
export const ON_STACK: u32 = 1;
/** All that it refers to is in order. Types that need no resolving, and void, are in order from the beginning. */
export const RESOLVED: u32 = 2;
/** Reported already; what refers to it is not reported for that. The kernel does not get this far. */
export const FAILED: u32 = 3;
/** Of a prototype: all its parameters have names. */
export const NAMED: u32 = 4;

/** Facts of the kinds, a byte each, which the host lays: one more for ids that name no type. */
const FACTS: usize = memory.data(129);

/** States, a byte each; what each type stands for, and its bytes where they are known, four each. */
let states: usize = 0;
let resolvedIds: usize = 0;
let sizes: usize = 0;
let baseStates: usize = 0;
let baseResolvedIds: usize = 0;
let baseSizes: usize = 0;
/** Bytes of a pointer on the kernel's machine. */
export let pointerBytes: u32 = 8;

/** Where the host lays the facts: `engine/verify/kind-facts` has them. */
export function factTable(): usize {
  return FACTS;
}

/** Notes of the own types that were taken what is known without following a reference. */
export function beginOwn(bytesOfPointer: u32): void {
  pointerBytes = bytesOfPointer;
  const count = usize(typeCount - firstId);
  states = take(count) - firstId;
  resolvedIds = take(count << 2) - (usize(firstId) << 2);
  sizes = take(count << 2) - (usize(firstId) << 2);
  for (let id = firstId; id < typeCount; id++) {
    const record = recordOf(id);
    const kind = kindOf(id);
    store<u8>(states + id, u8(is(kind, NEEDS_RESOLVE) ? NOT_VISITED : RESOLVED));
    store<u32>(resolvedIds + (usize(id) << 2), id);
    store<u32>(sizes + (usize(id) << 2), kind === KIND.PTR ? pointerBytes : field(record, SIZE_OR_TYPE));
  }
}

/** What is known about the own types is known about the base of those that come. */
export function keepResolution(): void {
  baseStates = states;
  baseResolvedIds = resolvedIds;
  baseSizes = sizes;
}

/** Whether the kind, {@link MISSING} too, has one of these facts. */
export function is(kind: u32, facts: u32): bool {
  return (load<u8>(FACTS + kind) & facts) !== 0;
}

/** State of a type that exists. */
export function stateOf(id: u32): u32 {
  if (id >= firstId) return load<u8>(states + id);
  return id === 0 ? RESOLVED : load<u8>(baseStates + id);
}

export function setState(id: u32, state: u32): void {
  store<u8>((id >= firstId ? states : baseStates) + id, u8(state));
}

/** The type that a resolved type stands for; an unresolved one stands for itself, and so does void. */
export function resolvedIdOf(id: u32): u32 {
  if (id >= firstId) return load<u32>(resolvedIds + (usize(id) << 2));
  return id === 0 ? 0 : load<u32>(baseResolvedIds + (usize(id) << 2));
}

/** Notes what an own type stands for now that it is resolved, or the bytes of an array. */
export function setResolved(id: u32, resolvedId: u32, sizeBytes: u32): void {
  const kind = kindOf(id);
  if (kind === KIND.ARRAY) store<u32>(sizes + (usize(id) << 2), sizeBytes);
  else if (is(kind, STANDS_FOR)) store<u32>(resolvedIds + (usize(id) << 2), resolvedId);
}

/** Bytes of a type that is resolved, sized and no modifier. */
export function sizeOf(id: u32): u32 {
  return load<u32>((id >= firstId ? sizes : baseSizes) + (usize(id) << 2));
}

/** Whether a type of `kind` has a size, given the kind of what is below its modifiers (`btf_type_id_size`). */
export function isSized(kind: u32, meantKind: u32): bool {
  return !is(kind, NO_SIZE) && !is(meantKind, NO_SIZE | IS_MODIFIER) && meantKind !== KIND.VAR;
}
