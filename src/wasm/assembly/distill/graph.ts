// The types of a base, laid end to end with those that it is split on, and those of a split BTF. A record is an address.

/** The first id of split BTFs: base ids are below. */
export let firstId: u32 = 0;
/** Ids below this are valid. */
export let typeCount: u32 = 0;
/** Where the words of each begin, and the word position of each record, the end's too. */
let baseWords: usize = 0;
let baseStarts: usize = 0;
let ownWords: usize = 0;
let ownStarts: usize = 0;
/** The strings of each, and the offset of the first own byte. */
let baseStrings: usize = 0;
let ownStrings: usize = 0;
let firstOff: u32 = 0;

export function openBase(words: usize, starts: usize, count: u32, strings: usize, end: u32): void {
  baseWords = words;
  baseStarts = starts;
  firstId = count;
  typeCount = count;
  baseStrings = strings;
  firstOff = end;
}

/** Takes the `count` types of a split BTF that the host has laid. */
export function openSplit(words: usize, starts: usize, count: u32, strings: usize): void {
  ownWords = words;
  ownStarts = starts;
  typeCount = firstId + count;
  ownStrings = strings;
}

/** The record of a type. */
export function recordOf(id: u32): usize {
  return id < firstId ? at(baseWords, baseStarts, id) : at(ownWords, ownStarts, id - firstId);
}

/** The words of all own types, and how many bytes they are. */
export function ownTypes(): usize {
  return ownWords;
}
export function ownBytes(): usize {
  return at(ownWords, ownStarts, typeCount - firstId) - ownWords;
}

/** The address of a name. */
export function nameAt(off: u32): usize {
  return off < firstOff ? baseStrings + off : ownStrings + (off - firstOff);
}

function at(words: usize, starts: usize, index: u32): usize {
  return words + (usize(load<u32>(starts + (usize(index) << 2))) << 2);
}
