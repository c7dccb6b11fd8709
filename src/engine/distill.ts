import type { Btf, TypeId } from "../btf/btf.ts";
import { encodeBtf, formOf } from "../btf/encode.ts";
import { kindColumns } from "../btf/kind-columns.ts";
import { HEAD_WORDS, isEnum, kindName, LOC_FUNC, LOC_WORDS, LOCSEC } from "../btf/kinds.ts";
import { chainOf, layTypes, SLACK } from "../btf/lay.ts";
import { HASH_FACTOR, HASH_START } from "../btf/strings.ts";
import { wordsFromBytes, wordsToBytes } from "../btf/words.ts";
import { BtfxError } from "../errors.ts";
import { TO_BASE, TO_BASE_BY_NAME, TO_NOWHERE, TO_SPLIT } from "../wasm/constants/destinations.ts";
import { DistillMachine } from "../wasm/distill-machine.ts";
import { roomFor, unsigned } from "../wasm/web-assembly.ts";
import { PLACES, type Place } from "./places.ts";
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
 * Distils split BTFs of one base, as `btf__distill_base` of libbpf does in types, order and strings. The base is laid
 * in memory once for all of them; a split BTF costs what it holds.
 */
export class Distiller {
  readonly base: Btf;
  readonly #machine = new DistillMachine();

  constructor(base: Btf) {
    refuseEndlessNames(base);
    this.base = base;
    const { code, memory } = this.#machine;
    const at = layTypes(this.#machine, chainOf(base), base.strings, 0);
    memory.bytes.set(kindColumns(PLACES.map((place) => PLACE_NUMBERS[place])), code.kindTable());
    code.takeBase(at.words, at.starts, base.typeCount, at.strings, base.strings.end);
  }

  /**
   * Distils `split`, which must be split on this base. Throws `unknown-kind` for types that cannot be rewritten,
   * `not-distillable` if it refers to base types that a distilled base cannot hold, `too-large` without the memory for
   * it.
   */
  distill(split: Btf): Distilled {
    if (split.base !== this.base) throw new BtfxError("not-split", "the BTF is not split on this base");
    refuseUnknown(split);
    refuseEndlessNames(split);
    const { code } = this.#machine;
    this.#lay(split);
    code.findUsed();
    if (code.isDoubtful.value !== 0) refuse(this.base, this.#used(), inlinedFunctions(split));
    try {
      code.make(HASH_START, HASH_FACTOR);
      return this.#result(split);
    } finally {
      code.forgetNewIds();
    }
  }

  /** Lays the split BTF behind the base. */
  #lay({ words, starts, strings }: Btf): void {
    const { memory, code } = this.#machine;
    const wordsAt = roomFor(code, words.byteLength + starts.byteLength + strings.bytes.length + SLACK);
    const startsAt = wordsAt + words.byteLength;
    const stringsAt = startsAt + starts.byteLength;
    wordsToBytes(words, true, memory.bytes, wordsAt);
    wordsToBytes(starts, true, memory.bytes, startsAt);
    memory.bytes.set(strings.bytes, stringsAt);
    code.openSplit(wordsAt, startsAt, starts.length - 1, stringsAt);
  }

  /** A copy of the machine's result. */
  #result(split: Btf): Distilled {
    const { memory, code } = this.#machine;
    const form = formOf(split);
    const newIdsAt = code.listNewIds() >>> 0;
    const newIds = this.#wordsIn(newIdsAt, newIdsAt + unsigned(code.usedCount) * 4).slice();
    const used = this.#used().slice();
    const stringsAt = code.addedStrings() >>> 0;
    const splitStringsAt = stringsAt + unsigned(code.newBaseStringBytes);
    const baseWords = this.#wordsIn(unsigned(code.newBaseWords), unsigned(code.newBaseEnd));
    const baseStrings = memory.bytes.subarray(stringsAt, splitStringsAt);
    const splitWords = this.#wordsIn(unsigned(code.newSplitWords), unsigned(code.newSplitEnd));
    const splitStrings = memory.bytes.subarray(splitStringsAt, stringsAt + code.addedBytes());
    const [firstId, copiedTypes] = [unsigned(code.newFirstId), unsigned(code.copiedCount)];
    const firstSplitId = split.firstId;
    const shift = firstId - firstSplitId;
    return {
      base: encodeBtf(baseWords, baseStrings, form),
      split: encodeBtf(splitWords, splitStrings, form),
      baseTypes: firstId - 1,
      splitTypes: split.starts.length - 1 + copiedTypes,
      copiedTypes,
      mapId: (id) => (id >= firstSplitId ? id + shift : (newIds[indexOfSorted(used, id)] ?? 0)),
    };
  }

  /** The ids of the base types in use, ascending; a view. */
  #used(): Uint32Array {
    const { used, usedCount } = this.#machine.code;
    return this.#wordsIn(unsigned(used), unsigned(used) + unsigned(usedCount) * 4);
  }

  /** Words in the machine's memory, from one address up to another; a view where this machine has its order. */
  #wordsIn(start: number, end: number): Uint32Array {
    return wordsFromBytes(this.#machine.memory.bytes.subarray(start, end), true);
  }
}

const PLACE_NUMBERS: Readonly<Record<Place, number>> = {
  base: TO_BASE,
  "by-name": TO_BASE_BY_NAME,
  split: TO_SPLIT,
  nowhere: TO_NOWHERE,
};

/** Throws `not-distillable` if a distilled base cannot hold what is in use of the base. */
function refuse(base: Btf, used: Uint32Array, inlined: ReadonlySet<TypeId>): void {
  const refusals: { id: TypeId; message: string }[] = [];
  for (const id of used) {
    const kind = base.kind(id);
    if (PLACES[kind] === "nowhere" && !inlined.has(id)) {
      refusals.push({
        id,
        message: `unexpected reference to base type[${id}] of kind [${kind}] (${kindName(kind)}) when creating distilled base BTF`,
      });
    } else if (isEnum(kind) && base.nameOff(id) !== 0 && ![1, 2, 4, 8].includes(base.sizeOrType(id))) {
      refusals.push({
        id,
        message: `base type [${id}] ${kindName(kind)} '${base.name(id)}' has size ${base.sizeOrType(id)}; an enum has 1, 2, 4 or 8 bytes`,
      });
    }
  }
  if (refusals.length === 0) return;
  const more = refusals.length > 1 ? `; and ${refusals.length - 1} more such types` : "";
  throw new BtfxError("not-distillable", refusals[0].message + more, {
    at: { typeId: refusals[0].id },
    hint: "a module built against this base has no such references: is it the right vmlinux?",
  });
}

/**
 * The functions that the own LOCSECs name. One that is not inlined elsewhere may be the base's; it goes to the split
 * BTF with its prototype, as the locations do.
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
