import * as K from "../../../btf/kind-numbers";
import { HEAD_WORDS, MEMBER_TYPE, MEMBER_WORDS, PARAM_WORDS, SIZE_OR_TYPE } from "../../../btf/record-words";
import { take } from "../common/arena";
import { notKnown } from "../common/kinds";
import { endOf, kindOf, nameOf, place, recordOf, targetOf, typeCount } from "../common/types";
import { firstOpen, ORDERED, stateOf } from "./order";

/** More passes are not worth their time. */
const MOST_PASSES: u32 = 8;

/** By id: a copy of the state in `order`, in which types that lead to no definition count as ordered too. */
let states: usize = 0;

/**
 * Filters the `count` ids at `ids`, in place: keeps those that may lead to a definition that is not queued yet, in
 * their order. Returns their number. A superfluous id costs time, but changes nothing in the output.
 */
export function keepLive(ids: usize, count: u32): u32 {
  states = take(typeCount);
  for (let id: u32 = 0; id < typeCount; id++) store<u8>(states + id, u8(stateOf(id)));
  let hasChanged = true;
  for (let pass: u32 = 0; pass < MOST_PASSES && hasChanged; pass++) {
    hasChanged = false;
    for (let i: u32 = 0; i < count; i++) {
      // The direction alternates, since references may point forward and backward.
      const id = load<u32>(ids + ((pass & 1 ? count - 1 - i : i) << 2));
      if (isOrdered(id) || leadsToLive(id)) continue;
      store<u8>(states + id, u8(ORDERED));
      hasChanged = true;
    }
  }
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const id = load<u32>(ids + (i << 2));
    if (isOrdered(id)) continue;
    store<u32>(ids + (kept << 2), id);
    kept++;
  }
  return kept;
}

function isOrdered(id: u32): bool {
  return load<u8>(states + id) === ORDERED;
}

function leadsToLive(id: u32): bool {
  const record = recordOf(id);
  const kind = kindOf(id);
  switch (kind) {
    case K.PTR:
    case K.TYPE_TAG:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.ARRAY:
      return !isOrdered(targetOf(id));
    case K.FUNC_PROTO:
      // The return type is in the head, the parameters follow.
      return hasOpen(place(record, SIZE_OR_TYPE), endOf(id), PARAM_WORDS);
    case K.STRUCT:
    case K.UNION:
      return nameOf(id) !== 0 || hasOpen(place(record, HEAD_WORDS + MEMBER_TYPE), endOf(id), MEMBER_WORDS);
    case K.INT:
    case K.FLOAT:
    case K.ENUM:
    case K.ENUM64:
    case K.FWD:
    case K.TYPEDEF:
    case K.FUNC:
    case K.VAR:
    case K.DATASEC:
    case K.DECL_TAG:
    case K.LOC_PARAM:
    case K.LOC_PROTO:
    case K.LOCSEC:
      return true;
    default:
      notKnown(kind);
      return true;
  }
}

function hasOpen(at: usize, end: usize, words: i32): bool {
  return firstOpen(at, end, words, states, ORDERED) < end;
}
