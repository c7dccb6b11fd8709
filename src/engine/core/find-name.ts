import type { TypeId } from "../../btf/btf.ts";
import { essentialLength } from "../../types/flavours.ts";
import type { Side } from "./side.ts";

/** First type of a printable name and a kind (`btf__find_by_name_kind`). */
export function findName(side: Side, name: string, kind: number): TypeId | undefined {
  return side.btf.names.find(bytesOf(name), 0, kind);
}

/** All types of a printable name, of whatever kind. */
export function namedTypes(side: Side, name: string): TypeId[] {
  return side.btf.names.named(bytesOf(name), 0);
}

/** A printable name without its flavor. */
export function essentialName(name: string): string {
  return name.slice(0, essentialLength(bytesOf(name), 0));
}

function bytesOf(name: string): Uint8Array {
  return Uint8Array.from(`${name}\0`, (char) => char.charCodeAt(0));
}
