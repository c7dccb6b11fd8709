import type { StringTable } from "../btf/strings.ts";

/** The strings of a table and its bases as one array, so that name offsets index it. A copy only if there is a base. */
export function flatStrings(table: StringTable): Uint8Array {
  if (table.base === null) return table.bytes;
  const flat = new Uint8Array(table.end);
  for (let part: StringTable | null = table; part !== null; part = part.base) {
    flat.set(part.bytes, part.firstOff);
  }
  return flat;
}
