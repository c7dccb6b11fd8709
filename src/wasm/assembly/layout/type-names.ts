import * as K from "../../../btf/kind-numbers";
import { HEAD_WORDS, INFO, PARAM_TYPE, PARAM_WORDS, UNKN } from "../../../btf/record-words";
import { take, takeZeros } from "../common/arena";
import { notKnown } from "../common/kinds";
import { limitNesting } from "../common/nesting";
import { makeRoom, put } from "../common/text";
import { field, flagOf, kindOf, nameOf, place, recordOf, targetOf, typeCount, vlenOf } from "../common/types";
import { NO_NAME } from "./columns";
import {
  bufferLength,
  bufferStart,
  clearBuffer,
  emptyBuffer,
  keep,
  keepAsBefore,
  say,
  sayName,
  saySpaces,
} from "./name-buffer";
import { countParameters } from "./unfolding";

// Writes names of types as pahole does, in one line, with qualifiers in front (`tag__name`, `ftype__fprintf`,
// dwarves_fprintf.c).

/** Bytes of pahole's buffer for names, with the NUL. Longer names are cut. */
const NAME_BUFFER: usize = 128;
/** The same for the name of a type that a pointer leads to. */
const POINTEE_BUFFER: usize = 1024;
/** The same for the name of a type that a typedef stands for. */
const ALIASED_BUFFER: usize = 512;

/** By id: address of the name, with its length in the first byte; 0 if the name was not made yet. */
let known: usize = 0;
/** How deep the types in the current name are nested. */
let depth: u32 = 0;

/** Forgets the names of earlier types. */
export function startTypeNames(): void {
  known = takeZeros(u64(typeCount) << 2);
}

/** Writes the name of a type, which is made once. */
export function writeTypeName(id: u32): void {
  let at: usize = load<u32>(known + (id << 2));
  if (at === 0) {
    begin();
    typeName(id, NAME_BUFFER);
    const length = bufferLength();
    at = take(length + 1);
    store<u8>(at, u8(length));
    memory.copy(at + 1, bufferStart(), length);
    store<u32>(known + (id << 2), u32(at));
  }
  makeRoom();
  put(at + 1, load<u8>(at));
}

/** Writes the name of a type that a typedef stands for, for which pahole has a larger buffer. */
export function writeAliasedName(id: u32): void {
  begin();
  typeName(id, ALIASED_BUFFER);
  emptyBuffer();
}

/** Writes a function called `name`, or a pointer to one. The type of its result takes `columns` columns. */
export function writePrototype(id: u32, name: u32, isPointer: bool, columns: i32): void {
  begin();
  prototype(id, name, isPointer, columns);
  emptyBuffer();
}

function begin(): void {
  clearBuffer();
  depth = 0;
}

function typeName(id: u32, room: usize): void {
  limitNesting(++depth, id);
  countParameters(id, 1);
  const before = keep(room - 1);
  uncutName(id, room);
  keepAsBefore(before);
  depth--;
}

function uncutName(id: u32, room: usize): void {
  const kind = kindOf(id);
  switch (kind) {
    case UNKN:
      say("void");
      break;
    case K.INT:
      numberName(id);
      break;
    case K.FLOAT:
      // BTF does not say what kind of number it is, and pahole takes each for a short one (`create_new_float_type`).
      say("single ");
      numberName(id);
      break;
    case K.PTR:
      pointerName(id);
      break;
    case K.VOLATILE:
      say("volatile ");
      typeName(targetOf(id), NAME_BUFFER);
      say(" ");
      break;
    case K.CONST:
      say("const ");
      typeName(targetOf(id), NAME_BUFFER);
      say(" ");
      break;
    case K.RESTRICT:
      typeName(targetOf(id), NAME_BUFFER);
      say(" restrict ");
      break;
    case K.ARRAY:
    case K.TYPE_TAG:
      typeName(targetOf(id), room);
      break;
    case K.FUNC_PROTO:
      prototype(id, NO_NAME, false, 0);
      break;
    case K.STRUCT:
      say("struct ");
      sayName(nameOf(id));
      break;
    case K.UNION:
      say("union ");
      sayName(nameOf(id));
      break;
    case K.FWD:
      if (flagOf(field(recordOf(id), INFO))) say("union ");
      else say("struct ");
      sayName(nameOf(id));
      break;
    case K.ENUM:
    case K.ENUM64:
      say("enum ");
      sayName(nameOf(id));
      break;
    case K.TYPEDEF:
    case K.FUNC:
    case K.VAR:
    case K.DATASEC:
    case K.DECL_TAG:
    case K.LOC_PARAM:
    case K.LOC_PROTO:
    case K.LOCSEC:
      sayName(nameOf(id));
      break;
    default:
      notKnown(kind);
      sayName(nameOf(id));
  }
}

function numberName(id: u32): void {
  const own = nameOf(id);
  if (own === 0) say("nameless base type!");
  else sayName(own);
}

/** The name of a pointer. For a pointer to a const pointer, the `const` goes behind the first star. */
function pointerName(id: u32): void {
  const pointee = targetOf(id);
  if (kindOf(pointee) === K.CONST && kindOf(targetOf(pointee)) === K.PTR) {
    typeName(targetOf(pointee), POINTEE_BUFFER);
    say(" const *");
  } else {
    typeName(pointee, POINTEE_BUFFER);
    say(" *");
  }
}

function prototype(id: u32, name: u32, isPointer: bool, columns: i32): void {
  const start = bufferLength();
  typeName(targetOf(id), NAME_BUFFER);
  // Only the outermost prototype has columns, and it begins with an empty buffer.
  if (columns !== 0) saySpaces(abs(columns) - i32(bufferLength() - start));
  say(isPointer ? " (*" : " (");
  if (name !== NO_NAME) sayName(name);
  say(")");
  parameters(id);
}

function parameters(id: u32): void {
  const record = recordOf(id);
  const count = vlenOf(field(record, INFO));
  countParameters(id, 1 + count);
  let isVariadic = false;
  let isFirst = true;
  let at = place(record, HEAD_WORDS);
  for (let left = count; left > 0; left--, at = place(at, PARAM_WORDS)) {
    const type = field(at, PARAM_TYPE);
    if (type === 0) {
      isVariadic = true;
      continue;
    }
    say(isFirst ? "(" : ", ");
    isFirst = false;
    const name = field(at, 0);
    parameter(type, name === 0 ? NO_NAME : name);
  }
  if (isFirst) say("(void)");
  else say(isVariadic ? ", ...)" : ")");
}

function parameter(type: u32, name: u32): void {
  if (kindOf(type) === K.PTR && kindOf(targetOf(type)) === K.FUNC_PROTO) {
    nested(targetOf(type), name, true);
  } else if (kindOf(type) === K.FUNC_PROTO) {
    say("inline ");
    nested(type, name, false);
  } else {
    typeName(type, NAME_BUFFER);
    if (name === NO_NAME) return;
    say(" ");
    sayName(name);
  }
}

function nested(id: u32, name: u32, isPointer: bool): void {
  limitNesting(++depth, id);
  prototype(id, name, isPointer, 0);
  depth--;
}
