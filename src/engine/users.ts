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

/** How many users of one type are told. */
const MOST_USERS = 3;

/**
 * For each of `targets`, the first named types of `split` that embed it or else use it, through unnamed types between
 * (pointers, arrays, prototypes). One pass over the split BTF makes the reverse of its references; asked only on failure.
 */
export function findUsers(split: Btf, targets: readonly TypeId[]): TypeUser[][] {
  const referrers = new Referrers(split);
  const seen = new Int32Array(split.typeCount);
  return targets.map((target, i) => {
    if (target === 0) return [];
    const embedding = namedAbove(split, referrers, target, seen, i * 2 + 1, true);
    const using = namedAbove(split, referrers, target, seen, i * 2 + 2, false);
    const rest = using.filter((id) => !embedding.includes(id));
    return [
      ...embedding.map((id) => describeUser(split, id, "embeds")),
      ...rest.map((id) => describeUser(split, id, "uses")),
    ].slice(0, MOST_USERS);
  });
}

/** Who refers to a type: the reverse of all id fields of a split BTF's own types, as ranges of one array. */
class Referrers {
  /** `from[first[id]..first[id + 1])` are the ids of the own types that refer to `id`. */
  readonly first: Uint32Array;
  readonly from: Uint32Array;

  constructor(split: Btf) {
    const { words, starts, firstId, typeCount } = split;
    this.first = new Uint32Array(typeCount + 1);
    for (let i = 0; i < starts.length - 1; i++) {
      forEachTypeId(words, starts[i], (word) => this.first[words[word] + 1]++);
    }
    for (let id = 0; id < typeCount; id++) this.first[id + 1] += this.first[id];
    this.from = new Uint32Array(this.first[typeCount]);
    const next = this.first.slice();
    for (let i = 0; i < starts.length - 1; i++) {
      forEachTypeId(words, starts[i], (word) => {
        this.from[next[words[word]]++] = firstId + i;
      });
    }
  }
}

/** Named own types above `target`, nearest first; with `byValue` only those that hold it by value. */
function namedAbove(
  split: Btf,
  referrers: Referrers,
  target: TypeId,
  seen: Int32Array,
  stamp: number,
  byValue: boolean,
): TypeId[] {
  const { words, starts, firstId } = split;
  const found: TypeId[] = [];
  const queue = [target];
  for (let next = 0; next < queue.length && found.length < MOST_USERS; next++) {
    const id = queue[next];
    for (let i = referrers.first[id]; i < referrers.first[id + 1] && found.length < MOST_USERS; i++) {
      const user = referrers.from[i];
      if (seen[user] === stamp) continue;
      seen[user] = stamp;
      const at = starts[user - firstId];
      const kind = infoKind(words[at + INFO]);
      if (byValue && !holdsByValue(words, at, kind, id)) continue;
      // Typedefs have names too, but what embeds is the struct behind them.
      const ends = words[at + NAME_OFF] !== 0 && (!byValue || isComposite(kind));
      if (ends) found.push(user);
      else queue.push(user);
    }
  }
  return found;
}

/** Whether a type that refers to `id` holds it by value: as a member, an array's element (not index), or under another name. */
function holdsByValue(words: Uint32Array, at: number, kind: number, id: TypeId): boolean {
  if (kind === ARRAY) return words[at + ARRAY_TYPE] === id;
  return isComposite(kind) || isModifier(kind);
}

function describeUser(split: Btf, id: TypeId, how: TypeUser["how"]): TypeUser {
  return { id, kind: kindName(split.kind(id)), name: split.name(id), how };
}
