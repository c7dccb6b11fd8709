import { ARRAY } from "../../../btf/kind-numbers";
import { ARRAY_TYPE, NAME_OFF, SIZE_OR_TYPE } from "../../../btf/record-words";

// The current types: a BTF and its bases, which the host has laid end to end, so that every type id has a record. Void
// has a record of zeros. A record is given by its address; a field is a word of it.

/** Ids below this are valid. */
export let typeCount: u32 = 0;
let words: usize = 0;
let starts: usize = 0;
let kinds: usize = 0;

/**
 * Takes types that the host has laid: the addresses of their words, and by id of the word position of each record and
 * of its kind.
 */
export function takeTypes(wordsAt: usize, startsAt: usize, kindsAt: usize, count: u32): void {
  words = wordsAt;
  starts = startsAt;
  kinds = kindsAt;
  typeCount = count;
}

/** Address of the record of a type. */
export function recordOf(id: u32): usize {
  return words + (load<u32>(starts + (id << 2)) << 2);
}

/** Address of the end of a record. Not defined for void. */
export function endOf(id: u32): usize {
  return recordOf(id + 1);
}

/** Number of words of all records, without that of void. */
export function wordCount(): u32 {
  return load<u32>(starts + (typeCount << 2));
}

/** BTF_KIND_* of a type, 0 for void. */
export function kindOf(id: u32): KindNumber {
  return load<u8>(kinds + id) as KindNumber;
}

/** The type that a type refers to: the element type of an ARRAY, otherwise the third word. Void refers to itself. */
export function targetOf(id: u32): u32 {
  return field(recordOf(id), kindOf(id) === ARRAY ? ARRAY_TYPE : SIZE_OR_TYPE);
}

/** A word of a record or element; `btf/record-words` names the positions. */
export function field(record: usize, word: i32): u32 {
  return load<u32>(record + (word << 2));
}

/** Address of a word of a record or element. */
export function place(record: usize, word: i32): usize {
  return record + (word << 2);
}

/** Name offset of a type, 0 if it has no name. */
export function nameOf(id: u32): u32 {
  return field(recordOf(id), NAME_OFF);
}

/** Number of elements (vlen) in an info word. */
export function vlenOf(info: u32): u32 {
  return info & 0xffffff;
}

/** The kind flag (kflag) in an info word. */
export function flagOf(info: u32): bool {
  return info >>> 31 === 1;
}
