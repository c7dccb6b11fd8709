import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { BtfxError } from "../../errors.ts";
import { typeCycle } from "../../types/c-layout.ts";
import { type FlatBtf, touched } from "../../types/flat.ts";
import { LONG_WAY } from "./references.ts";
import type { Unfolding } from "./unfolding.ts";

const ORDERING = 1;
/** Nothing is left to do for the type. */
export const ORDERED = 2;
const PUSHED = 2;
const FRAME = 4;

/**
 * Puts definitions in an order that C accepts (`btf_dump_order_type`, libbpf btf_dump.c): what a type holds by value
 * comes first, what it only points to may come later. A depth-first walk with its own stack, since hostile BTF may
 * be one chain of all its types.
 *
 * For each type the walk returns 1 if it must be defined first (a strong link), else 0 (a weak one).
 */
export class TypeOrder {
  /** Definitions to emit, in an order that C accepts: the first `settled` of them, the rest belongs to a refused root. */
  queue: Uint32Array = new Uint32Array(64);
  settled = 0;
  private queued = 0;
  private readonly flat: FlatBtf;
  private readonly state: Uint8Array;
  private readonly referenced: Uint8Array;
  private readonly unfolding: Unfolding;
  /** Frames of {@link FRAME} words: id, position of the type id to go on at, whether through a pointer, whether strong so far. */
  private frames: Uint32Array = new Uint32Array(FRAME * 64);

  constructor(flat: FlatBtf, unfolding: Unfolding) {
    this.flat = flat;
    this.unfolding = unfolding;
    this.state = touched(new Uint8Array(flat.typeCount));
    this.state[0] = ORDERED;
    this.referenced = referencedTypes(flat);
  }

  /** A copy of the state of each type: {@link ORDERED} where nothing is left to do. */
  states(): Uint8Array {
    return this.state.slice();
  }

  /** Queues what must be emitted for `root` and is not queued yet. Throws `bad-type-id` if types hold themselves. */
  order(root: TypeId): void {
    if (this.state[root] === ORDERED) return;
    this.walk(root);
    this.settled = this.queued;
  }

  private walk(root: TypeId): void {
    const { words, starts, kinds, targets } = this.flat;
    const state = this.state;
    let depth = 0;
    let result = this.visit(root, 0, 0);
    for (;;) {
      if (result === PUSHED) depth++;
      else if (depth === 0) return;
      // Continue with the topmost frame: a new one, or one that a result was returned to.
      const base = (depth - 1) * FRAME;
      const frames = this.frames;
      const id = frames[base];
      const throughPtr = frames[base + 2];
      const kind = kinds[id];
      if (kind === K.PTR) {
        if (result === PUSHED) {
          result = this.visit(targets[id], 1, depth);
          continue;
        }
        state[id] = ORDERED;
      } else if (kind === K.TYPEDEF) {
        if (result === PUSHED) {
          result = this.visit(targets[id], throughPtr, depth);
          continue;
        }
        if (throughPtr === 0 || result === 1) {
          this.enqueue(id);
          state[id] = ORDERED;
          result = 1;
        }
      } else if (kind === K.FUNC_PROTO) {
        if (result === 1) frames[base + 3] = 1;
        const at = frames[base + 1];
        if (at < starts[id + 1]) {
          // The return type is in the head, the parameters follow.
          const head = starts[id] + K.SIZE_OR_TYPE;
          frames[base + 1] =
            at === head ? head + K.HEAD_WORDS - K.SIZE_OR_TYPE + K.PARAM_TYPE : at + K.PARAM_WORDS;
          result = this.visit(words[at], throughPtr, depth);
          continue;
        }
        result = frames[base + 3];
      } else {
        const end = starts[id + 1];
        const at = firstOpen(words, frames[base + 1], end, K.MEMBER_WORDS, state, ORDERED);
        if (at < end) {
          frames[base + 1] = at + K.MEMBER_WORDS;
          result = this.visit(words[at], 0, depth);
          continue;
        }
        if (words[starts[id] + K.NAME_OFF] !== 0) this.enqueue(id);
        state[id] = ORDERED;
        result = 1;
      }
      depth--;
      if (depth === 0) return;
    }
  }

  /** Returns the result for a type, or pushes a frame for it onto `depth` others and returns {@link PUSHED}. */
  private visit(typeId: TypeId, fromPtr: number, depth: number): number {
    const { words, starts, kinds, targets, typeCount } = this.flat;
    const state = this.state;
    let id = typeId;
    let throughPtr = fromPtr;
    for (let steps = 0; ; steps++) {
      if (state[id] === ORDERED) {
        if (steps > LONG_WAY) this.shorten(typeId, id);
        return 1;
      }
      const at = starts[id];
      const kind = kinds[id] as K.KindNumber;
      switch (kind) {
        case K.ARRAY:
          throughPtr = 0;
          id = targets[id];
          break;
        case K.VOLATILE:
        case K.CONST:
        case K.RESTRICT:
        case K.TYPE_TAG:
          id = targets[id];
          break;
        case K.STRUCT:
        case K.UNION: {
          const isNamed = words[at + K.NAME_OFF] !== 0;
          if (throughPtr === 1 && isNamed) return 0;
          if (state[id] === ORDERING) throw typeCycle(id);
          state[id] = ORDERING;
          this.push(depth, id, at + K.HEAD_WORDS + K.MEMBER_TYPE, throughPtr);
          return PUSHED;
        }
        case K.ENUM:
        case K.ENUM64:
        case K.FWD:
          if (words[at + K.NAME_OFF] !== 0 || this.referenced[id] === 0) this.enqueue(id);
          state[id] = ORDERED;
          return 1;
        case K.PTR: {
          // Most pointers lead to a type that is done, or to a struct that may come later.
          const target = targets[id];
          const isDone = state[target] === ORDERED;
          if (isDone || (K.isComposite(kinds[target]) && words[starts[target] + K.NAME_OFF] !== 0)) {
            state[id] = ORDERED;
            return isDone ? 1 : 0;
          }
          this.push(depth, id, at, throughPtr);
          return PUSHED;
        }
        case K.TYPEDEF:
        case K.FUNC_PROTO:
          this.push(depth, id, at + K.SIZE_OR_TYPE, throughPtr);
          return PUSHED;
        case K.UNKN:
        case K.INT:
        case K.FLOAT:
        case K.FUNC:
        case K.VAR:
        case K.DATASEC:
        case K.DECL_TAG:
        case K.LOC_PARAM:
        case K.LOC_PROTO:
        case K.LOCSEC:
          // Numbers need no definition, the others have none.
          state[id] = ORDERED;
          return 0;
        default:
          K.notKnown(kind);
          throw unknownKind(id, kind);
      }
      // A chain longer than the number of types is a cycle.
      if (steps > typeCount) throw typeCycle(id);
    }
  }

  /** Marks the references that lead to a finished type as finished, on long chains, so that they are not walked repeatedly. */
  private shorten(from: TypeId, to: TypeId): void {
    const { targets } = this.flat;
    for (let id = from; id !== to; id = targets[id]) this.state[id] = ORDERED;
  }

  private push(depth: number, id: TypeId, at: number, throughPtr: number): void {
    // A type is on its own path at most twice: once through a pointer and once not.
    if (depth > 2 * this.flat.typeCount) throw typeCycle(id);
    this.unfolding.step(id);
    const base = depth * FRAME;
    if (base === this.frames.length) this.frames = grown(this.frames);
    const frames = this.frames;
    frames[base] = id;
    frames[base + 1] = at;
    frames[base + 2] = throughPtr;
    frames[base + 3] = 0;
  }

  private enqueue(id: TypeId): void {
    if (this.queued === this.queue.length) this.queue = grown(this.queue);
    this.queue[this.queued++] = id;
  }
}

/**
 * The position of the first type id from `at` to `end`, each `step` words after the one before, whose state is not `done`;
 * `end` or more if there is none. Both walks spend most of their time here.
 */
export function firstOpen(
  words: Uint32Array,
  at: number,
  end: number,
  step: number,
  state: Uint8Array,
  done: number,
): number {
  let open = at;
  while (open < end && state[words[open]] === done) open += step;
  return open;
}

/** A copy of the array, twice as long. */
export function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/**
 * Which types are referred to (`btf_dump_mark_referenced`). An anonymous enum that is not is a definition of its
 * own. As in libbpf the return type of a prototype does not count. A plain loop, since the
 * callbacks of `forEachTypeId` would take a tenth of a whole dump.
 */
function referencedTypes(flat: FlatBtf): Uint8Array {
  const { words, starts, kinds, targets, typeCount } = flat;
  const referenced = new Uint8Array(typeCount);
  for (let id = 1; id < typeCount; id++) {
    const kind = kinds[id];
    if (kind === K.FUNC || kind > K.MAX_KIND) continue;
    if (K.ELEM_ID[kind] >= 0) {
      const step = K.ELEM_WORDS[kind];
      const end = starts[id + 1];
      for (let at = starts[id] + K.HEAD_WORDS + K.ELEM_ID[kind]; at < end; at += step)
        referenced[words[at]] = 1;
    } else if (K.HEAD_ID[kind] !== 0) {
      referenced[targets[id]] = 1;
      if (kind === K.ARRAY) referenced[words[starts[id] + K.ARRAY_INDEX_TYPE]] = 1;
    }
  }
  return referenced;
}

/** A type of a kind that only the layout section describes: only its name is known. */
function unknownKind(typeId: TypeId, kind: number): BtfxError {
  return new BtfxError("unknown-kind", `a type of unknown kind ${kind} cannot be written as C`, {
    at: { typeId },
    hint: "the BTF is newer than this version; format raw prints what is known",
  });
}
