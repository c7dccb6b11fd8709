import * as K from "../../../btf/kind-numbers";
import {
  ARRAY_INDEX_TYPE,
  HEAD_WORDS,
  MEMBER_TYPE,
  MEMBER_WORDS,
  PARAM_TYPE,
  PARAM_WORDS,
  SIZE_OR_TYPE,
} from "../../../btf/record-words";
import { TYPE_CYCLE, UNKNOWN_KIND } from "../../constants/refusal-codes";
import { grown, take, takeZeros } from "../common/arena";
import { refuse } from "../common/host";
import { elementId, elementWords, headId, isComposite, NONE, notKnown } from "../common/kinds";
import { endOf, field, kindOf, nameOf, place, recordOf, targetOf, typeCount } from "../common/types";
import { isKnown } from "./kind-table";
import { step } from "./unfolding";

// Queues definitions in an order that C accepts (`btf_dump_order_type`, libbpf btf_dump.c): types that another type
// holds by value come before it, types that it only points to may come later. This is a depth-first walk with its own
// stack, since in hostile BTF all types may be one chain. The result of the walk for a type is STRONG if the type must
// be defined first, otherwise WEAK.

const WEAK: u32 = 0;
const STRONG: u32 = 1;
/** In place of a result: a frame was pushed, and the result is not known yet. */
const PUSHED: u32 = 2;

/** The type is being ordered. */
const ORDERING: u32 = 1;
/** Nothing is left to do for the type. */
export const ORDERED: u32 = 2;

/** Chains of references with more links than this are remembered. Compilers make shorter ones. */
export const LONG_WAY: u32 = 8;

/**
 * A frame: id, address of the type id at which to go on, whether the type was reached through a pointer, the result so
 * far.
 */
const FRAME_BYTES: u32 = 16;
const AT: usize = 4;
const THROUGH_PTR: usize = 8;
const RESULT: usize = 12;

/** The stack of frames. */
let frames: usize = 0;
let frameBytes: u32 = 0;
/**
 * Queue of definitions to emit: its address, size in bytes and length. Entries after the first `settled` belong to a
 * root that was refused.
 */
let queue: usize = 0;
let queueBytes: usize = 0;
let queued: u32 = 0;
/** Number of definitions that are to be emitted. */
export let settled: u32 = 0;
/** By id: {@link ORDERING} or {@link ORDERED}, 0 before. */
let state: usize = 0;
/** By id: 1 if other types refer to the type. */
let referenced: usize = 0;

/** Begins with an empty queue. */
export function startOrder(): void {
  frameBytes = 64 * FRAME_BYTES;
  frames = take(frameBytes);
  queueBytes = 1 << 14;
  queue = take(queueBytes);
  queued = 0;
  settled = 0;
  state = takeZeros(typeCount);
  store<u8>(state, u8(ORDERED));
  referenced = takeZeros(typeCount);
  markReferenced();
}

/** Id of a definition in the queue. */
export function queuedAt(index: u32): u32 {
  return load<u32>(queue + (index << 2));
}

/** State of a type: {@link ORDERED} if nothing is left to do. */
export function stateOf(id: u32): u32 {
  return load<u8>(state + id);
}

function setState(id: u32, to: u32): void {
  store<u8>(state + id, u8(to));
}

/** Queues the definitions that `root` needs and that are not queued yet. Refuses types that contain themselves. */
export function order(root: u32): void {
  if (stateOf(root) === ORDERED) return;
  walk(root);
  settled = queued;
}

function walk(root: u32): void {
  let depth: u32 = 0;
  let result = visit(root, 0, 0);
  while (true) {
    if (result === PUSHED) depth++;
    else if (depth === 0) return;
    // Go on with the topmost frame: a new one, or the one to which a result was returned.
    const frame = frames + (depth - 1) * FRAME_BYTES;
    const id = load<u32>(frame);
    const throughPtr = load<u32>(frame, THROUGH_PTR);
    const at: usize = load<u32>(frame, AT);
    const kind = kindOf(id);
    if (kind === K.PTR) {
      if (result === PUSHED) {
        result = visit(targetOf(id), 1, depth);
        continue;
      }
      setState(id, ORDERED);
    } else if (kind === K.TYPEDEF) {
      if (result === PUSHED) {
        result = visit(targetOf(id), throughPtr, depth);
        continue;
      }
      if (throughPtr === 0 || result === STRONG) {
        enqueue(id);
        setState(id, ORDERED);
        result = STRONG;
      }
    } else if (kind === K.FUNC_PROTO) {
      if (result === STRONG) store<u32>(frame, STRONG, RESULT);
      if (at < endOf(id)) {
        // The return type is in the head, the parameters follow.
        const head = place(recordOf(id), SIZE_OR_TYPE);
        const next = at === head ? place(recordOf(id), HEAD_WORDS + PARAM_TYPE) : place(at, PARAM_WORDS);
        store<u32>(frame, u32(next), AT);
        result = visit(load<u32>(at), throughPtr, depth);
        continue;
      }
      result = load<u32>(frame, RESULT);
    } else {
      const end = endOf(id);
      const open = firstOpen(at, end, MEMBER_WORDS, state, ORDERED);
      if (open < end) {
        store<u32>(frame, u32(place(open, MEMBER_WORDS)), AT);
        result = visit(load<u32>(open), 0, depth);
        continue;
      }
      if (nameOf(id) !== 0) enqueue(id);
      setState(id, ORDERED);
      result = STRONG;
    }
    depth--;
    if (depth === 0) return;
  }
}

/** Returns the result for a type, or pushes a frame for it on top of `depth` others and returns {@link PUSHED}. */
function visit(typeId: u32, fromPtr: u32, depth: u32): u32 {
  let id = typeId;
  let throughPtr = fromPtr;
  // A chain longer than the number of types is a cycle.
  for (let steps: u32 = 0; steps <= typeCount + 1; steps++) {
    if (stateOf(id) === ORDERED) {
      if (steps > LONG_WAY) shorten(typeId, id);
      return STRONG;
    }
    const kind = kindOf(id);
    switch (kind) {
      case K.ARRAY:
        throughPtr = 0;
        id = targetOf(id);
        break;
      case K.VOLATILE:
      case K.CONST:
      case K.RESTRICT:
      case K.TYPE_TAG:
        id = targetOf(id);
        break;
      case K.STRUCT:
      case K.UNION:
        if (throughPtr === 1 && nameOf(id) !== 0) return WEAK;
        if (stateOf(id) === ORDERING) refuse(TYPE_CYCLE, id);
        setState(id, ORDERING);
        push(depth, id, place(recordOf(id), HEAD_WORDS + MEMBER_TYPE), throughPtr);
        return PUSHED;
      case K.ENUM:
      case K.ENUM64:
      case K.FWD:
        if (nameOf(id) !== 0 || load<u8>(referenced + id) === 0) enqueue(id);
        setState(id, ORDERED);
        return STRONG;
      case K.PTR: {
        // A short way for most pointers: they lead to a type that is done, or to a struct that may come later.
        const target = targetOf(id);
        const isDone = stateOf(target) === ORDERED;
        if (isDone || (isComposite(kindOf(target)) && nameOf(target) !== 0)) {
          setState(id, ORDERED);
          return isDone ? STRONG : WEAK;
        }
        push(depth, id, recordOf(id), throughPtr);
        return PUSHED;
      }
      case K.TYPEDEF:
      case K.FUNC_PROTO:
        push(depth, id, place(recordOf(id), SIZE_OR_TYPE), throughPtr);
        return PUSHED;
      // Numbers need no definition, and types of the other kinds have none.
      case K.INT:
      case K.FLOAT:
      case K.FUNC:
      case K.VAR:
      case K.DATASEC:
      case K.DECL_TAG:
      case K.LOC_PARAM:
      case K.LOC_PROTO:
      case K.LOCSEC:
        setState(id, ORDERED);
        return WEAK;
      default:
        notKnown(kind);
        refuse(UNKNOWN_KIND, id);
    }
  }
  refuse(TYPE_CYCLE, id);
  return WEAK;
}

/** Marks the types on a long chain that leads to an ordered type as ordered, so that it is not walked again. */
function shorten(from: u32, to: u32): void {
  for (let id = from; id !== to; id = targetOf(id)) setState(id, ORDERED);
}

function push(depth: u32, id: u32, at: usize, throughPtr: u32): void {
  // A type can be on the path at most twice: reached through a pointer, and not.
  if (u64(depth) > 2 * u64(typeCount)) refuse(TYPE_CYCLE, id);
  step(id);
  const offset = depth * FRAME_BYTES;
  if (offset === frameBytes) {
    frames = grown(frames, frameBytes);
    frameBytes <<= 1;
  }
  const frame = frames + offset;
  store<u32>(frame, id);
  store<u32>(frame, u32(at), AT);
  store<u32>(frame, throughPtr, THROUGH_PTR);
  store<u32>(frame, WEAK, RESULT);
}

function enqueue(id: u32): void {
  if (queued << 2 === u32(queueBytes)) {
    queue = grown(queue, queueBytes);
    queueBytes <<= 1;
  }
  store<u32>(queue + (queued << 2), id);
  queued++;
}

/**
 * Address of the first type id whose state is not `done`, from `at` up to `end` in steps of `words`; `end` or more if
 * there is none. Ordering and emitting spend most of their time here.
 */
export function firstOpen(at: usize, end: usize, words: i32, states: usize, done: u32): usize {
  while (at < end && load<u8>(states + load<u32>(at)) === done) at = place(at, words);
  return at;
}

/**
 * Marks the types to which others refer (`btf_dump_mark_referenced`). An anonymous enum without a mark is a definition
 * of its own. As in libbpf, the return type of a prototype does not count.
 */
function markReferenced(): void {
  for (let id: u32 = 1; id < typeCount; id++) {
    const kind = kindOf(id);
    if (kind === K.FUNC || !isKnown(kind)) continue;
    const inElements = elementId(kind);
    if (inElements !== NONE) {
      const words = elementWords(kind);
      const end = endOf(id);
      for (let at = place(recordOf(id), HEAD_WORDS + inElements); at < end; at = place(at, words)) {
        store<u8>(referenced + load<u32>(at), 1);
      }
    } else if (headId(kind) !== NONE) {
      store<u8>(referenced + targetOf(id), 1);
      if (kind === K.ARRAY) store<u8>(referenced + field(recordOf(id), ARRAY_INDEX_TYPE), 1);
    }
  }
}
