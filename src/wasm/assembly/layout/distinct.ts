import { HEAD_WORDS, INFO, MEMBER_OFFSET, MEMBER_WORDS, SIZE_OR_TYPE } from "../../../btf/record-words";
import { giveBack, mark, take, takeZeros } from "../common/arena";
import { hashName, hashWith, hashWord, sameName } from "../common/hashing";
import { isComposite } from "../common/kinds";
import { nameAt } from "../common/names";
import { field, kindOf, nameOf, place, recordOf, typeCount, vlenOf } from "../common/types";

/** So many of one name, with members at the same places, are compared; kernels have a handful. */
const MOST_COMPARED: u32 = 256;

/**
 * Collects the named structs and unions, in their order; of several that pahole takes for the same, the first. It compares name, size,
 * names and places of the members, but not their types, and a member without a name is like any other (`type__compare`,
 * pahole.c). Returns their address; the first word is their number.
 */
export function distinctComposites(start: u32, factor: u32): usize {
  hashWith(start, factor);
  let count: u32 = 0;
  for (let id: u32 = 1; id < typeCount; id++) if (isNamedComposite(id)) count++;
  const found = take((usize(count) + 1) << 2);
  const before = mark();
  let places: u32 = 64;
  while (places < count * 2) places *= 2;
  // Open addressing, by what is compared: ids, 0 for a free place.
  const table = takeZeros(usize(places) << 2);
  let next = found + 4;
  for (let id: u32 = 1; id < typeCount; id++) {
    if (!isNamedComposite(id) || isKnown(id, table, places - 1)) continue;
    store<u32>(next, id);
    next += 4;
  }
  store<u32>(found, u32((next - found) >> 2) - 1);
  giveBack(before);
  return found;
}

function isNamedComposite(id: u32): bool {
  return isComposite(kindOf(id)) && nameOf(id) !== 0;
}

/** Whether one like it is in the table; else puts it there. */
function isKnown(id: u32, table: usize, mask: u32): bool {
  let entry = likenessHash(id) & mask;
  for (let probes: u32 = 0; probes < MOST_COMPARED; probes++) {
    const known = load<u32>(table + (entry << 2));
    if (known === 0) {
      store<u32>(table + (entry << 2), id);
      return false;
    }
    if (isAlike(known, id)) return true;
    entry = (entry + 1) & mask;
  }
  return false;
}

function likenessHash(id: u32): u32 {
  const record = recordOf(id);
  let hash = hashWord(hashName(nameAt(nameOf(id))), field(record, SIZE_OR_TYPE));
  let at = place(record, HEAD_WORDS);
  for (let left = vlenOf(field(record, INFO)); left > 0; left--, at = place(at, MEMBER_WORDS)) {
    hash = hashWord(hash, field(at, MEMBER_OFFSET));
  }
  return hash;
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
