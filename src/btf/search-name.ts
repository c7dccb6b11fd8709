import type { Btf } from "./btf.ts";
import { NAME_OFF } from "./kinds.ts";
import { sameName } from "./strings.ts";

/**
 * Position in `starts` of the next own type with the name `name`, which ends with a NUL, from position `from` on; -1 if there is none. A pass
 * over all types takes a fraction of the time that an index takes (`TypeNames`), and few questions are about more than one name.
 */
export function nextCalled({ words, starts, strings }: Btf, name: Uint8Array, from: number): number {
  const [first] = name;
  for (let i = from; i < starts.length - 1; i++) {
    const off = words[starts[i] + NAME_OFF];
    const table = off >= strings.firstOff ? strings : strings.holder(off);
    const at = off - table.firstOff;
    if (table.bytes[at] === first && sameName(table.bytes, at, name, 0)) return i;
  }
  return -1;
}
