import * as K from "../../../btf/kind-numbers";
import { ARRAY_ELEMENTS, FIRST_INFO, INFO, SIZE_OR_TYPE } from "../../../btf/record-words";
import { TOO_LARGE, TYPE_CYCLE } from "../../constants/refusal-codes";
import { giveBack, mark, take, takeZeros } from "../common/arena";
import { behind } from "../common/behind";
import { refuse } from "../common/host";
import { notKnown } from "../common/kinds";
import { field, kindOf, recordOf, targetOf, typeCount, vlenOf } from "../common/types";

// Sizes of types in bytes, as pahole counts them. They are computed once. Nested arrays soon exceed what 64 bits hold,
// so the sizes of arrays are floating-point numbers, which are exact up to the largest size that is allowed.

/** Largest size that is allowed, 2^53 - 1. */
const LARGEST: f64 = 9007199254740991;

/** Bytes of a pointer. */
export let pointerSize: u32 = 8;
/** By id: 1 + the size of a type, 0 if not computed yet or too large. */
let sizes: usize = 0;
/** By id: 1 + the size of an array, 0 if not computed yet or too large. */
let arraySizes: usize = 0;

/** Forgets the sizes of earlier types. */
export function startSizes(bytesOfPointer: u32): void {
  pointerSize = bytesOfPointer;
  sizes = takeZeros(u64(typeCount) << 2);
  arraySizes = takeZeros(u64(typeCount) << 3);
}

/**
 * Size of a type (`tag__size`, dwarves.c). An INT has as many bytes as its bits need; an empty struct of one byte has
 * size 0. Refuses a type of more than 2^53 bytes.
 */
export function sizeOf(type: u32): i64 {
  const known = load<u32>(sizes + (type << 2));
  if (known !== 0) return i64(known - 1);
  const size = newSizeOf(type);
  if (size < i64(u32.MAX_VALUE)) store<u32>(sizes + (type << 2), u32(size) + 1);
  return size;
}

function newSizeOf(type: u32): i64 {
  const id = behind(type);
  if (kindOf(id) !== K.ARRAY) return ownSize(id);
  const known = load<f64>(arraySizes + (id << 3));
  const size = known === 0 ? arraySize(id) : known - 1;
  // Also refuses NaN, the size of an array of no elements of infinite size.
  if (!(size <= LARGEST)) refuse(TOO_LARGE, type);
  return i64(size);
}

/** Whether the type behind typedefs, qualifiers and tags is a number. */
export function isScalar(type: u32): bool {
  const kind = kindOf(behind(type));
  return kind === K.INT || kind === K.FLOAT || kind === K.ENUM || kind === K.ENUM64;
}

function arraySize(array: u32): f64 {
  // List the nested arrays, down to an element that is no array or whose size is known.
  const before = mark();
  let count: u32 = 0;
  let id = array;
  for (; isNewArray(id); count++) {
    if (count > typeCount) refuse(TYPE_CYCLE, id);
    // Pieces of eight bytes lie one behind the other.
    store<u32>(take(8), id);
    id = behind(targetOf(id));
  }
  let size = kindOf(id) === K.ARRAY ? load<f64>(arraySizes + (id << 3)) - 1 : f64(ownSize(id));
  for (; count > 0; count--) {
    const outer = load<u32>(before + ((count - 1) << 3));
    size *= f64(field(recordOf(outer), ARRAY_ELEMENTS));
    if (size <= LARGEST) store<f64>(arraySizes + (outer << 3), size + 1);
  }
  giveBack(before);
  return size;
}

function isNewArray(id: u32): bool {
  return kindOf(id) === K.ARRAY && load<f64>(arraySizes + (id << 3)) === 0;
}

/** Size of a type that is neither an array nor a modifier. */
function ownSize(id: u32): u32 {
  const kind = kindOf(id);
  switch (kind) {
    case K.INT:
      return ((field(recordOf(id), FIRST_INFO) & 0xff) + 7) >>> 3;
    case K.PTR:
    case K.FUNC_PROTO:
      return pointerSize;
    case K.ENUM:
    case K.ENUM64: {
      const size = field(recordOf(id), SIZE_OR_TYPE);
      return size === 0 ? 4 : size;
    }
    case K.STRUCT:
    case K.UNION: {
      const record = recordOf(id);
      const size = field(record, SIZE_OR_TYPE);
      return size === 1 && vlenOf(field(record, INFO)) === 0 ? 0 : size;
    }
    case K.FLOAT:
      return field(recordOf(id), SIZE_OR_TYPE);
    case K.FWD:
    case K.ARRAY:
    case K.TYPEDEF:
    case K.VOLATILE:
    case K.CONST:
    case K.RESTRICT:
    case K.TYPE_TAG:
    case K.FUNC:
    case K.VAR:
    case K.DATASEC:
    case K.DECL_TAG:
    case K.LOC_PARAM:
    case K.LOC_PROTO:
    case K.LOCSEC:
      return 0;
    default:
      notKnown(kind);
      return 0;
  }
}
