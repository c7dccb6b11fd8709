import type { TypeId } from "../../btf/btf.ts";
import { FUNC, NAME_OFF, VAR } from "../../btf/kinds.ts";
import { sameName } from "../../btf/strings.ts";
import { essentialLength } from "../../types/flavours.ts";
import type { Side } from "./side.ts";

/** First own type of a printable name and a kind (`btf__find_by_name_kind_own`; a vmlinux owns all of its types). */
export function findName(side: Side, name: string, kind: number): TypeId | undefined {
  const bytes = bytesOf(name);
  if (side.isIndexed()) return side.btf.names.find(bytes, 0, kind);
  const { kinds, firstId } = side.btf;
  for (let i = kinds.indexOf(kind); i >= 0; i = kinds.indexOf(kind, i + 1)) {
    if (isCalled(side, i, bytes)) return firstId + i;
  }
  return undefined;
}

/** First own type of a printable name that is no function and no variable. */
export function findType(side: Side, name: string): TypeId | undefined {
  const bytes = bytesOf(name);
  const isType = (kind: number) => kind !== FUNC && kind !== VAR;
  const { kinds, firstId } = side.btf;
  if (side.isIndexed()) return side.btf.names.named(bytes, 0).find((id) => isType(kinds[id - firstId]));
  for (let i = 0; i < kinds.length; i++) if (isType(kinds[i]) && isCalled(side, i, bytes)) return firstId + i;
  return undefined;
}

/** Whether own type number `i` has the name. */
function isCalled({ btf }: Side, i: number, name: Uint8Array): boolean {
  const nameOff = btf.words[btf.starts[i] + NAME_OFF];
  if (nameOff === 0) return name.length === 1;
  const table = nameOff >= btf.strings.firstOff ? btf.strings : btf.strings.holder(nameOff);
  const at = nameOff - table.firstOff;
  return table.bytes[at] === name[0] && sameName(table.bytes, at, name, 0);
}

/** A printable name without its flavor. */
export function essentialName(name: string): string {
  return name.slice(0, essentialLength(bytesOf(name), 0));
}

function bytesOf(name: string): Uint8Array {
  return Uint8Array.from(`${name}\0`, (char) => char.charCodeAt(0));
}
