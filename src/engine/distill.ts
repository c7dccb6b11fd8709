import type { Btf, TypeId } from "../btf/btf.ts";
import { encodeBtf, formOf } from "../btf/encode.ts";
import {
  ENUM,
  ENUM64,
  HEAD_WORDS,
  isComposite,
  isEnum,
  KIND_NUMBERS,
  kindName,
  LOC_FUNC,
  LOC_WORDS,
  LOCSEC,
} from "../btf/kinds.ts";
import { COLUMNS_OF_KINDS } from "../btf/scan.ts";
import { HASH_FACTOR, HASH_START } from "../btf/strings.ts";
import { wordsFromBytes, wordsToBytes } from "../btf/words.ts";
import { BtfxError } from "../errors.ts";
import { DistillMachine } from "../wasm/distill.ts";
import {
  BASE,
  COLUMN_BYTES,
  COLUMNS,
  IS_OPAQUE,
  IS_SIZED_ENUM,
  KIND_BY_NAME,
  PLACE,
  TO_BASE,
  TO_BASE_BY_NAME,
  TO_NOWHERE,
  TO_SPLIT,
} from "../wasm/distill-places.ts";
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
 * Distils split BTFs of one base, as `btf__distill_base` of libbpf does in types, order and strings. The base is laid in memory
 * once for all of them; a split BTF costs what it holds.
 */
export class Distiller {
  readonly base: Btf;
  readonly #machine = new DistillMachine();
  /** Where in the machine's memory the strings of a split BTF follow those of the base. */
  readonly #splitAt: number;

  constructor(base: Btf) {
    refuseEndlessNames(base);
    this.base = base;
    this.#splitAt = layBase(this.#machine, base);
  }

  /**
   * Distils `split`, which must be split on this base. Throws `unknown-kind` for types that cannot be rewritten,
   * `not-distillable` if it refers to base types that a distilled base cannot hold, `too-large` without the memory for it.
   */
  distill(split: Btf): Distilled {
    if (split.base !== this.base) throw new BtfxError("not-split", "the BTF is not split on this base");
    refuseUnknown(split);
    refuseEndlessNames(split);
    const { code } = this.#machine;
    this.#mark(split);
    if (code.isDoubtful.value !== 0) {
      const used = this.#wordsIn(code.used.value, code.used.value + code.usedCount.value * 4);
      refuse(this.base, used, inlinedFunctions(split));
    }
    try {
      if (code.place() === 0)
        throw new BtfxError("too-large", "there is not enough memory for distilling these types");
      return this.#result(split);
    } finally {
      code.clear();
    }
  }

  /** Lays the split BTF behind the base, and has the base types marked that it needs. Members of named composites are not needed. */
  #mark({ words, starts, strings }: Btf): void {
    const { memory, code } = this.#machine;
    const wordsAt = aligned(this.#splitAt + strings.bytes.length);
    const startsAt = wordsAt + words.byteLength;
    const work = startsAt + starts.byteLength;
    memory.reserve(work + this.base.typeCount * 4);
    memory.bytes.set(strings.bytes, this.#splitAt);
    wordsToBytes(words, true, memory.bytes, wordsAt);
    wordsToBytes(starts, true, memory.bytes, startsAt);
    code.mark(wordsAt, startsAt, starts.length - 1, work);
  }

  /** A copy of what the machine has made. */
  #result(split: Btf): Distilled {
    const { memory, code } = this.#machine;
    const form = formOf(split);
    const [stringsAt, baseStringsEnd] = [code.newStrings.value, code.newBaseStringsEnd.value];
    const baseWords = this.#wordsIn(code.newBaseWords.value, code.newBaseEnd.value);
    const splitWords = this.#wordsIn(code.newSplitWords.value, code.newSplitEnd.value);
    const count = code.usedCount.value;
    const usedAndNew = this.#wordsIn(code.used.value, code.used.value + count * 8).slice();
    const [used, newIds] = [usedAndNew.subarray(0, count), usedAndNew.subarray(count)];
    const [firstId, copiedTypes] = [code.newFirstId.value, code.copiedCount.value];
    const firstSplitId = split.firstId;
    const shift = firstId - firstSplitId;
    return {
      base: encodeBtf(baseWords, memory.bytes.subarray(stringsAt, baseStringsEnd), form),
      split: encodeBtf(splitWords, memory.bytes.subarray(baseStringsEnd, code.newStringsEnd.value), form),
      baseTypes: firstId - 1,
      splitTypes: split.starts.length - 1 + copiedTypes,
      copiedTypes,
      mapId: (id) => (id >= firstSplitId ? id + shift : (newIds[indexOfSorted(used, id)] ?? 0)),
    };
  }

  /** Words in the machine's memory; a view where this machine has its order. */
  #wordsIn(start: number, end: number): Uint32Array {
    return wordsFromBytes(this.#machine.memory.bytes.subarray(start, end), true);
  }
}

/** Lays the table of kinds and a chain of bases into the memory, end to end. Returns where its strings end. */
function layBase({ memory, code }: DistillMachine, base: Btf): number {
  const chain: Btf[] = [];
  for (let btf: Btf | null = base; btf !== null; btf = btf.base) chain.unshift(btf);
  const bytesOfWords = chain.reduce((sum, { words }) => sum + words.byteLength, 0);
  const startsAt = BASE + bytesOfWords;
  const newIdsAt = startsAt + (base.typeCount + 1) * 4;
  const marksAt = Math.ceil((newIdsAt + base.typeCount * 4) / 8) * 8;
  const stringsAt = marksAt + Math.ceil(base.typeCount / 64) * 8;
  memory.reserve(stringsAt + base.strings.end);
  const { bytes } = memory;
  bytes.set(COLUMNS_OF_KINDS, COLUMNS);
  for (let kind = 0; kind < KIND_NUMBERS; kind++) {
    const set = (column: number, value: number) => {
      bytes[COLUMNS + column * COLUMN_BYTES + kind] = value;
    };
    set(PLACE, PLACE_NUMBERS[PLACES[kind]]);
    // ENUM64 becomes an ENUM of its size; relocation takes either for it.
    set(KIND_BY_NAME, kind === ENUM64 ? ENUM : kind);
    set(IS_OPAQUE, isComposite(kind) ? 1 : 0);
    set(IS_SIZED_ENUM, isEnum(kind) ? 1 : 0);
  }
  let wordsBefore = 0;
  for (const { words, starts, firstId, strings } of chain) {
    wordsToBytes(words, true, bytes, BASE + wordsBefore * 4);
    const shifted = wordsBefore === 0 ? starts : starts.map((start) => start + wordsBefore);
    wordsToBytes(shifted, true, bytes, startsAt + firstId * 4);
    bytes.set(strings.bytes, stringsAt + strings.firstOff);
    wordsBefore += words.length;
  }
  code.setBase(BASE, startsAt, stringsAt, base.typeCount, newIdsAt, marksAt, HASH_START, HASH_FACTOR);
  return stringsAt + base.strings.end;
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

function aligned(at: number): number {
  return Math.ceil(at / 4) * 4;
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
