import type { Btf, TypeId } from "./btf.ts";
import { NAME_OFF } from "./kinds.ts";
import { sameName } from "./strings.ts";

/**
 * After so many passes over all types, an index of their names (`TypeNames`) pays: it takes as long to make as several
 * passes.
 */
export const WORTH_INDEX = 8;

/**
 * Goes over the own types with the name `name`, which ends with a NUL, ascending. A pass over all types takes a
 * fraction of the time that an index takes, and few questions are about more than one name.
 */
export function* ownCalled(btf: Btf, name: Uint8Array): Generator<TypeId, void> {
  for (let i = nextCalled(btf, name, 0); i >= 0; i = nextCalled(btf, name, i + 1)) yield btf.firstId + i;
}

/** Position in `starts` of the next such type from position `from` on; -1 if there is none. */
function nextCalled({ words, starts, strings }: Btf, name: Uint8Array, from: number): number {
  const [first] = name;
  for (let i = from; i < starts.length - 1; i++) {
    const off = words[starts[i] + NAME_OFF];
    const table = off >= strings.firstOff ? strings : strings.holder(off);
    const at = off - table.firstOff;
    if (table.bytes[at] === first && sameName(table.bytes, at, name, 0)) return i;
  }
  return -1;
}
