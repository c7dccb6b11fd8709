// The types whose references are resolved, and those of the base that they are split on, as the host has laid them. A record is an
// address, and its fields are words. Ids may lead nowhere.
import { INFO, UNKN } from "../../../btf/record-words";
import { MISSING } from "../../resolve-codes";
import { forget, keep, take } from "../common/arena";
import { kindOfInfo } from "../common/kinds";
import { field } from "../common/types";

let baseWords: usize = 0;
let baseStarts: usize = 0;
let baseKinds: usize = 0;
let baseStrings: usize = 0;

/** Ids from here on are own ones. */
export let firstId: u32 = 1;
/** Ids below this exist. */
export let typeCount: u32 = 1;
let words: usize = 0;
let starts: usize = 0;
let kinds: usize = 0;
let strings: usize = 0;
/** Offset of the first own name. */
let firstOff: u32 = 0;
/** Offsets below this are those of names. */
export let stringsEnd: u32 = 0;

/** Forgets all types. */
export function forgetTypes(): void {
  forget();
  firstId = typeCount = 1;
  firstOff = stringsEnd = 0;
}

/** Takes the own types that the host has laid: their words, the word position of each record, and the names. Their kinds are to be noted next. */
export function takeOwn(wordsAt: usize, startsAt: usize, count: u32, stringsAt: usize, end: u32): void {
  words = wordsAt;
  starts = startsAt - (usize(firstId) << 2);
  strings = stringsAt - firstOff;
  typeCount = firstId + count;
  stringsEnd = end;
  kinds = take(count) - firstId;
}

/** Notes the kind of an own type for {@link kindOf}, and returns it. */
export function noteKind(id: u32, record: usize): u32 {
  const kind = kindOfInfo(field(record, INFO));
  store<u8>(kinds + id, u8(kind));
  return kind;
}

/** Makes the own types the base of those that come. */
export function keepTypes(): void {
  keep();
  baseWords = words;
  baseStarts = starts;
  baseKinds = kinds;
  baseStrings = strings;
  firstId = typeCount;
  firstOff = stringsEnd;
}

/** Kind of any id: 0 for void, MISSING where there is no such type. */
export function kindOf(id: u32): u32 {
  if (id >= firstId) return id < typeCount ? load<u8>(kinds + id) : MISSING;
  return id === 0 ? UNKN : load<u8>(baseKinds + id);
}

/** The record of a type that exists and is not void. */
export function recordOf(id: u32): usize {
  return id >= firstId
    ? words + (load<u32>(starts + (usize(id) << 2)) << 2)
    : baseWords + (load<u32>(baseStarts + (usize(id) << 2)) << 2);
}

/** The name at an offset below {@link stringsEnd}. */
export function nameAt(off: u32): usize {
  return (off >= firstOff ? strings : baseStrings) + off;
}
