import type { Btf } from "../../../src/index.ts";
import {
  ARRAY,
  ARRAY_TYPE,
  forEachTypeId,
  isModifier,
  PTR,
  SIZE_OR_TYPE,
  TYPEDEF,
} from "../../../src/wire.ts";

/** More pointers and qualifiers than anyone writes. */
const MOST_STEPS = 16;

/**
 * How often other types of a BTF refer to each of its own, by place from its first id on: directly, or through
 * pointers, arrays and qualifiers, which count for what they lead to.
 */
export function useCounts({ words, starts, kinds, firstId }: Btf): Uint32Array {
  const count = kinds.length;
  const direct = new Uint32Array(count);
  const note = (word: number) => {
    const place = words[word] - firstId;
    if (place >= 0) direct[place]++;
  };
  for (let i = 0; i < count; i++) {
    // The index type of an array says nothing.
    if (kinds[i] === ARRAY) note(starts[i] + ARRAY_TYPE);
    else forEachTypeId(words, starts[i], note);
  }
  const total = direct.slice();
  for (let i = 0; i < count; i++) {
    if (!leads(kinds[i])) continue;
    let place = i;
    for (let steps = 0; steps < MOST_STEPS && place >= 0 && leads(kinds[place]); steps++) {
      place = words[starts[place] + (kinds[place] === ARRAY ? ARRAY_TYPE : SIZE_OR_TYPE)] - firstId;
    }
    if (place >= 0) total[place] += direct[i];
  }
  return total;
}

/** Whether a kind is a way to another type and no type to look for. */
function leads(kind: number): boolean {
  return kind === PTR || kind === ARRAY || (isModifier(kind) && kind !== TYPEDEF);
}
