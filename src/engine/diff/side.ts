import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import { printable } from "../../btf/strings.ts";
import { wordsAt } from "../../btf/words.ts";
import type { FlatBtf } from "../../types/flat.ts";
import { FAMILIES } from "../../wasm/constants/families.ts";
import type { DiffMachine } from "../../wasm/diff-machine.ts";

/**
 * A reference number stands for all types that look the same to the types that refer to them, in one BTF or in both.
 * For a named type it stands for its name and family of kinds, for an unnamed type for its structure. Void is 0.
 */
export type Ref = number;

/**
 * Kinds that take each other's place under one name are one family: a forward declaration and what it declares, an enum
 * and a 64-bit enum, and a struct that became a union. 0 is for kinds that are no definitions.
 */
export const FAMILY: readonly number[] = K.byKind(
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
);

/** One of the BTFs that are compared: its types with their numbers. */
export class Side {
  readonly flat: FlatBtf;
  /** By id: {@link Ref}. */
  readonly refs: Uint32Array;
  readonly #machine: DiffMachine;
  readonly #isNew: boolean;

  /** Reads the numbers that a machine has given to its new side, or to its old one. */
  constructor(flat: FlatBtf, machine: DiffMachine, isNew: boolean) {
    this.flat = flat;
    this.#machine = machine;
    this.#isNew = isNew;
    this.refs = wordsAt(this.#machine.memory.bytes, machine.code.references(isNew), flat.typeCount);
  }

  /** Number of the name at an offset, the same for the same names on both sides; 0 for the empty one. */
  nameAt(off: number): number {
    return off === 0 ? 0 : this.#machine.code.nameAt(this.#isNew, off);
  }

  /** Number of a type's name. */
  name(id: TypeId): number {
    const { words, starts } = this.flat;
    return this.nameAt(words[starts[id] + K.NAME_OFF]);
  }

  /** Name of a type for people to read, "" if it has none. */
  text(id: TypeId): string {
    const { words, starts, strings } = this.flat;
    const start = words[starts[id] + K.NAME_OFF];
    const end = strings.indexOf(0, start);
    return printable(strings.subarray(start, end < 0 ? strings.length : end));
  }

  /** Calls `visit` with each type id in a record, except the index type of an array, which is always the same. */
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
    for (let word = first; word < end; word += step) visit(this.nameAt(words[word]));
  }

  /** Number for the contents of a definition, without its name. Equal contents have equal numbers on both sides. */
  content(id: TypeId): number {
    return this.#machine.code.contentOf(this.#isNew, id);
  }

  /** The definitions of one reference number, ascending. Of several with equal content, only the first. */
  definitions(ref: Ref): TypeId[] {
    const { code } = this.#machine;
    const byContent = new Map<number, TypeId>();
    for (
      let id = code.firstDefinition(this.#isNew, ref);
      id !== 0;
      id = code.nextDefinition(this.#isNew, id)
    ) {
      const content = this.content(id);
      if (!byContent.has(content)) byContent.set(content, id);
    }
    return [...byContent.values()];
  }

  /** The users of each type: `users[first[id]..first[id + 1])` are the ids of the types that refer to `id`. */
  users(): { readonly first: Uint32Array; readonly users: Uint32Array } {
    const { code } = this.#machine;
    code.listUsers(this.#isNew);
    return {
      first: wordsAt(this.#machine.memory.bytes, code.userStarts.value, this.flat.typeCount + 1),
      users: wordsAt(this.#machine.memory.bytes, code.users.value, code.userCount.value),
    };
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
