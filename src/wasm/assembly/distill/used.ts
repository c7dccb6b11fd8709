import { INFO, NAME_OFF, SIZE_OR_TYPE } from "../../../btf/record-words";
import { TO_NOWHERE } from "../../constants/destinations";
import { take, takeZeros } from "../common/arena";
import { forEachTypeId } from "../common/fields";
import { isComposite, isEnum, isEnumSize, kindOfInfo, recordWords } from "../common/kinds";
import { field } from "../common/types";
import { firstId, recordOf, typeCount } from "./graph";
import { placeOf } from "./kinds";

/** The base types in use, ascending, how many they are, and how many words their records. */
export let used: usize = 0;
export let usedCount: u32 = 0;
export let usedWords: u32 = 0;
/** Whether one of them cannot be in a distilled base, or only perhaps. */
export let isDoubtful: bool = false;

/** By base id: a bit, set while it is known to be in use and not listed. */
let marks: usize = 0;
/** Where the list of pending ids ends. */
let top: usize = 0;

/** No marks, for all ids of a base. */
export function openMarks(): void {
  marks = takeZeros(markBytes());
}

/** Finds the base types that the split BTF needs, which is all that these refer to in turn, but not members of what has a name. */
export function findUsed(): void {
  isDoubtful = false;
  // A list of pending ids, not recursion: chains of types are as long as their maker likes.
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

/** Lists the marked ids in order, and wipes the marks. */
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
