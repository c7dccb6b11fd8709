// What is known about each type, of the judged BTF or of its base: a note of 16 bytes for each id. The notes lie in one
// place, since references lead anywhere. Ids may lead nowhere.
import * as KIND from "../../../btf/kind-numbers";
import { SIZE_OR_TYPE, UNKN } from "../../../btf/record-words";
import { IS_MODIFIER, MISSING, NEEDS_RESOLVE, NO_SIZE, STANDS_FOR } from "../../constants/resolve-codes";
import { take } from "../common/arena";
import { field } from "../common/types";
import { firstId } from "./base-kinds";

/**
 * State of a type that needs resolving: it was not visited yet. The walk need not wait for types whose state is {@link
 * RESOLVED} or above.
 */
export const NOT_VISITED: u32 = 0;
/** The current run waits for the type. */
export const ON_STACK: u32 = 1;
/**
 * Everything that the type refers to is in order. Void and types that need no resolving are in this state from the
 * start.
 */
export const RESOLVED: u32 = 2;
/**
 * A broken rule was reported. Types that refer to this one are not reported for that. The kernel does not get this far.
 */
export const FAILED: u32 = 3;
/** State of a prototype: all its parameters have names. */
export const NAMED: u32 = 4;

/**
 * The facts about each kind, one byte each, which the host lays; one more for ids that lead nowhere ({@link MISSING}).
 */
const FACTS: usize = memory.data(129);

// Offsets in a note. At 0 is the address of the record, then the type that it stands for, its size in bytes if known,
// state and kind.
const RESOLVED_ID: usize = 4;
const SIZE: usize = 8;
const STATE: usize = 12;
const KIND_BYTE: usize = 13;
const NOTE_SHIFT: usize = 4;

/** The note of void. */
const VOID: usize = memory.data(16, 4);
/** The note of all ids that lead nowhere. */
const NONE: usize = memory.data(16, 4);
write(VOID, 0, 0, 0, UNKN, RESOLVED);
write(NONE, 0, 0, 0, MISSING, RESOLVED);

/** Addresses at which the note of id 0 is, or would be: for types of the base, and for types of the judged BTF. */
let baseNotes: usize = VOID;
let notes: usize = 0;
/** Ids below this exist. */
export let typeCount: u32 = 1;
/** Bytes of a pointer on the kernel's machine. */
export let pointerBytes: u32 = 8;

/** Address at which the host lays the facts (`engine/kind-facts`). */
export function factTable(): usize {
  return FACTS;
}

/**
 * Writes the notes of `count` own types, as far as they are known without following a reference. `starts` is the
 * address of the word position of each record, `kinds` that of the kinds, both by number from 0 on.
 */
export function noteOwn(words: usize, starts: usize, kinds: usize, count: u32, bytesOfPointer: u32): void {
  pointerBytes = bytesOfPointer;
  typeCount = firstId + count;
  // One more in front, for void if these types become a base.
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

/** Makes the notes of the own types, which have no base, those of the base of the BTFs that follow. */
export function keepNotes(): void {
  baseNotes = notes;
}

/** Forgets the notes of a base. */
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

/** Whether one of these facts holds for a kind, which may be {@link MISSING}. */
export function is(kind: u32, facts: u32): bool {
  return (load<u8>(FACTS + kind) & facts) !== 0;
}

/** Kind of the type with an id: 0 for void, {@link MISSING} if there is none. */
export function kindOf(id: u32): u32 {
  return load<u8>(noteOf(id), KIND_BYTE);
}

/** Address of the record of a type, which must exist and not be void. */
export function recordOf(id: u32): usize {
  return load<u32>(noteOf(id));
}

/** State of a type: {@link NOT_VISITED} and so on. */
export function stateOf(id: u32): u32 {
  return load<u8>(noteOf(id), STATE);
}

/** Sets the state of a type. */
export function setState(id: u32, state: u32): void {
  store<u8>(noteOf(id), u8(state), STATE);
}

/** The type that a resolved type stands for. Void and unresolved types stand for themselves. */
export function resolvedIdOf(id: u32): u32 {
  return load<u32>(noteOf(id), RESOLVED_ID);
}

/** Notes which type a resolved type stands for, or the size of a resolved array. */
export function setResolved(id: u32, resolvedId: u32, sizeBytes: u32): void {
  const kind = kindOf(id);
  if (kind === KIND.ARRAY) store<u32>(noteOf(id), sizeBytes, SIZE);
  else if (is(kind, STANDS_FOR)) store<u32>(noteOf(id), resolvedId, RESOLVED_ID);
}

/** Size in bytes of a type that is resolved, has a size and is no modifier. */
export function sizeOf(id: u32): u32 {
  return load<u32>(noteOf(id), SIZE);
}

/** Whether a type of `kind` has a size, given the kind of the type behind its modifiers (`btf_type_id_size`). */
export function isSized(kind: u32, meantKind: u32): bool {
  return !is(kind, NO_SIZE) && !is(meantKind, NO_SIZE | IS_MODIFIER) && meantKind !== KIND.VAR;
}
