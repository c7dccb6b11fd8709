import { FUNC, FUNC_PROTO } from "../../../btf/kind-numbers";
import {
  elementId,
  elementName,
  elementWords,
  fixedWords,
  headId,
  kindOfInfo,
  lastElementId,
  lastHeadId,
  NONE,
  wholeEnd,
} from "../common/kinds";

/** The highest name offset in all records. */
export let highestNameOff: u32 = 0;
/** The highest type id in all records. */
export let highestTypeId: u32 = 0;
/** Number of records. */
export let recordCount: u32 = 0;
/** Number of open FUNCs: those that do not refer to a FUNC_PROTO of this section that comes before them. */
export let openCount: u32 = 0;

let firstId: u32 = 0;
let starts: usize = 0;
let kinds: usize = 0;
let open: usize = 0;

/**
 * Begins with a section whose first type is `id`. The scan writes the word position of each record and of the end to
 * `startsAt`, the kinds to `kindsAt`, and the ids of open FUNCs to `openAt`. Each must have room for a third as many
 * entries as the section has words, and one more.
 */
export function startScan(id: u32, startsAt: usize, kindsAt: usize, openAt: usize): void {
  firstId = id;
  starts = startsAt;
  kinds = kindsAt;
  open = openAt;
  highestNameOff = 0;
  highestTypeId = 0;
  recordCount = 0;
  openCount = 0;
}

/**
 * Scans the records in the next piece of a section: the `length` bytes at `words`, which `before` words of the section
 * precede. Returns how many words it scanned. It stops before a record that is cut off or of an unknown kind.
 */
export function scan(words: usize, length: usize, before: u32): u32 {
  const end = words + length;
  let count = recordCount;
  let names = highestNameOff;
  let ids = highestTypeId;
  let opened = openCount;
  let at = words;
  for (let next = wholeEnd(at, end); next !== 0; next = wholeEnd(at, end)) {
    const kind = kindOfInfo(load<u32>(at, 4));
    const step = elementWords(kind) << 2;
    const first = at + (fixedWords(kind) << 2);
    store<u32>(starts + (count << 2), before + u32((at - words) >> 2));
    store<u8>(kinds + count, u8(kind));
    names = higher(names, load<u32>(at));
    const headPlace = headId(kind);
    if (headPlace !== NONE) {
      const id = load<u32>(at + (headPlace << 2));
      ids = higher(higher(ids, id), load<u32>(at + (lastHeadId(kind) << 2)));
      if (kind === FUNC) {
        const own = id - firstId;
        if (id < firstId || own >= count || load<u8>(kinds + own) !== FUNC_PROTO) {
          store<u32>(open + (opened << 2), firstId + count);
          opened++;
        }
      }
    }
    if (first < next) {
      const elemName = elementName(kind);
      const elemId = elementId(kind);
      const lastElemId = lastElementId(kind);
      if (elemName !== NONE) {
        for (let word = first + (elemName << 2); word < next; word += step)
          names = higher(names, load<u32>(word));
      }
      if (elemId !== NONE) {
        for (let word = first + (elemId << 2); word < next; word += step) ids = higher(ids, load<u32>(word));
      }
      if (lastElemId !== elemId) {
        for (let word = first + (lastElemId << 2); word < next; word += step)
          ids = higher(ids, load<u32>(word));
      }
    }
    count++;
    at = next;
  }
  highestNameOff = names;
  highestTypeId = ids;
  recordCount = count;
  openCount = opened;
  const scanned = u32((at - words) >> 2);
  store<u32>(starts + (count << 2), before + scanned);
  return scanned;
}

function higher(a: u32, b: u32): u32 {
  return a > b ? a : b;
}
