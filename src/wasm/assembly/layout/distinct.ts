import { HEAD_WORDS, INFO, MEMBER_OFFSET, MEMBER_WORDS, SIZE_OR_TYPE } from "../../../btf/record-words";
import { take } from "../common/arena";
import {
  enter,
  firstSlot,
  HASH_TABLE_BYTES,
  HashTable,
  hashIn,
  isFree,
  nextSlot,
  numberIn,
  openTable,
} from "../common/hash-table";
import { hashName, hashWith, hashWord, sameName } from "../common/hashing";
import { isComposite } from "../common/kinds";
import { nameAt } from "../common/names";
import { field, kindOf, nameOf, place, recordOf, typeCount, vlenOf } from "../common/types";

/** At most so many structs with the same name, size and number of members are compared. Kernels have a handful. */
const MOST_COMPARED: u32 = 256;

/** The ids of the structs and unions that were found, by their likeness. */
const known = changetype<HashTable>(memory.data(HASH_TABLE_BYTES, 8));

/**
 * Lists the named structs and unions in the order of their ids. Of several that pahole takes for the same, only the
 * first is listed: pahole compares name, size, and the names and offsets of members, but not their types, and a member
 * without a name equals any other (`type__compare`, pahole.c). Returns the address of the list, whose first word is its
 * length.
 */
export function distinctComposites(hashStart: u32, hashFactor: u32): usize {
  hashWith(hashStart, hashFactor);
  const found = take((u64(typeCount) + 1) << 2);
  openTable(known, typeCount >>> 3);
  let count: u32 = 0;
  for (let id: u32 = 1; id < typeCount; id++) {
    if (!isComposite(kindOf(id)) || nameOf(id) === 0 || isKnown(id)) continue;
    count++;
    store<u32>(found + (count << 2), id);
  }
  store<u32>(found, count);
  return found;
}

/** Whether a struct or union like this one is known already. If not, it is from now on. */
function isKnown(id: u32): bool {
  const hash = likenessHash(id);
  let slot = firstSlot(known, hash);
  for (let compared: u32 = 0; !isFree(slot); slot = nextSlot(known, slot)) {
    if (hashIn(slot) !== hash) continue;
    if (isAlike(numberIn(slot), id)) return true;
    if (++compared === MOST_COMPARED) return false;
  }
  enter(known, slot, hash, id);
  return false;
}

/** Hash of the name, the size and the number of members. */
function likenessHash(id: u32): u32 {
  const record = recordOf(id);
  const hash = hashWord(hashName(nameAt(nameOf(id))), field(record, SIZE_OR_TYPE));
  return hashWord(hash, vlenOf(field(record, INFO)));
}

function isAlike(a: u32, b: u32): bool {
  const recordA = recordOf(a);
  const recordB = recordOf(b);
  const count = vlenOf(field(recordA, INFO));
  if (count !== vlenOf(field(recordB, INFO))) return false;
  if (field(recordA, SIZE_OR_TYPE) !== field(recordB, SIZE_OR_TYPE)) return false;
  let memberA = place(recordA, HEAD_WORDS);
  let memberB = place(recordB, HEAD_WORDS);
  for (let left = count; left > 0; left--) {
    if (field(memberA, MEMBER_OFFSET) !== field(memberB, MEMBER_OFFSET)) return false;
    const nameA = field(memberA, 0);
    const nameB = field(memberB, 0);
    if (nameA !== nameB && nameA !== 0 && nameB !== 0) return false;
    memberA = place(memberA, MEMBER_WORDS);
    memberB = place(memberB, MEMBER_WORDS);
  }
  return sameName(nameAt(nameOf(a)), nameAt(nameOf(b)));
}
