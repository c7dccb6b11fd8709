import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { printable } from "../../btf/strings.ts";
import type { FlatBtf } from "../../types/flat.ts";
import type { Names, TupleNumbers } from "./numbers.ts";

/**
 * A reference number says what a type is to those that refer to it: equal numbers are types that look the same, in one BTF or
 * in two. A named type is its name and what family of kinds it is of; an unnamed one is its structure. Void is 0.
 */
export type Ref = number;

/**
 * Kinds that take each other's place under one name are one family: a forward declaration and what it declares, an enum and
 * a 64-bit enum, and a struct that became a union. 0 is for kinds that are no definitions.
 */
export const FAMILY: Uint8Array = Uint8Array.from(
  K.byKind(
    {
      STRUCT: 1,
      UNION: 1,
      FWD: 1,
      ENUM: 2,
      ENUM64: 2,
      TYPEDEF: 3,
      INT: 4,
      FLOAT: 5,
      FUNC: 6,
      VAR: 7,
      PTR: 0,
      ARRAY: 0,
      VOLATILE: 0,
      CONST: 0,
      RESTRICT: 0,
      FUNC_PROTO: 0,
      DATASEC: 0,
      DECL_TAG: 0,
      TYPE_TAG: 0,
      LOC_PARAM: 0,
      LOC_PROTO: 0,
      LOCSEC: 0,
    },
    0,
  ),
);
/** How many numbers a name has: a reference number is the name's times this, plus its family. */
export const FAMILIES = 8;

/** Marks a type without a reference number so far, and one that leads to a ring of unnamed types. */
export const UNKNOWN = 0xffffffff;
export const IN_RING = 0xfffffffe;
const OPEN = 0xfffffffd;

/** One of the BTFs that are compared: its types with their numbers. */
export class Side {
  readonly flat: FlatBtf;
  readonly names: Names;
  /** By id: {@link Ref}. */
  readonly refs: Uint32Array;
  private readonly tuples: TupleNumbers;

  constructor(flat: FlatBtf, names: Names, tuples: TupleNumbers) {
    this.flat = flat;
    this.names = names;
    this.refs = new Uint32Array(flat.typeCount).fill(UNKNOWN);
    this.tuples = tuples;
  }

  /** Number of a type's name. */
  name(id: TypeId): number {
    const { words, starts } = this.flat;
    return this.names.at(words[starts[id] + K.NAME_OFF]);
  }

  /** Name of a type for people to read, "" if it has none. */
  text(id: TypeId): string {
    const { words, starts, strings } = this.flat;
    const start = words[starts[id] + K.NAME_OFF];
    const end = strings.indexOf(0, start);
    return printable(strings.subarray(start, end < 0 ? strings.length : end));
  }

  /** Whether the type is one that is compared by its name: a definition, not a forward declaration. */
  isDefinition(id: TypeId): boolean {
    const { words, starts, kinds } = this.flat;
    const kind = kinds[id];
    if (FAMILY[kind] === 0 || kind === K.FWD) return false;
    const at = starts[id];
    // `enum x;` is an enum without enumerators.
    return words[at + K.NAME_OFF] !== 0 && !(K.isEnum(kind) && K.infoVlen(words[at + K.INFO]) === 0);
  }

  /** Gives all types that lead to no ring of unnamed ones their reference numbers. */
  numberRefs(): void {
    const { refs, names } = this;
    const { words, starts, kinds } = this.flat;
    refs[0] = 0;
    for (let id = 1; id < refs.length; id++) {
      const family = FAMILY[kinds[id]];
      if (family === 0) continue;
      const name = names.at(words[starts[id]]);
      if (name !== 0) refs[id] = name * FAMILIES + family;
    }
    const stack: TypeId[] = [];
    for (let id = 1; id < refs.length; id++) {
      if (refs[id] !== UNKNOWN) continue;
      if (this.countUnknown(id, stack) === 0) refs[id] = unnamedRef(this.shape(id, this.tuples));
      else this.numberFrom(id, stack);
    }
  }

  /** Numbers an unnamed type and all below it, deepest first. */
  private numberFrom(first: TypeId, stack: TypeId[]): void {
    const { refs } = this;
    stack.length = 0;
    stack.push(first);
    while (stack.length > 0) {
      const id = stack[stack.length - 1];
      if (refs[id] === UNKNOWN) {
        refs[id] = OPEN;
        const height = stack.length;
        this.countUnknown(id, stack);
        if (stack.length > height) continue;
      }
      stack.pop();
      // It is on the stack twice where two refer to it.
      if (refs[id] !== OPEN) continue;
      let isInRing = false;
      this.forEachChild(id, (child) => {
        if (refs[child] === OPEN || refs[child] === IN_RING) isInRing = true;
      });
      refs[id] = isInRing ? IN_RING : unnamedRef(this.shape(id, this.tuples));
    }
  }

  /** Puts the types without a number that a record refers to on the stack, and says how many other than usual there are. */
  private countUnknown(id: TypeId, stack: TypeId[]): number {
    const { refs } = this;
    let count = 0;
    this.forEachChild(id, (child) => {
      if (refs[child] < OPEN) return;
      count++;
      if (refs[child] === UNKNOWN) stack.push(child);
    });
    return count;
  }

  /** Calls `visit` with each type that a record refers to. The type of an array's index is none of them: it is always the same. */
  forEachChild(id: TypeId, visit: (child: TypeId) => void): void {
    const { words, starts, kinds } = this.flat;
    const kind = kinds[id];
    if (kind > K.MAX_KIND || id === 0) return;
    const at = starts[id];
    const head = K.HEAD_ID[kind];
    if (head !== 0) visit(words[at + head]);
    const field = K.ELEM_ID[kind];
    if (field < 0) return;
    const step = K.ELEM_WORDS[kind];
    const first = at + K.FIXED_WORDS[kind] + field;
    const end = first + K.infoVlen(words[at + K.INFO]) * step;
    for (let word = first; word < end; word += step) visit(words[word]);
  }

  /** Calls `visit` with the number of each member's or enumerator's name. */
  forEachElementName(id: TypeId, visit: (name: number) => void): void {
    const { words, starts, kinds } = this.flat;
    const kind = kinds[id];
    if (kind > K.MAX_KIND || K.ELEM_NAME[kind] < 0) return;
    const step = K.ELEM_WORDS[kind];
    const first = starts[id] + K.FIXED_WORDS[kind] + K.ELEM_NAME[kind];
    const end = first + K.infoVlen(words[starts[id] + K.INFO]) * step;
    for (let word = first; word < end; word += step) visit(this.names.at(words[word]));
  }

  /** Number of what a definition holds, its name left out: equal contents have equal numbers on both sides. */
  content(id: TypeId): number {
    return this.shape(id, this.tuples);
  }

  /** Number in `tuples` of all that a record says, but for the name of a definition and those of parameters. */
  shape(id: TypeId, tuples: TupleNumbers): number {
    const { words, starts, kinds } = this.flat;
    const { refs } = this;
    const at = starts[id];
    const info = words[at + K.INFO];
    const third = words[at + K.SIZE_OR_TYPE];
    const vlen = K.infoVlen(info);
    const kind = kinds[id] as K.KindNumber;
    const out = tuples.room(4 + vlen * 4);
    let to = tuples.length;
    out[to++] = kind === K.ENUM64 ? K.ENUM : kind;
    switch (kind) {
      case K.TYPEDEF:
      case K.PTR:
      case K.CONST:
      case K.VOLATILE:
      case K.RESTRICT:
        out[to++] = refs[third];
        break;
      case K.FUNC_PROTO:
        out[to++] = refs[third];
        for (let i = 0; i < vlen; i++)
          out[to++] = refs[words[at + K.HEAD_WORDS + i * K.PARAM_WORDS + K.PARAM_TYPE]];
        break;
      case K.STRUCT:
      case K.UNION: {
        const kflag = K.infoKflag(info);
        out[to++] = third;
        for (let i = 0, member = at + K.HEAD_WORDS; i < vlen; i++, member += K.MEMBER_WORDS) {
          const place = words[member + K.MEMBER_OFFSET];
          out[to++] = this.names.at(words[member]);
          out[to++] = refs[words[member + K.MEMBER_TYPE]];
          out[to++] = kflag ? place & 0xffffff : place;
          out[to++] = kflag ? place >>> 24 : 0;
        }
        break;
      }
      case K.ENUM:
      case K.ENUM64: {
        const isSigned = K.infoKflag(info);
        const is64 = kind === K.ENUM64;
        const step = is64 ? K.ENUMERATOR64_WORDS : K.ENUMERATOR_WORDS;
        out[to++] = third;
        out[to++] = isSigned ? 1 : 0;
        for (let i = 0, each = at + K.HEAD_WORDS; i < vlen; i++, each += step) {
          const low = words[each + K.ENUMERATOR_VALUE];
          out[to++] = this.names.at(words[each]);
          out[to++] = low;
          out[to++] = is64
            ? words[each + K.ENUMERATOR64_HIGH]
            : isSigned && low >>> 31 === 1
              ? 0xffffffff
              : 0;
        }
        break;
      }
      case K.ARRAY:
        out[to++] = refs[words[at + K.ARRAY_TYPE]];
        out[to++] = words[at + K.ARRAY_ELEMENTS];
        break;
      case K.INT:
        out[to++] = third;
        out[to++] = words[at + K.FIRST_INFO];
        break;
      case K.FLOAT:
        out[to++] = third;
        break;
      case K.FUNC:
        out[to++] = refs[third];
        out[to++] = vlen;
        break;
      case K.VAR:
        out[to++] = refs[third];
        out[to++] = words[at + K.FIRST_INFO];
        break;
      case K.TYPE_TAG:
        out[to++] = info >>> 31;
        out[to++] = this.name(id);
        out[to++] = refs[third];
        break;
      case K.FWD:
      case K.DATASEC:
      case K.DECL_TAG:
      case K.LOC_PARAM:
      case K.LOC_PROTO:
      case K.LOCSEC:
        // Nothing that a definition is made of.
        out[to++] = this.name(id);
        break;
      default:
        K.notKnown(kind);
        out[to++] = this.name(id);
    }
    tuples.length = to;
    return tuples.close();
  }
}

/** Family of a reference, 0 for void and unnamed types; see {@link FAMILY}. */
export function familyOf(ref: Ref): number {
  return ref & (FAMILIES - 1);
}

/** Name number of a named type's reference. */
export function nameOf(ref: Ref): number {
  return (ref / FAMILIES) | 0;
}

/** The reference number of an unnamed type whose structure has the number `tuple`. */
export function unnamedRef(tuple: number): Ref {
  return tuple * FAMILIES;
}
