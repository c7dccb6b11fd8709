import * as K from "../../../btf/kind-numbers";
import { HEAD_WORDS, MEMBER_TYPE, MEMBER_WORDS, PARAM_WORDS, SIZE_OR_TYPE } from "../../../btf/record-words";
import { grown, take, takeZeros } from "../common/arena";
import { isComposite, notKnown } from "../common/kinds";
import { nameIs } from "../common/names";
import { literal, makeRoom } from "../common/text";
import { endOf, kindOf, nameOf, place, recordOf, targetOf, typeCount } from "../common/types";
import { writeMissingAlias } from "./base-types";
import { writeComposite, writeEnum, writeHead } from "./bodies";
import { writeForward, writeTypedef } from "./declarator";
import { firstOpen } from "./order";
import { step } from "./unfolding";

// Emits definitions, each after the forward declarations that it still needs (`btf_dump_emit_type`, libbpf btf_dump.c).
// This is a depth-first walk with its own stack. For each type the walk knows the container, the definition that the
// type is part of: 0 at the top level.

/** A frame for the type is on the stack. */
const EMITTING: u32 = 1;
/** A forward declaration of the struct, or the typedef itself, was written. */
const ANNOUNCED: u32 = 2;
/** Nothing is left to do for the type. */
const EMITTED: u32 = 4;

/** A frame: id, container, and address of the type id at which to go on. */
const FRAME_BYTES: u32 = 12;
const CONTAINER: usize = 4;
const AT: usize = 8;

let frames: usize = 0;
let frameBytes: usize = 0;
/** Bytes of the frames in use. */
let top: usize = 0;
/** By id: {@link EMITTING}, {@link ANNOUNCED}, {@link EMITTED}. */
let state: usize = 0;

/** Begins with nothing emitted. */
export function startEmitting(): void {
  frameBytes = 64 * FRAME_BYTES;
  frames = take(frameBytes);
  state = takeZeros(typeCount);
  setState(0, EMITTED);
}

function stateOf(id: u32): u32 {
  return load<u8>(state + id);
}

function setState(id: u32, to: u32): void {
  store<u8>(state + id, u8(to));
}

/** Emits the definition of a type, once. */
export function emit(root: u32): void {
  top = 0;
  visit(root, 0);
  while (top > 0) {
    const frame = frames + top - FRAME_BYTES;
    const id = load<u32>(frame);
    const container = load<u32>(frame, CONTAINER);
    let at: usize = load<u32>(frame, AT);
    const kind = kindOf(id);
    if (kind === K.TYPEDEF) {
      // 0 if the target was visited.
      if (at !== 0) {
        store<u32>(frame, 0, AT);
        visit(load<u32>(at), id);
        continue;
      }
      top -= FRAME_BYTES;
      if ((stateOf(id) & ANNOUNCED) === 0) emitTypedef(id);
      setState(id, EMITTED);
    } else if (kind === K.FUNC_PROTO) {
      // The return type is in the head, the parameters follow.
      at = firstOpen(at, endOf(id), PARAM_WORDS, state, EMITTED);
      if (at < endOf(id)) {
        store<u32>(frame, u32(place(at, PARAM_WORDS)), AT);
        visit(load<u32>(at), container);
        continue;
      }
      top -= FRAME_BYTES;
      settleWhole(id, SIZE_OR_TYPE, PARAM_WORDS);
    } else {
      at = firstOpen(at, endOf(id), MEMBER_WORDS, state, EMITTED);
      if (at < endOf(id)) {
        store<u32>(frame, u32(place(at, MEMBER_WORDS)), AT);
        visit(load<u32>(at), nameOf(id) !== 0 ? id : container);
        continue;
      }
      top -= FRAME_BYTES;
      if (container === 0) {
        makeRoom();
        writeComposite(id, 0);
        literal(END);
        setState(id, EMITTED);
      } else {
        setState(id, stateOf(id) & ANNOUNCED);
        settleWhole(id, HEAD_WORDS + MEMBER_TYPE, MEMBER_WORDS);
      }
    }
  }
}

/** Marks a prototype or anonymous struct as emitted if all types that it refers to are. */
function settleWhole(id: u32, first: i32, words: i32): void {
  const end = endOf(id);
  if (firstOpen(place(recordOf(id), first), end, words, state, EMITTED) >= end) setState(id, EMITTED);
}

/** Handles a type at once, or pushes a frame for it. */
function visit(type: u32, container: u32): void {
  let id = type;
  while (true) {
    if (stateOf(id) === EMITTED) {
      settle(type, id);
      return;
    }
    if ((stateOf(id) & EMITTING) !== 0) {
      announce(id, container);
      return;
    }
    const kind = kindOf(id);
    switch (kind) {
      case K.PTR:
      case K.VOLATILE:
      case K.CONST:
      case K.RESTRICT:
      case K.TYPE_TAG:
      case K.ARRAY:
        id = targetOf(id);
        break;
      case K.INT:
      case K.FLOAT:
        writeMissingAlias(id);
        setState(id, EMITTED);
        settle(type, id);
        return;
      case K.ENUM:
      case K.ENUM64:
        if (container === 0) {
          makeRoom();
          writeEnum(id, 0);
          literal(END);
        }
        setState(id, EMITTED);
        return;
      case K.FWD:
        writeForward(id);
        literal(END);
        setState(id, EMITTED);
        return;
      case K.TYPEDEF:
        setState(id, stateOf(id) | EMITTING);
        push(id, container, SIZE_OR_TYPE);
        return;
      case K.FUNC_PROTO:
        push(id, container, SIZE_OR_TYPE);
        return;
      case K.STRUCT:
      case K.UNION:
        // Members matter only where they are written out: at the top level and in anonymous types.
        if (container === 0 || nameOf(id) === 0) {
          setState(id, stateOf(id) | EMITTING);
          push(id, container, HEAD_WORDS + MEMBER_TYPE);
          return;
        }
        if ((stateOf(id) & ANNOUNCED) === 0) {
          if (id === container) return;
          announceHead(id);
        }
        settle(type, id);
        return;
      case K.FUNC:
      case K.VAR:
      case K.DATASEC:
      case K.DECL_TAG:
      case K.LOC_PARAM:
      case K.LOC_PROTO:
      case K.LOCSEC:
        return;
      default:
        notKnown(kind);
        return;
    }
    step(id);
  }
}

/** Marks the types on the chain from `from` to `to` as emitted: they need only `to`. */
function settle(from: u32, to: u32): void {
  for (let id = from; id !== to; id = targetOf(id)) setState(id, EMITTED);
}

/** Handles a type that is needed inside its own definition: declares the struct, or writes the typedef early. */
function announce(id: u32, container: u32): void {
  if ((stateOf(id) & ANNOUNCED) !== 0) return;
  if (kindOf(id) === K.TYPEDEF) {
    emitTypedef(id);
    setState(id, stateOf(id) | ANNOUNCED);
  } else if (isComposite(kindOf(id)) && id !== container && nameOf(id) !== 0) announceHead(id);
}

function announceHead(id: u32): void {
  makeRoom();
  writeHead(id);
  literal(END);
  setState(id, stateOf(id) | ANNOUNCED);
}

function emitTypedef(id: u32): void {
  // Built into compilers: must not be redefined.
  if (nameIs(nameOf(id), "__builtin_va_list")) return;
  writeTypedef(id);
  literal(END);
}

function push(id: u32, container: u32, word: i32): void {
  step(id);
  if (top === frameBytes) {
    frames = grown(frames, frameBytes);
    frameBytes <<= 1;
  }
  const frame = frames + top;
  store<u32>(frame, id);
  store<u32>(frame, container, CONTAINER);
  store<u32>(frame, u32(place(recordOf(id), word)), AT);
  top += FRAME_BYTES;
}

const END: string = ";\n\n";
