import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { FlatBtf } from "../flat.ts";
import type { TypeOrder } from "./order.ts";

/**
 * Of `ids`, those from which a definition may be reached that is not dumped yet: all but the ones that lead only to what
 * is. `left` is one more type that may not have been dumped. Ids are taken out until none more can be, or until it is not
 * worth it: one too many costs time only.
 */
export function liveTypes(
  flat: FlatBtf,
  order: TypeOrder,
  ids: Uint32Array,
  left: TypeId | undefined,
): Uint32Array {
  const isLive = new Uint8Array(flat.typeCount);
  for (let i = 0; i < ids.length; i++) isLive[ids[i]] = order.isOrdered(ids[i]) ? 0 : 1;
  if (left !== undefined && !order.isOrdered(left)) isLive[left] = 1;
  let live = ids;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const kept = new Uint32Array(live.length);
    let count = 0;
    // To and fro, since references may point either way.
    for (let i = 0; i < live.length; i++) {
      const id = live[pass % 2 === 0 ? i : live.length - 1 - i];
      if (isLive[id] === 1 && leadsToLive(flat, isLive, id)) kept[count++] = id;
      else isLive[id] = 0;
    }
    if (pass % 2 === 1) kept.subarray(0, count).reverse();
    const isSettled = count === live.length;
    live = kept.subarray(0, count);
    if (isSettled) break;
  }
  return live;
}

const MOST_PASSES = 8;

function leadsToLive(flat: FlatBtf, isLive: Uint8Array, id: TypeId): boolean {
  const { words, starts, kinds, targets } = flat;
  switch (kinds[id]) {
    case K.PTR:
    case K.TYPE_TAG:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.ARRAY:
      return isLive[targets[id]] === 1;
    case K.FUNC_PROTO:
      // The return type stands in the head, the parameters follow.
      for (let at = starts[id] + K.SIZE_OR_TYPE; at < starts[id + 1]; at += 2) {
        if (isLive[words[at]] === 1) return true;
      }
      return false;
    case K.STRUCT:
    case K.UNION:
      if (words[starts[id] + K.NAME_OFF] !== 0) return true;
      for (let at = starts[id] + K.HEAD_WORDS + 1; at < starts[id + 1]; at += 3) {
        if (isLive[words[at]] === 1) return true;
      }
      return false;
    default:
      return true;
  }
}
