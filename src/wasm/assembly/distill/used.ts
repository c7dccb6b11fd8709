import { INFO, NAME_OFF, SIZE_OR_TYPE } from "../../../btf/record-words";
import { TO_NOWHERE } from "../../constants/destinations";
import { take, takeZeros } from "../common/arena";
import { forEachTypeId } from "../common/fields";
import { isComposite, isEnum, isEnumSize, kindOfInfo, recordWords } from "../common/kinds";
import { field } from "../common/types";
import { firstId, recordOf, typeCount } from "./graph";
import { placeOf } from "./kinds";

/** Address of the ids of the base types in use, ascending. */
export let used: usize = 0;
/** Number of base types in use. */
export let usedCount: u32 = 0;
/** Number of words of their records. */
export let usedWords: u32 = 0;
/** Whether one of them cannot be, or perhaps cannot be, in a distilled base. The host then finds the error. */
export let isDoubtful: bool = false;

/** A bit for each base id, set while the type is known to be in use but is not listed yet. */
let marks: usize = 0;
/** Address of the end of the list of pending ids. */
let top: usize = 0;

/** Makes room for the marks of all types of a base. */
export function openMarks(): void {
  marks = takeZeros(markBytes());
}

/** Finds the base types that the split BTF refers to, and those that these refer to in turn, except through members of named structs. */
export function findUsed(): void {
  isDoubtful = false;
  // A list of pending ids instead of recursion: a chain of types can be as long as its author likes.
  const pending = take(u64(firstId) << 2);
  top = pending;
  for (let id = firstId; id < typeCount; id++) forEachTypeId(recordOf(id), mark);
  while (top > pending) {
    top -= 4;
    const record = recordOf(load<u32>(top));
    const kind = kindOfInfo(field(record, INFO));
    const isNamed = field(record, NAME_OFF) !== 0;
    if (placeOf(kind) === TO_NOWHERE) isDoubtful = true;
    if (isNamed && isEnum(kind) && !isEnumSize(field(record, SIZE_OR_TYPE))) isDoubtful = true;
    if (!(isNamed && isComposite(kind))) forEachTypeId(record, mark);
  }
  list(pending);
}

function mark(at: usize): void {
  const id = load<u32>(at);
  if (id === 0 || id >= firstId) return;
  const place = marks + (id >>> 3);
  const byte = load<u8>(place);
  const bit: u8 = 1 << u8(id & 7);
  if ((byte & bit) !== 0) return;
  store<u8>(place, byte | bit);
  store<u32>(top, id);
  top += 4;
}

/** Lists the marked ids, ascending, at the address `at`, and clears the marks. */
function list(at: usize): void {
  used = at;
  usedCount = 0;
  usedWords = 0;
  const end = marks + markBytes();
  for (let place = marks; place < end; place += 8) {
    let bits = load<u64>(place);
    if (bits === 0) continue;
    store<u64>(place, 0);
    const first = u32(place - marks) << 3;
    for (; bits !== 0; bits &= bits - 1) {
      const id = first + u32(ctz(bits));
      store<u32>(used + (usize(usedCount++) << 2), id);
      usedWords += recordWords(field(recordOf(id), INFO));
    }
  }
}

function markBytes(): usize {
  return usize((firstId + 63) >>> 6) << 3;
}
