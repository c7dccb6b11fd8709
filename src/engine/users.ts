import type { Btf, TypeId } from "../btf/btf.ts";
import { forEachTypeId } from "../btf/fields.ts";
import {
  ARRAY,
  ARRAY_TYPE,
  INFO,
  infoKind,
  isComposite,
  isModifier,
  kindName,
  NAME_OFF,
} from "../btf/kinds.ts";

/** A named type of the split BTF that leads to another one. */
export interface TypeUser {
  readonly id: TypeId;
  readonly kind: string;
  readonly name: string;
  /** `embeds`: holds it by value, its size included; `uses`: points to it, takes or returns it, renames it. */
  readonly how: "embeds" | "uses";
}

/** At most this many users of one type are reported. */
const MOST_USERS = 3;

/**
 * For each of `targets`, ids below the split BTF's own, the first named types of `split` that embed it or else use it,
 * through unnamed types between (pointers, arrays, prototypes), the nearest first. One walk for all targets; asked only
 * on failure.
 */
export function findUsers(split: Btf, targets: readonly TypeId[]): TypeUser[][] {
  const embedding = new NearestUsers(split, true);
  const using = new NearestUsers(split, false);
  return targets.map((target) => {
    if (target === 0) return [];
    const embedded = embedding.of(target);
    const rest = using.of(target).filter((id) => !embedded.includes(id));
    return [
      ...embedded.map((id) => describeUser(split, id, "embeds")),
      ...rest.map((id) => describeUser(split, id, "uses")),
    ].slice(0, MOST_USERS);
  });
}

/**
 * The nearest named users of every type. All named types set out at once and go down their references, as far as these
 * lead through types without a name; a type lets the first three pass. So each reference is followed three times at
 * most.
 */
class NearestUsers {
  readonly #split: Btf;
  readonly #byValue: boolean;
  /** Three words for each type, from 3 N on for type N: its users so far. */
  readonly #users: Uint32Array;
  readonly #counts: Uint8Array;
  /** Pairs of a type and a user that has just reached it, in the order in which they did. */
  readonly #reached: TypeId[] = [];

  /** With `byValue` users are structs and unions that hold a type by value, through typedefs, qualifiers and arrays. */
  constructor(split: Btf, byValue: boolean) {
    this.#split = split;
    this.#byValue = byValue;
    this.#users = new Uint32Array(split.typeCount * MOST_USERS);
    this.#counts = new Uint8Array(split.typeCount);
    const { firstId, typeCount } = split;
    for (let id = firstId; id < typeCount; id++) if (this.#isUser(id)) this.#goDown(id, id);
    for (let next = 0; next < this.#reached.length; next += 2) {
      const id = this.#reached[next];
      if (id >= firstId && !this.#isUser(id)) this.#goDown(id, this.#reached[next + 1]);
    }
  }

  of(target: TypeId): TypeId[] {
    const first = target * MOST_USERS;
    return Array.from(this.#users.subarray(first, first + this.#counts[target]));
  }

  /** A typedef has a name too, but the struct that uses it is the one that embeds. */
  #isUser(id: TypeId): boolean {
    const { words, starts, firstId } = this.#split;
    const at = starts[id - firstId];
    return words[at + NAME_OFF] !== 0 && (!this.#byValue || isComposite(infoKind(words[at + INFO])));
  }

  /** Notes `user` with the types that `id` refers to, or holds by value. */
  #goDown(id: TypeId, user: TypeId): void {
    const { words, starts, firstId } = this.#split;
    const at = starts[id - firstId];
    const kind = infoKind(words[at + INFO]);
    if (!this.#byValue || isComposite(kind) || isModifier(kind)) {
      forEachTypeId(words, at, (word) => this.#note(words[word], user));
    } else if (kind === ARRAY) {
      // The index type is not held.
      this.#note(words[at + ARRAY_TYPE], user);
    }
  }

  #note(id: TypeId, user: TypeId): void {
    const count = this.#counts[id];
    if (count === MOST_USERS) return;
    const first = id * MOST_USERS;
    for (let i = 0; i < count; i++) if (this.#users[first + i] === user) return;
    this.#users[first + count] = user;
    this.#counts[id] = count + 1;
    this.#reached.push(id, user);
  }
}

function describeUser(split: Btf, id: TypeId, how: TypeUser["how"]): TypeUser {
  return { id, kind: kindName(split.kind(id)), name: split.name(id), how };
}
