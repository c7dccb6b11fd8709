import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { ascii } from "../../btf/strings.ts";
import { type FlatBtf, nameIs, touched } from "../../types/flat.ts";
import type { ByteSink } from "../sink.ts";
import type { Declarator } from "./declarator.ts";
import { firstOpen, grown } from "./order.ts";
import type { Unfolding } from "./unfolding.ts";

const EMITTING = 1;
/** A forward declaration of the struct, or the typedef itself, is written. */
const ANNOUNCED = 2;
const EMITTED = 4;
const FRAME = 3;

/**
 * Emits definitions, each after the forward declarations that it needs and that were not written yet
 * (`btf_dump_emit_type`, libbpf btf_dump.c). A depth-first walk with its own stack.
 *
 * For each type the walk knows its container, the definition that it is part of: 0 at the top level.
 */
export class DefinitionEmitter {
  private readonly flat: FlatBtf;
  private readonly sink: ByteSink;
  private readonly declarator: Declarator;
  private readonly unfolding: Unfolding;
  private readonly state: Uint8Array;
  /** Frames of {@link FRAME} words: id, container, position of the type id to go on at. */
  private frames: Uint32Array = new Uint32Array(FRAME * 64);
  private depth = 0;

  constructor(flat: FlatBtf, sink: ByteSink, declarator: Declarator, unfolding: Unfolding) {
    this.flat = flat;
    this.sink = sink;
    this.declarator = declarator;
    this.unfolding = unfolding;
    this.state = touched(new Uint8Array(flat.typeCount));
    this.state[0] = EMITTED;
  }

  /** Emits the definition of a type, once. */
  emit(root: TypeId): void {
    const { words, starts, kinds } = this.flat;
    const state = this.state;
    this.depth = 0;
    this.visit(root, 0);
    while (this.depth > 0) {
      const base = (this.depth - 1) * FRAME;
      const frames = this.frames;
      const id = frames[base];
      const container = frames[base + 1];
      let at = frames[base + 2];
      const kind = kinds[id];
      const end = starts[id + 1];
      if (kind === K.TYPEDEF) {
        // Position 0 means that the target was visited.
        if (at !== 0) {
          frames[base + 2] = 0;
          this.visit(words[at], id);
          continue;
        }
        this.depth--;
        if ((state[id] & ANNOUNCED) === 0) this.typedef(id);
        state[id] = EMITTED;
      } else if (kind === K.FUNC_PROTO) {
        // The return type is in the head, the parameters follow.
        at = firstOpen(words, at, end, K.PARAM_WORDS, state, EMITTED);
        if (at < end) {
          frames[base + 2] = at + K.PARAM_WORDS;
          this.visit(words[at], container);
          continue;
        }
        this.depth--;
        this.settleWhole(id, starts[id] + K.SIZE_OR_TYPE, K.PARAM_WORDS);
      } else {
        at = firstOpen(words, at, end, K.MEMBER_WORDS, state, EMITTED);
        if (at < end) {
          frames[base + 2] = at + K.MEMBER_WORDS;
          const isNamed = words[starts[id] + K.NAME_OFF] !== 0;
          this.visit(words[at], isNamed ? id : container);
          continue;
        }
        this.depth--;
        if (container === 0) {
          this.declarator.bodies.composite(id, 0);
          this.sink.put(END);
          state[id] = EMITTED;
        } else {
          state[id] &= ANNOUNCED;
          this.settleWhole(id, starts[id] + K.HEAD_WORDS + K.MEMBER_TYPE, 3);
        }
      }
    }
  }

  /** Marks a prototype or anonymous struct as emitted once all types that it refers to are. */
  private settleWhole(id: TypeId, first: number, step: number): void {
    const { words, starts } = this.flat;
    const end = starts[id + 1];
    if (firstOpen(words, first, end, step, this.state, EMITTED) >= end) this.state[id] = EMITTED;
  }

  /** Handles a type at once, or pushes a frame for it. */
  private visit(typeId: TypeId, container: TypeId): void {
    const { words, starts, kinds, targets } = this.flat;
    const state = this.state;
    let id = typeId;
    for (;;) {
      if (state[id] === EMITTED) {
        this.settle(typeId, id);
        return;
      }
      const kind = kinds[id] as K.KindNumber;
      if ((state[id] & EMITTING) !== 0) {
        this.announce(id, kind, container);
        return;
      }
      switch (kind) {
        case K.PTR:
        case K.VOLATILE:
        case K.CONST:
        case K.RESTRICT:
        case K.TYPE_TAG:
        case K.ARRAY:
          id = targets[id];
          break;
        case K.INT:
        case K.FLOAT:
          this.declarator.missingAlias(id);
          state[id] = EMITTED;
          this.settle(typeId, id);
          return;
        case K.ENUM:
        case K.ENUM64:
          if (container === 0) {
            this.declarator.bodies.enumeration(id, 0);
            this.sink.put(END);
          }
          state[id] = EMITTED;
          return;
        case K.FWD:
          this.declarator.forward(id);
          this.sink.put(END);
          state[id] = EMITTED;
          return;
        case K.TYPEDEF:
          state[id] |= EMITTING;
          this.push(id, container, starts[id] + K.SIZE_OR_TYPE);
          return;
        case K.FUNC_PROTO:
          this.push(id, container, starts[id] + K.SIZE_OR_TYPE);
          return;
        case K.STRUCT:
        case K.UNION:
          // Members matter only where they are written out: at the top level and in anonymous types.
          if (container === 0 || words[starts[id] + K.NAME_OFF] === 0) {
            state[id] |= EMITTING;
            this.push(id, container, starts[id] + K.HEAD_WORDS + 1);
            return;
          }
          if ((state[id] & ANNOUNCED) === 0) {
            if (id === container) return;
            this.forward(id);
          }
          this.settle(typeId, id);
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
          K.notKnown(kind);
          return;
      }
      this.unfolding.step(id);
    }
  }

  /** Marks the references between two types as emitted: they need nothing but the second. */
  private settle(from: TypeId, to: TypeId): void {
    const { targets } = this.flat;
    for (let id = from; id !== to; id = targets[id]) this.state[id] = EMITTED;
  }

  /** Handles a type that is needed inside its own definition: declares a struct, writes a typedef early. */
  private announce(id: TypeId, kind: number, container: TypeId): void {
    const state = this.state;
    if ((state[id] & ANNOUNCED) !== 0) return;
    if (kind === K.TYPEDEF) {
      this.typedef(id);
      state[id] |= ANNOUNCED;
    } else if (K.isComposite(kind) && id !== container) {
      const { words, starts } = this.flat;
      if (words[starts[id] + K.NAME_OFF] !== 0) this.forward(id);
    }
  }

  private forward(id: TypeId): void {
    this.declarator.bodies.head(id);
    this.sink.put(END);
    this.state[id] |= ANNOUNCED;
  }

  private typedef(id: TypeId): void {
    const { words, starts, strings } = this.flat;
    // A compiler built-in, which must not be redefined.
    if (nameIs(strings, words[starts[id] + K.NAME_OFF], BUILTIN_VA_LIST)) return;
    this.declarator.typedef(id);
    this.sink.put(END);
  }

  private push(id: TypeId, container: TypeId, at: number): void {
    this.unfolding.step(id);
    const base = this.depth++ * FRAME;
    if (base + FRAME > this.frames.length) this.frames = grown(this.frames);
    const frames = this.frames;
    frames[base] = id;
    frames[base + 1] = container;
    frames[base + 2] = at;
  }
}

const END = ascii(";\n\n");
const BUILTIN_VA_LIST = ascii("__builtin_va_list");
