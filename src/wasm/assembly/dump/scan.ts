import { COLUMN_BYTES, COLUMNS } from "../../places";

/** The highest of all name offsets and of all type ids. */
export let highestNameOff: u32 = 0;
export let highestTypeId: u32 = 0;
/** How many records point to no own record before them of the kind that theirs must point to (FUNC to FUNC_PROTO). */
export let openCount: u32 = 0;
/** Where the scan ended, in bytes from the first: the end, or a record that is cut off or of an unknown kind. */
export let stoppedAt: u32 = 0;

/** Entry of a column where a kind has no such field. */
const NONE: u32 = 255;

/**
 * Goes over the records of the `length` bytes at `words`, and says where each begins (`starts`, in words), of what kind it is
 * (`kinds`), and which are open (`open`). Each has room for a third as many entries as there are words. Returns the
 * number of records. All of a record is inside before a word of it is read beyond its head.
 */
export function scan(
  words: usize,
  length: usize,
  firstId: u32,
  starts: usize,
  kinds: usize,
  open: usize,
): u32 {
  const end = words + length;
  let count: u32 = 0;
  let names: u32 = 0;
  let ids: u32 = 0;
  let opened: u32 = 0;
  let at = words;
  while (at + 12 <= end) {
    const info = load<u32>(at, 4);
    const kind = (info >>> 24) & 0x7f;
    const fixed = column(0, kind);
    const step = column(1, kind) << 2;
    const first = at + (fixed << 2);
    // 64 bits: 2^24 elements of 255 words do not fit into 32.
    const wideEnd = u64(first) + u64(info & 0xffffff) * u64(step);
    if (fixed === 0 || wideEnd > u64(end)) break;
    const next = usize(wideEnd);
    store<u32>(starts + (count << 2), (at - words) >> 2);
    store<u8>(kinds + count, u8(kind));
    names = higher(names, load<u32>(at));
    const headId = column(2, kind);
    if (headId !== NONE) {
      const id = load<u32>(at + (headId << 2));
      ids = higher(higher(ids, id), load<u32>(at + (column(3, kind) << 2)));
      const pointsTo = column(7, kind);
      if (pointsTo !== NONE) {
        const own = id - firstId;
        if (id < firstId || own >= count || load<u8>(kinds + own) !== pointsTo) {
          store<u32>(open + (opened << 2), firstId + count);
          opened++;
        }
      }
    }
    if (first < next) {
      const elemName = column(4, kind);
      const elemId = column(5, kind);
      const lastElemId = column(6, kind);
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
  openCount = opened;
  stoppedAt = u32(at - words);
  return count;
}

/** An entry of the table of kinds: see `btf/scan`. */
function column(index: u32, kind: u32): u32 {
  return load<u8>(COLUMNS + index * COLUMN_BYTES + kind);
}

function higher(a: u32, b: u32): u32 {
  return a > b ? a : b;
}
