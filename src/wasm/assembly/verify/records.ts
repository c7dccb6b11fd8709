import { HEAD_WORDS, INFO } from "../../../btf/record-words";
import { take } from "../common/arena";
import { kindOfInfo, wholeEnd } from "../common/kinds";
import { field } from "../common/types";
import { markNames } from "./names";
import { isPlain } from "./plain";

/** Address of the word position of each record, and of the end of the last. */
export let starts: usize = 0;
/** Address of the kind of each record, one byte each. */
export let kinds: usize = 0;
/** Number of records. */
export let recordCount: u32 = 0;
/** Address of the words of the records. */
export let words: usize = 0;
/** Address of the numbers, from 0 on, of the records that may break a rule. */
export let doubtful: usize = 0;
/** Number of these records. */
export let doubtfulCount: u32 = 0;

/** Finds the records in the `length` bytes at `wordsAt`, up to one that is cut off or of an unknown kind. */
export function findRecords(wordsAt: usize, length: usize): void {
  words = wordsAt;
  const most = length / (HEAD_WORDS << 2) + 1;
  starts = take(most << 2);
  doubtful = take(most << 2);
  kinds = take(most);
  doubtfulCount = 0;
  markNames();
  const end = words + length;
  let count: u32 = 0;
  let at = words;
  for (let next = wholeEnd(at, end); next !== 0; next = wholeEnd(at, end)) {
    const info = field(at, INFO);
    const kind = kindOfInfo(info);
    store<u32>(starts + (usize(count) << 2), u32((at - words) >>> 2));
    store<u8>(kinds + count, u8(kind));
    if (!isPlain(at, kind, info)) store<u32>(doubtful + (usize(doubtfulCount++) << 2), count);
    count++;
    at = next;
  }
  store<u32>(starts + (usize(count) << 2), u32((at - words) >>> 2));
  recordCount = count;
}
