import type { Btf, TypeId } from "../btf/btf.ts";
import { BtfBuilder } from "../btf/builder.ts";
import { formOf } from "../btf/encode.ts";
import { forEachNameOff, forEachTypeId } from "../btf/fields.ts";
import {
  ENUM,
  ENUM64,
  HEAD_WORDS,
  INFO,
  infoKind,
  isComposite,
  isEnum,
  kindName,
  LOC_FUNC,
  LOC_WORDS,
  LOCSEC,
  NAME_OFF,
} from "../btf/kinds.ts";
import { BtfxError } from "../errors.ts";
import { PLACES } from "./places.ts";
import { refuseEndlessNames, refuseUnknown } from "./rewritable.ts";

/** A split BTF against a distilled base, ready to write. */
export interface Distilled {
  /** The distilled base BTF: what goes into `.BTF.base`. */
  readonly base: Uint8Array;
  /** The split BTF that points into it: what goes into `.BTF`. */
  readonly split: Uint8Array;
  /** Number of types in the distilled base, without void. */
  readonly baseTypes: number;
  /** Number of types in the new split BTF: the own ones, then `copiedTypes` of the old base. */
  readonly splitTypes: number;
  readonly copiedTypes: number;
  /** New id of an old one; 0 for a base type that neither part holds. */
  readonly mapId: (id: TypeId) => TypeId;
}

/**
 * Distils split BTFs of one base, as `btf__distill_base` of libbpf does in types, order and strings. The base costs one
 * array for all of them; a split BTF costs what it holds.
 */
export class Distiller {
  readonly base: Btf;
  /** By base id: 0 unused, -1 marked, else the new id. Clean between calls. */
  readonly #newIds: Int32Array;
  readonly #newNames = new SeenNames();

  constructor(base: Btf) {
    refuseEndlessNames(base);
    this.base = base;
    this.#newIds = new Int32Array(base.typeCount);
  }

  /**
   * Distils `split`, which must be split on this base. Throws `unknown-kind` for types that cannot be rewritten and
   * `not-distillable` if it refers to base types that a distilled base cannot hold.
   */
  distill(split: Btf): Distilled {
    if (split.base !== this.base) throw new BtfxError("not-split", "the BTF is not split on this base");
    refuseUnknown(split);
    refuseEndlessNames(split);
    const used = this.#markUsed(split);
    try {
      return this.#place(split, used);
    } finally {
      for (let i = 0; i < used.length; i++) this.#newIds[used[i]] = 0;
    }
  }

  /** Marks each base type that the split BTF needs and returns their ids, ascending. Members of named composites are not needed. */
  #markUsed(split: Btf): Uint32Array {
    const newIds = this.#newIds;
    const firstSplitId = split.firstId;
    const pending: TypeId[] = [];
    const used: TypeId[] = [];
    let words = split.words;
    const mark = (word: number) => {
      const id = words[word];
      if (id === 0 || id >= firstSplitId || newIds[id] !== 0) return;
      newIds[id] = -1;
      used.push(id);
      pending.push(id);
    };
    const { starts } = split;
    for (let i = 0; i < starts.length - 1; i++) forEachTypeId(words, starts[i], mark);
    // A list of pending ids, not recursion: chains of types are as long as their maker likes.
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      const holder = this.base.holder(id);
      words = holder.words;
      const at = holder.start(id);
      if (!(isComposite(infoKind(words[at + INFO])) && words[at + NAME_OFF] !== 0))
        forEachTypeId(words, at, mark);
    }
    const sorted = new Uint32Array(used).sort();
    const refusals = this.#refusals(sorted, inlinedFunctions(split));
    if (refusals.length > 0) {
      for (const id of used) newIds[id] = 0;
      const more = refusals.length > 1 ? `; and ${refusals.length - 1} more such types` : "";
      throw new BtfxError("not-distillable", refusals[0].message + more, {
        at: { typeId: refusals[0].id },
        hint: "a module built against this base has no such references: is it the right vmlinux?",
      });
    }
    return sorted;
  }

  #refusals(used: Uint32Array, inlined: ReadonlySet<TypeId>): { id: TypeId; message: string }[] {
    const refusals: { id: TypeId; message: string }[] = [];
    for (const id of used) {
      const kind = this.base.kind(id);
      if (PLACES[kind] === "nowhere" && !inlined.has(id)) {
        refusals.push({
          id,
          message: `unexpected reference to base type[${id}] of kind [${kind}] (${kindName(kind)}) when creating distilled base BTF`,
        });
      } else if (
        isEnum(kind) &&
        this.base.nameOff(id) !== 0 &&
        ![1, 2, 4, 8].includes(this.base.sizeOrType(id))
      ) {
        refusals.push({
          id,
          message: `base type [${id}] ${kindName(kind)} '${this.base.name(id)}' has size ${this.base.sizeOrType(id)}; an enum has 1, 2, 4 or 8 bytes`,
        });
      }
    }
    return refusals;
  }

  #place(split: Btf, used: Uint32Array): Distilled {
    const newIds = this.#newIds;
    const newBase = new BtfBuilder();
    for (let i = 0; i < used.length; i++) {
      const id = used[i];
      const kind = this.base.kind(id);
      const nameOff = this.base.nameOff(id);
      const place = PLACES[kind];
      if (place === "split" || place === "nowhere" || (place === "by-name" && nameOff === 0)) continue;
      newIds[id] = newBase.nextId;
      if (place === "base") {
        const holder = this.base.holder(id);
        const at = newBase.length;
        newBase.append(holder.words, holder.start(id), holder.start(id + 1), 1);
        newBase.words[at + NAME_OFF] = addName(newBase, this.base, nameOff);
      } else {
        // ENUM64 becomes an ENUM of its size; relocation takes either for it.
        const name = addName(newBase, this.base, nameOff);
        newBase.appendHead(name, kind === ENUM64 ? ENUM : kind, this.base.sizeOrType(id));
      }
    }

    const newSplit = new BtfBuilder(newBase, split.words.length + used.length * 4);
    const ownTypes = split.starts.length - 1;
    newSplit.append(split.words, 0, split.words.length, ownTypes);
    const copiedAt: number[] = [];
    for (let i = 0; i < used.length; i++) {
      const id = used[i];
      if (newIds[id] > 0) continue;
      newIds[id] = newSplit.nextId;
      const holder = this.base.holder(id);
      copiedAt.push(newSplit.length);
      newSplit.append(holder.words, holder.start(id), holder.start(id + 1), 1);
    }
    this.#rewrite(split, newSplit, newBase.nextId, copiedAt);

    const form = formOf(split);
    const pairs = used.map((id) => newIds[id]);
    const firstSplitId = split.firstId;
    const shift = newBase.nextId - firstSplitId;
    return {
      base: newBase.encode(form),
      split: newSplit.encode(form),
      baseTypes: newBase.nextId - 1,
      splitTypes: newSplit.nextId - newBase.nextId,
      copiedTypes: copiedAt.length,
      mapId: (id) => (id >= firstSplitId ? id + shift : (pairs[indexOfSorted(used, id)] ?? 0)),
    };
  }

  /** Gives every record of the new split BTF its new ids, and its names in order of first use. */
  #rewrite(split: Btf, newSplit: BtfBuilder, newFirstId: TypeId, copiedAt: readonly number[]): void {
    const newIds = this.#newIds;
    const words = newSplit.words;
    const firstSplitId = split.firstId;
    const shift = newFirstId - firstSplitId;
    const seen = this.#newNames;
    seen.clear();
    const rename = (word: number) => {
      const nameOff = words[word];
      if (nameOff === 0) return;
      const place = seen.placeOf(nameOff);
      if (seen.oldOffs[place] !== nameOff) {
        seen.oldOffs[place] = nameOff;
        seen.newOffs[place] = addName(newSplit, split, nameOff);
      }
      words[word] = seen.newOffs[place];
    };
    const renumber = (word: number) => {
      const id = words[word];
      words[word] = id >= firstSplitId ? id + shift : newIds[id];
    };
    const { starts } = split;
    for (let i = 0; i < starts.length - 1; i++) {
      forEachNameOff(words, starts[i], rename);
      forEachTypeId(words, starts[i], renumber);
    }
    for (const at of copiedAt) {
      forEachNameOff(words, at, rename);
      forEachTypeId(words, at, renumber);
    }
  }
}

/**
 * New offsets of the names that were met last, by their old ones: most names of a module are those of parameters, which recur,
 * and asking for one by its bytes takes ten times as long.
 */
class SeenNames {
  /** 0 where nothing was met. */
  readonly oldOffs = new Int32Array(1 << SEEN_BITS);
  readonly newOffs = new Int32Array(1 << SEEN_BITS);

  clear(): void {
    this.oldOffs.fill(0);
  }

  placeOf(nameOff: number): number {
    return Math.imul(nameOff, 0x9e3779b1) >>> (32 - SEEN_BITS);
  }
}

const SEEN_BITS = 11;

/** Distils one split BTF; for many of one base, keep a {@link Distiller}. */
export function distillBase(split: Btf): Distilled {
  if (split.base === null) {
    throw new BtfxError("not-split", "standalone BTF has no base to distill", {
      hint: "give a module's split BTF",
    });
  }
  return new Distiller(split.base).distill(split);
}

/**
 * The functions that the own LOCSECs name. One that is not inlined elsewhere may be the base's; it goes to the split BTF with
 * its prototype, as the locations do.
 */
function inlinedFunctions({ words, starts, kinds }: Btf): ReadonlySet<TypeId> {
  const functions = new Set<TypeId>();
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] !== LOCSEC) continue;
    for (let place = starts[i] + HEAD_WORDS; place < starts[i + 1]; place += LOC_WORDS) {
      functions.add(words[place + LOC_FUNC]);
    }
  }
  return functions;
}

function addName(to: BtfBuilder, from: Btf, nameOff: number): number {
  if (nameOff === 0) return 0;
  const table = from.strings.holder(nameOff);
  return to.strings.add(table.bytes, nameOff - table.firstOff);
}

/** Index of `value` in an ascending array, -1 if it is not there. */
function indexOfSorted(array: Uint32Array, value: number): number {
  let low = 0;
  let high = array.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (array[middle] === value) return middle;
    if (array[middle] < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
