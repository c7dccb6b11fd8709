import type { Btf, TypeId } from "../../btf/btf.ts";
import { FUNC, VAR } from "../../btf/kinds.ts";
import { ownCalled } from "../../btf/search-name.ts";
import { essentialLength } from "../../types/flavours.ts";
import type { Side } from "./side.ts";

/** First own type of a printable name and a kind (`btf__find_by_name_kind_own`; a vmlinux owns all of its types). */
export function findName(side: Side, name: string, kind: number): TypeId | undefined {
  const bytes = bytesOf(name);
  if (side.isIndexed()) return side.btf.names.find(bytes, 0, kind);
  return firstCalled(side.btf, bytes, (found) => found === kind);
}

/** First own type of a printable name that is no function and no variable. */
export function findType(side: Side, name: string): TypeId | undefined {
  const bytes = bytesOf(name);
  const isType = (kind: number) => kind !== FUNC && kind !== VAR;
  if (!side.isIndexed()) return firstCalled(side.btf, bytes, isType);
  return side.btf.names.named(bytes, 0).find((id) => isType(side.btf.kind(id)));
}

/** First own type of a name and a kind that fits. */
function firstCalled(btf: Btf, name: Uint8Array, fits: (kind: number) => boolean): TypeId | undefined {
  for (const id of ownCalled(btf, name)) if (fits(btf.kind(id))) return id;
  return undefined;
}

/** A printable name without its flavor. */
export function essentialName(name: string): string {
  return name.slice(0, essentialLength(bytesOf(name), 0));
}

function bytesOf(name: string): Uint8Array {
  return Uint8Array.from(`${name}\0`, (char) => char.charCodeAt(0));
}
