// What is known of each type, own or of the base: a note of 16 bytes by id, all in one place, since references lead anywhere. Ids may lead
// nowhere.
import * as KIND from "../../../btf/kind-numbers";
import { SIZE_OR_TYPE, UNKN } from "../../../btf/record-words";
import { IS_MODIFIER, MISSING, NEEDS_RESOLVE, NO_SIZE, STANDS_FOR } from "../../constants/resolve-codes";
import { take } from "../common/arena";
import { field } from "../common/types";
import { firstId } from "./base-kinds";

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

// A note: the address of the record, the type that it stands for, its bytes where they are known, kind, state.
const RESOLVED_ID: usize = 4;
const SIZE: usize = 8;
const STATE: usize = 12;
const KIND_BYTE: usize = 13;
const NOTE_SHIFT: usize = 4;

/** The notes of void, and of ids that name no type. */
const VOID: usize = memory.data(16, 4);
const NONE: usize = memory.data(16, 4);
write(VOID, 0, 0, 0, UNKN, RESOLVED);
write(NONE, 0, 0, 0, MISSING, RESOLVED);

/** Where the note of id 0 is, or would be: of the base, and of the own types. */
let baseNotes: usize = VOID;
let notes: usize = 0;
/** Ids below this exist. */
export let typeCount: u32 = 1;
/** Bytes of a pointer on the kernel's machine. */
export let pointerBytes: u32 = 8;

/** Where the host lays the facts: `engine/kind-facts` has them. */
export function factTable(): usize {
  return FACTS;
}

/**
 * Notes of `count` own types what is known without following a reference: their words, and by number from 0 on where each begins and its
 * kind.
 */
export function noteOwn(words: usize, starts: usize, kinds: usize, count: u32, bytesOfPointer: u32): void {
  pointerBytes = bytesOfPointer;
  typeCount = firstId + count;
  // One more in front, void's if the types become a base.
  const at = take((usize(count) + 1) << NOTE_SHIFT);
  write(at, 0, 0, 0, UNKN, RESOLVED);
  notes = at + (1 << NOTE_SHIFT) - (usize(firstId) << NOTE_SHIFT);
  for (let i: u32 = 0; i < count; i++) {
    const record = words + (usize(load<u32>(starts + (usize(i) << 2))) << 2);
    const kind: u32 = load<u8>(kinds + i);
    const id = firstId + i;
    const size = kind === KIND.PTR ? pointerBytes : field(record, SIZE_OR_TYPE);
    write(noteOf(id), record, id, size, kind, is(kind, NEEDS_RESOLVE) ? NOT_VISITED : RESOLVED);
  }
}

/** What is known of the own types, which stand alone, is known of the base of those that come. */
export function keepNotes(): void {
  baseNotes = notes;
}

/** Forgets what is known of a base. */
export function forgetNotes(): void {
  baseNotes = VOID;
}

function write(note: usize, record: usize, resolvedId: u32, size: u32, kind: u32, state: u32): void {
  store<u32>(note, u32(record));
  store<u32>(note, resolvedId, RESOLVED_ID);
  store<u32>(note, size, SIZE);
  store<u8>(note, u8(state), STATE);
  store<u8>(note, u8(kind), KIND_BYTE);
}

function noteOf(id: u32): usize {
  if (id >= typeCount) return NONE;
  return (id >= firstId ? notes : baseNotes) + (usize(id) << NOTE_SHIFT);
}

/** Whether the kind, {@link MISSING} too, has one of these facts. */
export function is(kind: u32, facts: u32): bool {
  return (load<u8>(FACTS + kind) & facts) !== 0;
}

/** Kind of any id: 0 for void, {@link MISSING} where there is no such type. */
export function kindOf(id: u32): u32 {
  return load<u8>(noteOf(id), KIND_BYTE);
}

/** The record of a type that exists and is not void. */
export function recordOf(id: u32): usize {
  return load<u32>(noteOf(id));
}

export function stateOf(id: u32): u32 {
  return load<u8>(noteOf(id), STATE);
}

export function setState(id: u32, state: u32): void {
  store<u8>(noteOf(id), u8(state), STATE);
}

/** The type that a resolved type stands for; an unresolved one stands for itself, and so does void. */
export function resolvedIdOf(id: u32): u32 {
  return load<u32>(noteOf(id), RESOLVED_ID);
}

/** Notes what an own type stands for now that it is resolved, or the bytes of an array. */
export function setResolved(id: u32, resolvedId: u32, sizeBytes: u32): void {
  const kind = kindOf(id);
  if (kind === KIND.ARRAY) store<u32>(noteOf(id), sizeBytes, SIZE);
  else if (is(kind, STANDS_FOR)) store<u32>(noteOf(id), resolvedId, RESOLVED_ID);
}

/** Bytes of a type that is resolved, sized and no modifier. */
export function sizeOf(id: u32): u32 {
  return load<u32>(noteOf(id), SIZE);
}

/** Whether a type of `kind` has a size, given the kind of what is below its modifiers (`btf_type_id_size`). */
export function isSized(kind: u32, meantKind: u32): bool {
  return !is(kind, NO_SIZE) && !is(meantKind, NO_SIZE | IS_MODIFIER) && meantKind !== KIND.VAR;
}
