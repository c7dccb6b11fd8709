import type { TypeId } from "../btf/btf.ts";
import { BTF_ID_SET_FORMS, type BtfIdEntry, type BtfIdSet, type BtfIdsLayout } from "../btf/btf-ids.ts";

/** A word of `.BTF_ids` that holds, or held, a type id. */
export interface BtfIdWord {
  /** Where it stood before its set was sorted. In bytes from the start of the section. */
  readonly offset: number;
  readonly id: TypeId;
  /** Its new id, 0 if there is none. */
  readonly newId: TypeId;
  /** The set it is in, if any. */
  readonly set: BtfIdSet | undefined;
  /** The type that its symbol asks for. Unknown in a set, whose elements sorting has moved away from their symbols. */
  readonly symbol: BtfIdEntry | undefined;
}

/** A renumbered `.BTF_ids`. */
export interface RemappedBtfIds {
  /** The new contents, as long as the old ones. */
  readonly bytes: Uint8Array;
  /** Ids that have no new one: 0 was written, as resolve_btfids does for a type that it does not find. */
  readonly unmapped: readonly BtfIdWord[];
  /**
   * Ids in lists and plain sets. A kernel that loads a module with a distilled base maps the ids of a set8 and leaves
   * these as they are (`btf_relocate_id` has no caller for them), so that they name other types there.
   */
  readonly outsideSet8: readonly BtfIdWord[];
}

/**
 * Gives every type id in a `.BTF_ids` section its new number and sorts the sets again; flags travel with their ids. No
 * other word changes, and id 0 stays. `mapId` gets whatever is written there and returns 0 for what has no new number.
 */
export function remapBtfIds(
  bytes: Uint8Array,
  layout: BtfIdsLayout,
  littleEndian: boolean,
  mapId: (id: TypeId) => TypeId,
): RemappedBtfIds {
  // Not `slice()`: of a Node buffer that is a view.
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  const unmapped: BtfIdWord[] = [];
  const outsideSet8: BtfIdWord[] = [];
  const remap = (offset: number, set: BtfIdSet | undefined, symbol: BtfIdEntry | undefined) => {
    const id = view.getUint32(offset, littleEndian);
    if (id === 0) return;
    const newId = mapId(id);
    view.setUint32(offset, newId, littleEndian);
    const word = { offset, id, newId, set, symbol };
    if (newId === 0) unmapped.push(word);
    if (set?.kind !== "set8") outsideSet8.push(word);
  };
  for (const set of layout.sets) {
    const { headBytes, elementBytes } = BTF_ID_SET_FORMS[set.kind];
    for (let i = 0; i < set.count; i++) remap(set.offset + headBytes + i * elementBytes, set, undefined);
    sortSet(view, set, littleEndian);
  }
  let next = 0;
  for (const entry of layout.entries) {
    while (next < layout.sets.length && layout.sets[next].offset + layout.sets[next].size <= entry.offset)
      next++;
    const inSet = next < layout.sets.length && layout.sets[next].offset <= entry.offset;
    if (!inSet) remap(entry.offset, undefined, entry);
  }
  return { bytes: out, unmapped, outsideSet8 };
}

/** The ids that a section holds, in lists and in sets. */
export function idsIn(bytes: Uint8Array, layout: BtfIdsLayout, littleEndian: boolean): TypeId[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = layout.entries.map(({ offset }) => offset);
  for (const { kind, offset, count } of layout.sets) {
    const { headBytes, elementBytes } = BTF_ID_SET_FORMS[kind];
    for (let i = 0; i < count; i++) offsets.push(offset + headBytes + i * elementBytes);
  }
  return offsets.map((offset) => view.getUint32(offset, littleEndian)).filter((id) => id !== 0);
}

/** Sorts by id as signed numbers (`cmp_id` of resolve_btfids, `btf_id_cmp_func` of the kernel's search). */
function sortSet(view: DataView, set: BtfIdSet, littleEndian: boolean): void {
  const { headBytes, elementBytes } = BTF_ID_SET_FORMS[set.kind];
  const start = set.offset + headBytes;
  const elements = Array.from({ length: set.count }, (_, i) => {
    const at = start + i * elementBytes;
    return {
      id: view.getInt32(at, littleEndian),
      flags: elementBytes === 8 ? view.getUint32(at + 4, littleEndian) : 0,
    };
  });
  elements.sort((a, b) => a.id - b.id);
  for (const [i, { id, flags }] of elements.entries()) {
    const at = start + i * elementBytes;
    view.setInt32(at, id, littleEndian);
    if (elementBytes === 8) view.setUint32(at + 4, flags, littleEndian);
  }
}
