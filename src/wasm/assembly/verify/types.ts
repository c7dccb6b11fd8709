// The types whose references are followed, own ones and those of the base that they are split on. A record is an address, and its fields
// are words. Ids may lead nowhere.
import { MISSING } from "../../resolve-codes";
import { baseKindOf, firstId } from "./base-kinds";

/** Words of the records, and by id where each begins in them, in words; of the own types the kinds too. */
let baseWords: usize = 0;
let baseStarts: usize = 0;
let words: usize = 0;
let starts: usize = 0;
let kinds: usize = 0;

/** Ids below this exist. */
export let typeCount: u32 = 1;

/** Takes `count` own types: their words, and by number from 0 on where each begins and its kind. */
export function takeOwn(wordsAt: usize, startsAt: usize, kindsAt: usize, count: u32): void {
  words = wordsAt;
  starts = startsAt - (usize(firstId) << 2);
  kinds = kindsAt - firstId;
  typeCount = firstId + count;
}

/** Makes the own types the base of those that come. */
export function keepTypes(): void {
  baseWords = words;
  baseStarts = starts;
}

/** Kind of any id: 0 for void, MISSING where there is no such type. */
export function kindOf(id: u32): u32 {
  if (id < firstId) return baseKindOf(id);
  return id < typeCount ? load<u8>(kinds + id) : MISSING;
}

/** The record of a type that exists and is not void. */
export function recordOf(id: u32): usize {
  return id >= firstId
    ? words + (load<u32>(starts + (usize(id) << 2)) << 2)
    : baseWords + (load<u32>(baseStarts + (usize(id) << 2)) << 2);
}
