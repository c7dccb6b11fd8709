import type { Btf } from "../btf/btf.ts";
import * as K from "../btf/kinds.ts";
import { ascii } from "../btf/strings.ts";
import { nameIs } from "./flat.ts";

/**
 * Size of a pointer by the INT that is named `long` in the bottommost BTF that has one (`determine_ptr_size`), 8 if
 * none is.
 */
export function pointerSizeOf(btf: Btf): number {
  const chain: Btf[] = [];
  for (let part: Btf | null = btf; part !== null; part = part.base) chain.unshift(part);
  for (const { words, starts, kinds, strings } of chain) {
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== K.INT) continue;
      const at = starts[i];
      const size = words[at + K.SIZE_OR_TYPE];
      if (size !== 4 && size !== 8) continue;
      const nameOff = words[at + K.NAME_OFF];
      const table = strings.holder(nameOff);
      if (LONG_NAMES.some((name) => nameIs(table.bytes, nameOff - table.firstOff, name))) return size;
    }
  }
  return 8;
}

/** `long_aliases` of libbpf's btf.c. */
const LONG_NAMES: readonly Uint8Array[] = [
  "long",
  "long int",
  "int long",
  "unsigned long",
  "long unsigned",
  "unsigned long int",
  "unsigned int long",
  "long unsigned int",
  "long int unsigned",
  "int unsigned long",
  "int long unsigned",
].map(ascii);
