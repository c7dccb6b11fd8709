import * as KIND from "../../../btf/kind-numbers";
import {
  ARRAY_ELEMENTS,
  ARRAY_TYPE,
  ENUMERATOR_VALUE,
  ENUMERATOR_WORDS,
  ENUMERATOR64_HIGH,
  ENUMERATOR64_WORDS,
  FIRST_INFO,
  HEAD_WORDS,
  INFO,
  MEMBER_OFFSET,
  MEMBER_TYPE,
  MEMBER_WORDS,
  NAME_OFF,
  PARAM_TYPE,
  PARAM_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { kindOfInfo, notKnown } from "../common/kinds";
import { field, flagOf, place, vlenOf } from "../common/types";
import { nameNumber, ownName, recordOf, refOf, Side } from "./side";
import { beginTuple, closeTuple, put, Tuples } from "./tuples";

/**
 * Number in `tuples` for everything that a record says, except its name (unless it is a tag) and the names of
 * parameters.
 */
export function shapeOf(side: Side, id: u32, tuples: Tuples): u32 {
  const record = recordOf(side, id);
  const info = field(record, INFO);
  const vlen = vlenOf(info);
  const kind = kindOfInfo(info);
  const third = field(record, SIZE_OR_TYPE);
  beginTuple(tuples, 4 + vlen * 4);
  put(tuples, kind === KIND.ENUM64 ? KIND.ENUM : kind);
  switch (kind) {
    case KIND.TYPEDEF:
    case KIND.PTR:
    case KIND.CONST:
    case KIND.VOLATILE:
    case KIND.RESTRICT:
      put(tuples, refOf(side, third));
      break;
    case KIND.FUNC_PROTO:
      put(tuples, refOf(side, third));
      for (let i: u32 = 0; i < vlen; i++)
        put(tuples, refOf(side, field(record, HEAD_WORDS + i * PARAM_WORDS + PARAM_TYPE)));
      break;
    case KIND.STRUCT:
    case KIND.UNION:
      put(tuples, third);
      putMembers(tuples, side, record, vlen, flagOf(info));
      break;
    case KIND.ENUM:
    case KIND.ENUM64:
      put(tuples, third);
      put(tuples, u32(flagOf(info)));
      putEnumerators(tuples, side, record, vlen, flagOf(info), kind === KIND.ENUM64);
      break;
    case KIND.ARRAY:
      put(tuples, refOf(side, field(record, ARRAY_TYPE)));
      put(tuples, field(record, ARRAY_ELEMENTS));
      break;
    case KIND.INT:
      put(tuples, third);
      put(tuples, field(record, FIRST_INFO));
      break;
    case KIND.FLOAT:
      put(tuples, third);
      break;
    case KIND.FUNC:
      put(tuples, refOf(side, third));
      put(tuples, vlen);
      break;
    case KIND.VAR:
      put(tuples, refOf(side, third));
      put(tuples, field(record, FIRST_INFO));
      break;
    case KIND.TYPE_TAG:
      put(tuples, u32(flagOf(info)));
      put(tuples, ownName(side, id));
      put(tuples, refOf(side, third));
      break;
    // Definitions are not made of these kinds.
    case KIND.FWD:
    case KIND.DATASEC:
    case KIND.DECL_TAG:
    case KIND.LOC_PARAM:
    case KIND.LOC_PROTO:
    case KIND.LOCSEC:
      put(tuples, ownName(side, id));
      break;
    default:
      notKnown(kind);
      put(tuples, ownName(side, id));
  }
  return closeTuple(tuples);
}

function putMembers(tuples: Tuples, side: Side, record: usize, vlen: u32, isFlagged: bool): void {
  let member = place(record, HEAD_WORDS);
  for (let i: u32 = 0; i < vlen; i++, member += MEMBER_WORDS << 2) {
    const offset = field(member, MEMBER_OFFSET);
    put(tuples, nameNumber(side, field(member, NAME_OFF)));
    put(tuples, refOf(side, field(member, MEMBER_TYPE)));
    put(tuples, isFlagged ? offset & 0xffffff : offset);
    put(tuples, isFlagged ? offset >>> 24 : 0);
  }
}

function putEnumerators(
  tuples: Tuples,
  side: Side,
  record: usize,
  vlen: u32,
  isSigned: bool,
  is64: bool,
): void {
  const step: usize = (is64 ? ENUMERATOR64_WORDS : ENUMERATOR_WORDS) << 2;
  let each = place(record, HEAD_WORDS);
  for (let i: u32 = 0; i < vlen; i++, each += step) {
    const low = field(each, ENUMERATOR_VALUE);
    put(tuples, nameNumber(side, field(each, NAME_OFF)));
    put(tuples, low);
    put(tuples, is64 ? field(each, ENUMERATOR64_HIGH) : isSigned && low >>> 31 === 1 ? 0xffffffff : 0);
  }
}
