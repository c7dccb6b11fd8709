// The types of a base, laid end to end with the bases below it, and the types of a split BTF. A record is given by its address.

/** The first id of the split BTF. Ids of the base are below. */
export let firstId: u32 = 0;
/** Ids below this are valid. */
export let typeCount: u32 = 0;
/** Addresses of the words of each, and of the word positions of their records and of their end. */
let baseWords: usize = 0;
let baseStarts: usize = 0;
let ownWords: usize = 0;
let ownStarts: usize = 0;
/** Addresses of the strings of each, and the name offset of the first string of the split BTF. */
let baseStrings: usize = 0;
let ownStrings: usize = 0;
let firstOff: u32 = 0;

/** Takes the `count` types of a base that the host has laid, void included, and its `end` bytes of strings. */
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

/** Address of the record of a type. */
export function recordOf(id: u32): usize {
  return id < firstId ? at(baseWords, baseStarts, id) : at(ownWords, ownStarts, id - firstId);
}

/** Address of the words of all types of the split BTF. */
export function ownTypes(): usize {
  return ownWords;
}

/** Bytes of all types of the split BTF. */
export function ownBytes(): usize {
  return at(ownWords, ownStarts, typeCount - firstId) - ownWords;
}

/** Address of the name at an offset. */
export function nameAt(off: u32): usize {
  return off < firstOff ? baseStrings + off : ownStrings + (off - firstOff);
}

function at(words: usize, starts: usize, index: u32): usize {
  return words + (usize(load<u32>(starts + (usize(index) << 2))) << 2);
}
