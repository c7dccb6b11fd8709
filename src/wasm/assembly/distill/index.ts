// The exports for src/wasm/distill.ts: split BTF against a distilled base, as `btf__distill_base` of libbpf makes it. `engine/distill`
// says what it means. The host has checked all ids and name offsets; types and strings of a chain of bases lie end to end.
import {
  COLUMN_BYTES,
  COLUMNS,
  IS_OPAQUE,
  IS_SIZED_ENUM,
  KIND_BY_NAME,
  MET,
  MET_BITS,
  PLACE,
  TO_BASE,
  TO_BASE_BY_NAME,
  TO_NOWHERE,
} from "../../distill-places";

/** Columns of the table of kinds that are those of `btf/scan`. */
const FIXED: u32 = 0;
const ELEM: u32 = 1;
const HEAD_ID: u32 = 2;
const LAST_HEAD_ID: u32 = 3;
const ELEM_NAME: u32 = 4;
const ELEM_ID: u32 = 5;
const LAST_ELEM_ID: u32 = 6;
/** Entry of these where a kind has no such field. */
const NONE: u32 = 255;

/** A place in the table of names has 2^3 bytes: a hash, and 1 + the offset of the name. */
const NAME_SHIFT: usize = 3;
const PAGE_BITS: u32 = 16;
/** All of a memory, and what is lost to alignment in it. */
const MOST_BYTES: u64 = 0xffff0000;
const SLACK: u64 = 64;

/** The base: its words, where each of its types begins in them (in words), and its strings, behind which the split BTF's lie. */
let baseWords: usize = 0;
let baseStarts: usize = 0;
let strings: usize = 0;
/** The first id of split BTFs. */
let firstId: u32 = 0;
/** By base id: its new id. 0 between calls. */
let newIds: usize = 0;
/** By base id: a bit, set if it is used. 0 between calls. */
let marks: usize = 0;

/** The split BTF: its words, where its types begin, and how many there are. */
let words: usize = 0;
let starts: usize = 0;
let typeCount: u32 = 0;

/** The base types in use, ascending; after `place` their new ids follow them. */
export let used: usize = 0;
export let usedCount: u32 = 0;
/** Whether one of them cannot be in a distilled base, or only perhaps. */
export let isDoubtful: bool = false;
/** Words of the records of all of them, and names that they and the split BTF have. */
let usedWords: u32 = 0;
let nameCount: u32 = 0;

/** The results: words of both parts, their strings end to end. */
export let newBaseWords: usize = 0;
export let newBaseEnd: usize = 0;
export let newSplitWords: usize = 0;
export let newSplitEnd: usize = 0;
export let newStrings: usize = 0;
export let newBaseStringsEnd: usize = 0;
export let newStringsEnd: usize = 0;
/** Ids: the first of the new split BTF, and how many types of the old base it has. */
export let newFirstId: u32 = 0;
export let copiedCount: u32 = 0;

/** The table of names, a power of two of places, and what is taken of each number to find one. */
let names: usize = 0;
let nameMask: u32 = 0;
/** Where hashes begin and what they are multiplied by. */
let hashStart: u32 = 0;
let hashFactor: u32 = 0;

/** Takes a base, once. All behind it is zero. */
export function setBase(
  wordsAt: usize,
  startsAt: usize,
  stringsAt: usize,
  idCount: u32,
  newIdsAt: usize,
  marksAt: usize,
  start: u32,
  factor: u32,
): void {
  baseWords = wordsAt;
  baseStarts = startsAt;
  strings = stringsAt;
  firstId = idCount;
  newIds = newIdsAt;
  marks = marksAt;
  hashStart = start;
  hashFactor = factor;
}

/**
 * Finds the base types that a split BTF needs; `work` is free from there on, which may be as much as all base ids take. Members of what
 * is opaque are not needed.
 */
export function mark(wordsAt: usize, startsAt: usize, count: u32, work: usize): void {
  words = wordsAt;
  starts = startsAt;
  typeCount = count;
  isDoubtful = false;
  nameCount = 0;
  // A list of pending ids, not recursion: chains of types are as long as their maker likes.
  let top = work;
  for (let i: u32 = 0; i < count; i++) top = markIdsOf(recordOf(words, starts, i), top);
  while (top > work) {
    top -= 4;
    const record = recordOf(baseWords, baseStarts, load<u32>(top));
    const kind = kindOf(record);
    const isNamed = load<u32>(record) !== 0;
    if (column(PLACE, kind) === TO_NOWHERE) isDoubtful = true;
    if (isNamed && column(IS_SIZED_ENUM, kind) !== 0 && !isEnumSize(load<u32>(record, 8))) isDoubtful = true;
    if (!(isNamed && column(IS_OPAQUE, kind) !== 0)) top = markIdsOf(record, top);
  }
  collect(work);
}

/** Lists the marked ids in order, and wipes the marks. */
function collect(at: usize): void {
  used = at;
  let count: u32 = 0;
  let ofWords: u32 = 0;
  const end = marks + (((firstId + 63) >> 6) << 3);
  for (let place = marks; place < end; place += 8) {
    let bits = load<u64>(place);
    if (bits === 0) continue;
    store<u64>(place, 0);
    const first = u32(place - marks) << 3;
    for (; bits !== 0; bits &= bits - 1) {
      const id = first + u32(ctz(bits));
      store<u32>(used + (count++ << 2), id);
      const record = recordOf(baseWords, baseStarts, id);
      nameCount += namesOf(record);
      ofWords += u32(recordOf(baseWords, baseStarts, id + 1) - record) >> 2;
    }
  }
  for (let i: u32 = 0; i < typeCount; i++) nameCount += namesOf(recordOf(words, starts, i));
  usedCount = count;
  usedWords = ofWords;
}

/**
 * Makes the distilled base and the split BTF upon it, behind the list of ids in use. False if there is no memory for that.
 */
export function place(): bool {
  const splitBytes = recordOf(words, starts, typeCount) - words;
  const pairs = used + (usize(usedCount) << 2);
  newBaseWords = pairs + (usize(usedCount) << 2);
  newSplitWords = newBaseWords + (usize(usedWords) << 2);
  names = (newSplitWords + splitBytes + (usize(usedWords) << 2) + 7) & ~7;
  let places: u32 = 64;
  while (places < nameCount * 2 + 2) places <<= 1;
  nameMask = places - 1;
  newStrings = names + (usize(places) << NAME_SHIFT);
  newStringsEnd = newStrings;
  // In 64 bits: what does not fit into 32 would begin anew.
  const bytes = (u64(usedCount) << 3) + (u64(usedWords) << 3) + u64(splitBytes) + (u64(places) << NAME_SHIFT);
  if (u64(used) + bytes + SLACK > MOST_BYTES || !reserve(newStrings)) return false;
  memory.fill(names, 0, usize(places) << NAME_SHIFT);
  memory.fill(MET, 0, 8 << MET_BITS);
  // A section without a base begins with "".
  addBytes(newStrings, 0, hashStart ^ (hashStart >>> 15));

  let at = newBaseWords;
  let nextId: u32 = 1;
  for (let i: u32 = 0; i < usedCount; i++) {
    const id = load<u32>(used + (i << 2));
    const record = recordOf(baseWords, baseStarts, id);
    const kind = kindOf(record);
    const where = column(PLACE, kind);
    if (where !== TO_BASE && (where !== TO_BASE_BY_NAME || load<u32>(record) === 0)) continue;
    store<u32>(newIds + (id << 2), nextId++);
    if (where === TO_BASE) {
      const bytes = recordOf(baseWords, baseStarts, id + 1) - record;
      memory.copy(at, record, bytes);
      if (!rename(at)) return false;
      at += bytes;
    } else {
      store<u32>(at, load<u32>(record));
      store<u32>(at, column(KIND_BY_NAME, kind) << 24, 4);
      store<u32>(at, load<u32>(record, 8), 8);
      if (!rename(at)) return false;
      at += 12;
    }
  }
  newBaseEnd = at;
  newBaseStringsEnd = newStringsEnd;
  newFirstId = nextId;

  memory.copy(newSplitWords, words, splitBytes);
  at = newSplitWords + splitBytes;
  nextId += typeCount;
  copiedCount = 0;
  for (let i: u32 = 0; i < usedCount; i++) {
    const id = load<u32>(used + (i << 2));
    if (load<u32>(newIds + (id << 2)) !== 0) continue;
    store<u32>(newIds + (id << 2), nextId++);
    copiedCount++;
    const record = recordOf(baseWords, baseStarts, id);
    const bytes = recordOf(baseWords, baseStarts, id + 1) - record;
    memory.copy(at, record, bytes);
    at += bytes;
  }
  newSplitEnd = at;
  for (let i: u32 = 0; i < typeCount; i++) {
    if (!rewrite(recordOf(newSplitWords, starts, i))) return false;
  }
  at = newSplitWords + splitBytes;
  while (at < newSplitEnd) {
    if (!rewrite(at)) return false;
    at += recordBytes(at);
  }
  for (let i: u32 = 0; i < usedCount; i++) {
    const id = load<u32>(used + (i << 2));
    store<u32>(pairs + (i << 2), load<u32>(newIds + (id << 2)));
  }
  return true;
}

/** Wipes the new ids of what is in use. */
export function clear(): void {
  for (let i: u32 = 0; i < usedCount; i++) store<u32>(newIds + (load<u32>(used + (i << 2)) << 2), 0);
}

/** Marks what the record refers to, and puts it on the list of pending ids that ends at `top`. */
function markIdsOf(record: usize, top: usize): usize {
  const kind = kindOf(record);
  const headId = column(HEAD_ID, kind);
  if (headId !== NONE) {
    top = markId(load<u32>(record + (headId << 2)), top);
    top = markId(load<u32>(record + (column(LAST_HEAD_ID, kind) << 2)), top);
  }
  const elemId = column(ELEM_ID, kind);
  if (elemId === NONE) return top;
  const lastElemId = column(LAST_ELEM_ID, kind);
  const step = column(ELEM, kind) << 2;
  const end = record + recordBytes(record);
  for (let element = record + (column(FIXED, kind) << 2); element < end; element += step) {
    top = markId(load<u32>(element + (elemId << 2)), top);
    if (lastElemId !== elemId) top = markId(load<u32>(element + (lastElemId << 2)), top);
  }
  return top;
}

function markId(id: u32, top: usize): usize {
  if (id === 0 || id >= firstId) return top;
  const place = marks + (id >>> 3);
  const byte = load<u8>(place);
  const bit: u8 = 1 << u8(id & 7);
  if ((byte & bit) !== 0) return top;
  store<u8>(place, byte | bit);
  store<u32>(top, id);
  return top + 4;
}

/** Gives a record of the new split BTF its new names and ids. False if there is no memory for that. */
function rewrite(record: usize): bool {
  if (!rename(record)) return false;
  const kind = kindOf(record);
  const headId = column(HEAD_ID, kind);
  if (headId !== NONE) {
    renumber(record + (headId << 2));
    const last = column(LAST_HEAD_ID, kind);
    if (last !== headId) renumber(record + (last << 2));
  }
  const step = column(ELEM, kind) << 2;
  if (step === 0) return true;
  const first = record + (column(FIXED, kind) << 2);
  const end = record + recordBytes(record);
  const elemName = column(ELEM_NAME, kind);
  if (elemName !== NONE) {
    for (let word = first + (elemName << 2); word < end; word += step) if (!rename(word)) return false;
  }
  const elemId = column(ELEM_ID, kind);
  if (elemId !== NONE) {
    for (let word = first + (elemId << 2); word < end; word += step) renumber(word);
    const last = column(LAST_ELEM_ID, kind);
    if (last !== elemId) for (let word = first + (last << 2); word < end; word += step) renumber(word);
  }
  return true;
}

function renumber(word: usize): void {
  const id = load<u32>(word);
  store<u32>(word, id >= firstId ? id - firstId + newFirstId : load<u32>(newIds + (id << 2)));
}

/**
 * Replaces a name offset by the new one. Those that were met last are kept: most names of a module are those of parameters, which
 * recur, and asking for one by its bytes takes ten times as long.
 */
function rename(word: usize): bool {
  const off = load<u32>(word);
  if (off === 0) return true;
  const met: usize = usize(MET) + (usize((off * 0x9e3779b1) >>> (32 - MET_BITS)) << 3);
  if (load<u32>(met) === off) {
    store<u32>(word, load<u32>(met, 4));
    return true;
  }
  const newOff = add(strings + off);
  if (newOff < 0) return false;
  store<u32>(met, off);
  store<u32>(met, u32(newOff), 4);
  store<u32>(word, u32(newOff));
  return true;
}

/** Offset of the name at `name` in the new strings, to which it is added if it is new; -1 if there is no memory for it. */
function add(name: usize): i64 {
  // FNV-1a with a start and a factor of this run: see `hashName` in btf/strings.
  let hash = hashStart;
  let end = name;
  for (let byte: u32 = load<u8>(end); byte !== 0; byte = load<u8>(++end)) hash = (hash ^ byte) * hashFactor;
  hash ^= hash >>> 15;
  for (let index = hash & nameMask; ; index = (index + 1) & nameMask) {
    const place = names + (usize(index) << NAME_SHIFT);
    const entry = load<u32>(place, 4);
    if (entry === 0) break;
    if (load<u32>(place) === hash && isSame(newStrings + entry - 1, name)) return i64(entry) - 1;
  }
  return addBytes(name, u32(end - name), hash);
}

/** Adds a name of `length` bytes and a NUL. */
function addBytes(name: usize, length: u32, hash: u32): i64 {
  const off = newStringsEnd - newStrings;
  if (u64(newStringsEnd) + length + 1 > MOST_BYTES || !reserve(newStringsEnd + length + 1)) return -1;
  for (let i: usize = 0; i < length; i++) store<u8>(newStringsEnd + i, load<u8>(name + i));
  store<u8>(newStringsEnd + length, 0);
  newStringsEnd += length + 1;
  let index = hash & nameMask;
  while (load<u32>(names + (usize(index) << NAME_SHIFT), 4) !== 0) index = (index + 1) & nameMask;
  store<u32>(names + (usize(index) << NAME_SHIFT), hash);
  store<u32>(names + (usize(index) << NAME_SHIFT), u32(off) + 1, 4);
  return off;
}

function isSame(a: usize, b: usize): bool {
  let byte: u8 = 0;
  do {
    byte = load<u8>(a++);
    if (byte !== load<u8>(b++)) return false;
  } while (byte !== 0);
  return true;
}

/** Makes sure that there is memory up to `end`. */
function reserve(end: usize): bool {
  const pages = i32((end + (1 << PAGE_BITS) - 1) >>> PAGE_BITS);
  const missing = pages - memory.size();
  // A quarter more, since each growth gives the host another view.
  return missing <= 0 || memory.grow(missing + (pages >>> 2)) >= 0 || memory.grow(missing) >= 0;
}

function recordOf(first: usize, startsAt: usize, index: u32): usize {
  return first + (usize(load<u32>(startsAt + (usize(index) << 2))) << 2);
}

function recordBytes(record: usize): usize {
  const info = load<u32>(record, 4);
  const kind = (info >>> 24) & 0x7f;
  return usize(column(FIXED, kind) + (info & 0xffffff) * column(ELEM, kind)) << 2;
}

function kindOf(record: usize): u32 {
  return (load<u32>(record, 4) >>> 24) & 0x7f;
}

/** How many names a record has. */
function namesOf(record: usize): u32 {
  const hasMore = column(ELEM_NAME, kindOf(record)) !== NONE;
  return hasMore ? 1 + (load<u32>(record, 4) & 0xffffff) : 1;
}

function column(index: u32, kind: u32): u32 {
  return load<u8>(COLUMNS + index * COLUMN_BYTES + kind);
}

function isEnumSize(size: u32): bool {
  return size === 1 || size === 2 || size === 4 || size === 8;
}
