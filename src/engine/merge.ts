import type { Btf, TypeId } from "../btf/btf.ts";
import { encodeBtf, formOf } from "../btf/encode.ts";
import { refuseEndlessText } from "../btf/endless-text.ts";
import { chainOf, layTypes, SLACK } from "../btf/lay.ts";
import { HASH_FACTOR, HASH_START } from "../btf/strings.ts";
import { wordsAt } from "../btf/words.ts";
import { BtfxError } from "../errors.ts";
import { MergeMachine } from "../wasm/merge-machine.ts";
import { dedupEffort } from "./dedup/dedup-effort.ts";
import { mergeColumns } from "./dedup/kinds.ts";
import { refuseMerge } from "./dedup/merge-errors.ts";
import { refuseUnknown } from "./rewritable.ts";

/** Several split BTFs as one. */
export interface Merged {
  /** The merged BTF, split on the same base, in the base's byte order. */
  readonly bytes: Uint8Array;
  /**
   * New id of a type of the split BTF number `index`. One of the base may have changed too, if it was only a
   * declaration there.
   */
  readonly mapId: (index: number, id: TypeId) => TypeId;
}

/**
 * Merges BTFs that are split on one base: all types one after the other (`btf__add_btf` of libbpf), then each once
 * (`btf__dedup`), forward declarations resolved where another BTF defines the type: the types, their order and their
 * ids are those of libbpf. What is in the base already is not repeated. Throws `wrong-base` if one is split on another
 * base, `unknown-kind`, `bad-type-id` for loops and references that no C has, `unsupported` for types that cannot be
 * told apart in reasonable time and for names without end.
 */
export function mergeSplits(base: Btf, splits: readonly Btf[]): Merged {
  refuseUnknown(base);
  for (const split of splits) {
    if (split.base !== base) {
      throw new BtfxError("wrong-base", "only BTFs that are split on the same base can be merged");
    }
    refuseUnknown(split);
    refuseEndlessText(split, true);
  }
  const merger = new MergeMachine(refuseMerge);
  const { code, memory } = merger;
  const firstId = base.typeCount;
  const added = layGraph(base, splits, merger);
  code.merge(firstId, dedupEffort(added.typeCount));
  const words = wordsAt(memory.bytes, code.keptTypes(), code.keptWords());
  const ids = wordsAt(memory.bytes, code.newIds(), added.typeCount);
  const stringsAt = code.addedStrings() >>> 0;
  const strings = memory.bytes.slice(stringsAt, stringsAt + code.addedBytes());
  const mapId = (index: number, id: TypeId): TypeId => ids[id < firstId ? id : id + added.shifts[index]];
  return { bytes: encodeBtf(words, strings, formOf(base)), mapId };
}

/** The graph of types that was laid: how many they are, and by how much the own ids of each split were raised. */
interface LaidGraph {
  readonly typeCount: number;
  readonly shifts: readonly number[];
}

/**
 * Lays the base and the splits end to end, and has the splits added: own types get the next ids, own names the offset
 * that the base or an earlier split has for them.
 */
function layGraph(base: Btf, splits: readonly Btf[], merger: MergeMachine): LaidGraph {
  const { code, memory } = merger;
  const ownStrings = splits.reduce((sum, { strings }) => sum + strings.bytes.length + SLACK, 0);
  const at = layTypes(merger, [...chainOf(base), ...splits], base.strings, ownStrings);
  memory.bytes.set(mergeColumns(), code.kindTable());
  const typeCount = splits.reduce((count, { starts }) => count + starts.length - 1, base.typeCount);
  const { end } = base.strings;
  code.begin(at.words, at.starts, at.kinds, typeCount, at.strings, end, ownStrings, HASH_START, HASH_FACTOR);
  let first = base.typeCount;
  let ownAt = at.more;
  const shifts = splits.map(({ starts, strings, firstId }) => {
    const shift = first - firstId;
    const before = first;
    first += starts.length - 1;
    memory.bytes.set(strings.bytes, ownAt);
    code.addSplit(before, first, firstId, ownAt, strings.bytes.length, strings.firstOff);
    ownAt += strings.bytes.length + SLACK;
    return shift;
  });
  return { typeCount, shifts };
}
