import type { TypeId } from "../../btf/btf.ts";
import * as K from "../../btf/kinds.ts";
import type { Reached } from "./change.ts";
import type { Side } from "./side.ts";

/**
 * Types that all searches of one comparison may visit. In kernels it is some thousands for each change. Beyond the
 * limit, which only crafted BTF reaches, only the nearest users are counted.
 */
const MOST_STEPS = 1 << 25;

/** Finds the types that refer to a type, by value or otherwise. Made once for a BTF, when the first change is found. */
export class Dependents {
  private readonly side: Side;
  /** `users[first[id]..first[id + 1])` are the ids of the types that refer to `id`. */
  private readonly first: Uint32Array;
  private readonly users: Uint32Array;
  /** By id: the number of the last search that visited the type. */
  private readonly seen: Uint32Array;
  private mark = 0;
  private steps = 0;
  private readonly most: number;
  /** Searches that were cut short: what they found is a lower bound. */
  cuts = 0;

  constructor(side: Side, most: number = MOST_STEPS) {
    this.side = side;
    this.most = most;
    this.seen = new Uint32Array(side.flat.typeCount);
    const { first, users } = side.users();
    this.first = first;
    this.users = users;
  }

  /** The structs and unions with a name that hold one of `ids` by value, themselves or within another one. */
  embedding(ids: readonly TypeId[]): TypeId[] {
    const found: TypeId[] = [];
    this.walk([...ids], holdsByValue, (user) => {
      if (this.isNamedComposite(user)) found.push(user);
      return true;
    });
    return found;
  }

  /**
   * The structs, unions, functions and variables that refer to one of `ids` without holding it by value: they point to
   * it, take it or return it. Only direct users count, not those that point to a user.
   */
  pointing(ids: readonly TypeId[]): TypeId[] {
    const { kinds } = this.side.flat;
    const found: TypeId[] = [];
    const pointers: TypeId[] = [];
    this.walk(
      [...ids],
      (kind) => holdsByValue(kind) || refersOnly(kind) || kind === K.VAR,
      (user) => {
        if (refersOnly(kinds[user])) pointers.push(user);
        else if (kinds[user] === K.VAR) found.push(user);
        else return !this.isNamedComposite(user);
        return false;
      },
    );
    this.walk(
      pointers,
      (kind) => kind !== K.DATASEC && kind !== K.DECL_TAG,
      (user) => {
        const isEnd = this.isNamedComposite(user) || kinds[user] === K.FUNC || kinds[user] === K.VAR;
        if (isEnd) found.push(user);
        return !isEnd;
      },
    );
    return found;
  }

  describe(id: TypeId, how: Reached["how"]): Reached {
    return { id, kind: K.kindName(this.side.flat.kinds[id]), name: this.side.text(id), how };
  }

  /**
   * Calls `found` once with each user of the types in the queue for whose kind `enter` is true. If `found` returns
   * true, the users of that user follow.
   */
  private walk(queue: TypeId[], enter: (kind: number) => boolean, found: (user: TypeId) => boolean): void {
    const { kinds } = this.side.flat;
    const { first, users, seen } = this;
    const mark = ++this.mark;
    const nearest = queue.length;
    for (const id of queue) seen[id] = mark;
    for (let at = 0; at < queue.length; at++) {
      const id = queue[at];
      if (this.steps > this.most && at >= nearest) {
        this.cuts++;
        return;
      }
      this.steps += first[id + 1] - first[id];
      for (let i = first[id]; i < first[id + 1]; i++) {
        const user = users[i];
        if (seen[user] === mark || !enter(kinds[user])) continue;
        seen[user] = mark;
        if (found(user)) queue.push(user);
      }
    }
  }

  private isNamedComposite(id: TypeId): boolean {
    return K.isComposite(this.side.flat.kinds[id]) && this.side.name(id) !== 0;
  }
}

/** Whether a type of this kind holds what it refers to by value. */
function holdsByValue(kind: number): boolean {
  return K.isComposite(kind) || K.isModifier(kind) || kind === K.ARRAY;
}

/** Whether a type of this kind refers to another without holding it. */
function refersOnly(kind: number): boolean {
  return kind === K.PTR || kind === K.FUNC_PROTO;
}
