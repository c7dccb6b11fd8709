import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { hashName, hashWord, sameName } from "../../btf/strings.ts";
import type { FlatBtf } from "../../types/flat.ts";

/** So many of one name, with members at the same places, are compared; kernels have a handful. */
const MOST_COMPARED = 256;

/**
 * The named structs and unions, in their order; of several that pahole takes for the same, the first. It compares name, size,
 * names and places of the members, but not their types, and a member without a name is like any other (`type__compare`,
 * pahole.c).
 */
export function distinctComposites(flat: FlatBtf): TypeId[] {
  const { words, starts, kinds, typeCount } = flat;
  const named: TypeId[] = [];
  for (let id = 1; id < typeCount; id++) {
    if (K.isComposite(kinds[id]) && words[starts[id] + K.NAME_OFF] !== 0) named.push(id);
  }
  let places = 64;
  while (places < named.length * 2) places *= 2;
  // Open addressing, by what is compared: ids, 0 for a free place.
  const table = new Uint32Array(places);
  return named.filter((id) => {
    let place = likenessHash(flat, id) & (places - 1);
    for (let probes = 0; probes < MOST_COMPARED; probes++) {
      const known = table[place];
      if (known === 0) {
        table[place] = id;
        return true;
      }
      if (isAlike(flat, known, id)) return false;
      place = (place + 1) & (places - 1);
    }
    return true;
  });
}

function likenessHash({ words, starts, strings }: FlatBtf, id: TypeId): number {
  const start = starts[id];
  let hash = hashWord(hashName(strings, words[start + K.NAME_OFF]), words[start + K.SIZE_OR_TYPE]);
  for (let at = start + K.HEAD_WORDS; at < starts[id + 1]; at += K.MEMBER_WORDS) {
    hash = hashWord(hash, words[at + K.MEMBER_OFFSET]);
  }
  return hash;
}

function isAlike({ words, starts, strings }: FlatBtf, a: TypeId, b: TypeId): boolean {
  const startA = starts[a];
  const startB = starts[b];
  const length = starts[a + 1] - startA;
  if (length !== starts[b + 1] - startB) return false;
  if (words[startA + K.SIZE_OR_TYPE] !== words[startB + K.SIZE_OR_TYPE]) return false;
  for (let at = K.HEAD_WORDS; at < length; at += K.MEMBER_WORDS) {
    if (words[startA + at + K.MEMBER_OFFSET] !== words[startB + at + K.MEMBER_OFFSET]) return false;
    const nameA = words[startA + at];
    const nameB = words[startB + at];
    if (nameA !== nameB && nameA !== 0 && nameB !== 0) return false;
  }
  return sameName(strings, words[startA + K.NAME_OFF], strings, words[startB + K.NAME_OFF]);
}
