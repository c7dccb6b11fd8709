import type { TypeId } from "../../btf/btf.ts";
import { UNKN } from "../../btf/kinds.ts";
import type { StringTable } from "../../btf/strings.ts";
import { MISSING } from "../../wasm/constants/resolve-codes.ts";

/**
 * Types as verify sees them. A `Btf` is one; so is what the tolerant walk over refused BTF leaves behind, whose ids may
 * lead nowhere.
 */
export interface Types {
  readonly base: Types | null;
  readonly words: Uint32Array;
  /** `starts[id - firstId]` is the word position of the record, `kinds[id - firstId]` its kind. */
  readonly starts: Uint32Array;
  readonly kinds: Uint8Array;
  readonly strings: StringTable;
  readonly firstId: TypeId;
  /** Ids below this exist. */
  readonly typeCount: number;
}

export { MISSING };

/** The link of the chain of bases that holds the type. */
export function holderOf(types: Types, id: TypeId): Types {
  let holder = types;
  while (id < holder.firstId && holder.base !== null) holder = holder.base;
  return holder;
}

/** Kind of any id: 0 for void, {@link MISSING} where there is no such type. */
export function kindOf(types: Types, id: TypeId): number {
  if (id >= types.typeCount) return MISSING;
  if (id >= types.firstId) return types.kinds[id - types.firstId];
  return id === 0 || types.base === null ? UNKN : kindOf(types.base, id);
}

/** Word `field` of the record of a type that exists and is not void. */
export function wordOf(types: Types, id: TypeId, field: number): number {
  const holder = id >= types.firstId ? types : holderOf(types, id);
  return holder.words[holder.starts[id - holder.firstId] + field];
}
