import * as KIND from "../../../btf/kind-numbers";
import { HEAD_WORDS, INFO, NAME_OFF, SIZE_OR_TYPE } from "../../../btf/record-words";
import { TO_BASE, TO_BASE_BY_NAME } from "../../constants/destinations";
import { take } from "../common/arena";
import { forEachNameOff, forEachTypeId } from "../common/fields";
import { kindOfInfo, recordWords } from "../common/kinds";
import { addedBytes } from "../common/strings";
import { field, place } from "../common/types";
import { firstId, ownBytes, ownTypes, recordOf, typeCount } from "./graph";
import { placeOf } from "./kinds";
import { openNames, rename } from "./names";
import { newIdOf, setNewId } from "./new-ids";
import { used, usedCount, usedWords } from "./used";

/** Address of the types of the distilled base. */
export let newBaseWords: usize = 0;
/** Address of their end. */
export let newBaseEnd: usize = 0;
/** Address of the types of the new split BTF. */
export let newSplitWords: usize = 0;
/** Address of their end. */
export let newSplitEnd: usize = 0;
/** How many bytes of the added strings belong to the distilled base. They come first. */
export let newBaseStringBytes: u32 = 0;
/** The first id of the new split BTF. */
export let newFirstId: u32 = 0;
/** How many types of the old base were copied behind the module's own types. */
export let copiedCount: u32 = 0;

/** Makes the distilled base and the new split BTF of the base types in use and the module's own types. */
export function make(hashStart: u32, hashFactor: u32): void {
  openNames(hashStart, hashFactor);
  makeBase();
  makeSplit();
}

function makeBase(): void {
  newBaseWords = take(u64(usedWords) << 2);
  newFirstId = 1;
  let to = newBaseWords;
  for (let i: u32 = 0; i < usedCount; i++) {
    const id = usedId(i);
    const record = recordOf(id);
    const where = placeOf(kindOfInfo(field(record, INFO)));
    const isByName = where === TO_BASE_BY_NAME && field(record, NAME_OFF) !== 0;
    if (where !== TO_BASE && !isByName) continue;
    setNewId(id, newFirstId++);
    const bytes = isByName ? copyHead(record, to) : copyRecord(record, to);
    forEachNameOff(to, rename);
    to += bytes;
  }
  newBaseEnd = to;
  newBaseStringBytes = addedBytes();
}

function makeSplit(): void {
  const bytes = ownBytes();
  newSplitWords = take(u64(bytes) + (u64(usedWords) << 2));
  memory.copy(newSplitWords, ownTypes(), bytes);
  let nextId = newFirstId + (typeCount - firstId);
  copiedCount = 0;
  let to = newSplitWords + bytes;
  for (let i: u32 = 0; i < usedCount; i++) {
    const id = usedId(i);
    if (newIdOf(id) !== 0) continue;
    setNewId(id, nextId++);
    copiedCount++;
    to += copyRecord(recordOf(id), to);
  }
  newSplitEnd = to;
  for (let record = newSplitWords; record < newSplitEnd; record += bytesOf(record)) {
    forEachNameOff(record, rename);
    forEachTypeId(record, renumber);
  }
}

function usedId(index: u32): u32 {
  return load<u32>(used + (usize(index) << 2));
}

function renumber(at: usize): void {
  const id = load<u32>(at);
  store<u32>(at, id >= firstId ? id - firstId + newFirstId : newIdOf(id));
}

/** Copies a record. Returns its length in bytes. */
function copyRecord(record: usize, to: usize): usize {
  const bytes = bytesOf(record);
  memory.copy(to, record, bytes);
  return bytes;
}

/**
 * Copies the head of a record only, as that of a type without elements. An ENUM64 becomes an ENUM of the same size; relocation accepts
 * either for it. Returns the length in bytes.
 */
function copyHead(record: usize, to: usize): usize {
  const kind = kindOfInfo(field(record, INFO));
  store<u32>(place(to, NAME_OFF), field(record, NAME_OFF));
  store<u32>(place(to, INFO), (kind === KIND.ENUM64 ? KIND.ENUM : kind) << 24);
  store<u32>(place(to, SIZE_OR_TYPE), field(record, SIZE_OR_TYPE));
  return HEAD_WORDS << 2;
}

function bytesOf(record: usize): usize {
  return usize(recordWords(field(record, INFO))) << 2;
}
