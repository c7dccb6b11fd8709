import { grown, take } from "../common/arena";
import {
  emptyTable,
  enter,
  firstSlot,
  HashTable,
  hashIn,
  isFree,
  nextSlot,
  numberIn,
  openTable,
} from "../common/hash-table";
import { hashWord } from "../common/hashing";

/**
 * Gives tuples of words numbers from 1 up. Equal tuples have equal numbers.
 *
 * ```ts
 * beginTuple(tuples, 2);
 * put(tuples, word);
 * put(tuples, other);
 * const number = closeTuple(tuples);
 * ```
 */
@unmanaged
export class Tuples {
  /** All tuples end to end, the unfinished one last: their address, bytes in use, and room in bytes. */
  words: usize;
  bytes: usize;
  wordRoom: usize;
  /** By number: where the words of the tuple begin, in bytes. They end where those of the next one begin. */
  starts: usize;
  room: u32;
  /** The number that the next new tuple gets. */
  count: u32;
  table: HashTable;
}

/** Bytes of a {@link Tuples}. */
export const TUPLES_BYTES: i32 = 32;

/** Begins without tuples, with room for about so many. `table` becomes theirs. */
export function openTuples(tuples: Tuples, table: HashTable, about: u32): void {
  tuples.room = about + 64;
  tuples.wordRoom = usize(tuples.room) << 4;
  tuples.words = take(tuples.wordRoom);
  tuples.starts = take(u64(tuples.room) << 2);
  tuples.table = table;
  openTable(table, tuples.room);
  begin(tuples);
}

/** Forgets all tuples. */
export function emptyTuples(tuples: Tuples): void {
  emptyTable(tuples.table);
  begin(tuples);
}

function begin(tuples: Tuples): void {
  tuples.bytes = 0;
  tuples.count = 1;
  setStart(tuples, 1, 0);
}

/** Begins a tuple of at most so many words. */
export function beginTuple(tuples: Tuples, most: u32): void {
  tuples.bytes = startOf(tuples, tuples.count);
  const end = tuples.bytes + (usize(most) << 2);
  while (end > tuples.wordRoom) {
    tuples.words = grown(tuples.words, tuples.wordRoom);
    tuples.wordRoom *= 2;
  }
}

/** Adds a word to the tuple. */
export function put(tuples: Tuples, word: u32): void {
  store<u32>(tuples.words + tuples.bytes, word);
  tuples.bytes += 4;
}

/** Ends the tuple. Returns its number. */
export function closeTuple(tuples: Tuples): u32 {
  const table = tuples.table;
  const start = startOf(tuples, tuples.count);
  let hash = u32(tuples.bytes - start);
  for (let at = start; at < tuples.bytes; at += 4) hash = hashWord(hash, load<u32>(tuples.words + at));
  let slot = firstSlot(table, hash);
  while (!isFree(slot)) {
    const number = numberIn(slot);
    if (hashIn(slot) === hash && isLast(tuples, number)) return number;
    slot = nextSlot(table, slot);
  }
  const number = tuples.count++;
  if (tuples.count === tuples.room) {
    tuples.starts = grown(tuples.starts, usize(tuples.room) << 2);
    tuples.room *= 2;
  }
  setStart(tuples, tuples.count, tuples.bytes);
  enter(table, slot, hash, number);
  return number;
}

/** Whether the tuple of that number has the same words as the unfinished one. */
function isLast(tuples: Tuples, number: u32): bool {
  const from = startOf(tuples, number);
  const start = startOf(tuples, tuples.count);
  const bytes = startOf(tuples, number + 1) - from;
  return (
    bytes === tuples.bytes - start && memory.compare(tuples.words + from, tuples.words + start, bytes) === 0
  );
}

function startOf(tuples: Tuples, number: u32): usize {
  return load<u32>(tuples.starts + (usize(number) << 2));
}

function setStart(tuples: Tuples, number: u32, at: usize): void {
  store<u32>(tuples.starts + (usize(number) << 2), u32(at));
}
