import * as K from "../../btf/kinds.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { ORDERED, type TypeOrder } from "./order.ts";

const MOST_PASSES = 8;

/**
 * Filters `ids` to those that may still reach a definition that is not queued. Conservative: an extra id costs time, never
 * output.
 */
export function liveTypes(flat: FlatBtf, order: TypeOrder, ids: Uint32Array): Uint32Array {
  const states = order.states();
  let live = ids.slice();
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    let kept = 0;
    for (let i = 0; i < live.length; i++) {
      const id = live[i];
      if (states[id] !== ORDERED && leadsToLive(flat, states, id)) live[kept++] = id;
      else states[id] = ORDERED;
    }
    if (kept === live.length) break;
    // Alternates the direction, since references may point forward and backward.
    live = live.subarray(0, kept).reverse();
  }
  return live.sort();
}

function leadsToLive(flat: FlatBtf, states: Uint8Array, id: number): boolean {
  const { words, starts, kinds, targets } = flat;
  const kind = kinds[id] as K.KindNumber;
  switch (kind) {
    case K.PTR:
    case K.TYPE_TAG:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.ARRAY:
      return states[targets[id]] !== ORDERED;
    case K.FUNC_PROTO:
      // The return type is in the head, the parameters follow.
      for (let at = starts[id] + K.SIZE_OR_TYPE; at < starts[id + 1]; at += K.PARAM_WORDS) {
        if (states[words[at]] !== ORDERED) return true;
      }
      return false;
    case K.STRUCT:
    case K.UNION:
      if (words[starts[id] + K.NAME_OFF] !== 0) return true;
      for (let at = starts[id] + K.HEAD_WORDS + K.MEMBER_TYPE; at < starts[id + 1]; at += K.MEMBER_WORDS) {
        if (states[words[at]] !== ORDERED) return true;
      }
      return false;
    case K.INT:
    case K.ENUM:
    case K.ENUM64:
    case K.FWD:
    case K.TYPEDEF:
    case K.FLOAT:
    case K.FUNC:
    case K.VAR:
    case K.DATASEC:
    case K.DECL_TAG:
    case K.LOC_PARAM:
    case K.LOC_PROTO:
    case K.LOCSEC:
      return true;
    default:
      K.notKnown(kind);
      return true;
  }
}
