import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { findName } from "./find-name.ts";
import type { MapSizes } from "./reach/helper-memory.ts";
import type { Side } from "./side.ts";

/**
 * Bytes of the keys and values of an object's maps, by offset in `.maps` (`parse_btf_map_def`): of the type that `key`
 * or `value` points to, or the length of the array that `key_size` or `value_size` points to.
 */
export function mapSizesOf(local: Side): ReadonlyMap<number, MapSizes> {
  const sizes = new Map<number, MapSizes>();
  const id = findName(local, ".maps", K.DATASEC);
  if (id === undefined) return sizes;
  const { words } = local.btf.holder(id);
  for (let i = 0; i < local.vlen(id); i++) {
    const at = local.element(id, i, K.SECTION_VAR_WORDS);
    sizes.set(words[at + 1], sizesOf(local, local.skip(local.word(words[at], K.SIZE_OR_TYPE))));
  }
  return sizes;
}

function sizesOf(local: Side, id: TypeId): MapSizes {
  const sizes: { key?: number; value?: number } = {};
  if (local.kind(id) !== K.STRUCT) return sizes;
  for (let i = 0; i < local.vlen(id); i++) {
    const match = /^(key|value)(_size)?$/.exec(local.btf.strings.text(local.elementName(id, i)));
    const pointer = match === null ? 0 : local.skip(local.memberType(id, i));
    if (match === null || local.kind(pointer) !== K.PTR) continue;
    const target = local.word(pointer, K.SIZE_OR_TYPE);
    const size = match[2] === undefined ? local.sizeIfAny(target) : lengthOf(local, target);
    if (size !== undefined) sizes[match[1] as "key" | "value"] = size;
  }
  return sizes;
}

function lengthOf(local: Side, id: TypeId): number | undefined {
  return local.kind(id) === K.ARRAY ? local.word(id, K.ARRAY_ELEMENTS) : undefined;
}
