import type { Btf, TypeId } from "../btf/btf.ts";
import { encodeBtf, formOf } from "../btf/encode.ts";
import { HEAD_WORDS } from "../btf/kinds.ts";
import { HASH_FACTOR, HASH_START, type StringTable } from "../btf/strings.ts";
import { wordsFromBytes, wordsToBytes } from "../btf/words.ts";
import { BtfxError } from "../errors.ts";
import { Merger } from "../wasm/merger.ts";
import { dedupEffort } from "./dedup/dedup-effort.ts";
import { mergeColumns } from "./dedup/kinds.ts";
import { refuseMerge } from "./dedup/refusals.ts";
import { refuseUnknown } from "./rewritable.ts";

/** Several split BTFs as one. */
export interface Merged {
  /** The merged BTF, split on the same base, in the base's byte order. */
  readonly bytes: Uint8Array;
  /** New id of a type of the split BTF number `index`. One of the base may have changed too, if it was only a declaration there. */
  readonly mapId: (index: number, id: TypeId) => TypeId;
}

/**
 * Merges BTFs that are split on one base: all types one after the other (`btf__add_btf` of libbpf), then each once
 * (`btf__dedup`), forward declarations resolved where another BTF defines the type: the types, their order and their ids are those of
 * libbpf. What is in the base already is not repeated. Throws `wrong-base` if one is split on another base, `unknown-kind`,
 * `bad-type-id` for loops and references that no C has, `unsupported` for types that cannot be told apart in reasonable time.
 */
export function mergeSplits(base: Btf, splits: readonly Btf[]): Merged {
  refuseUnknown(base);
  for (const split of splits) {
    if (split.base !== base) {
      throw new BtfxError("wrong-base", "only BTFs that are split on the same base can be merged");
    }
    refuseUnknown(split);
  }
  const merger = new Merger(refuseMerge);
  const { code, memory } = merger;
  const firstId = base.typeCount;
  const added = layGraph(base, splits, merger);
  code.merge(firstId, dedupEffort(added.typeCount));
  const copy = (at: number, length: number) => memory.bytes.slice(at >>> 0, (at >>> 0) + length);
  const words = wordsFromBytes(copy(code.keptTypes(), code.keptWords() * 4), true);
  const ids = wordsFromBytes(copy(code.newIds(), added.typeCount * 4), true);
  const strings = copy(code.addedStrings(), code.addedBytes());
  const mapId = (index: number, id: TypeId): TypeId => ids[id < firstId ? id : id + added.shifts[index]];
  return { bytes: encodeBtf(words, strings, formOf(base)), mapId };
}

/** Names are read eight bytes at a time, so up to here beyond the end. */
const SLACK = 8;

/** The graph of types that was laid: how many they are, and by how much the own ids of each split were raised. */
interface LaidGraph {
  readonly typeCount: number;
  readonly shifts: readonly number[];
}

/**
 * Lays void, the base and the splits end to end, and has the splits added: own types get the next ids, own names the offset that the
 * base or an earlier split has for them.
 */
function layGraph(base: Btf, splits: readonly Btf[], { code, memory }: Merger): LaidGraph {
  const parts: Btf[] = [...splits];
  for (let part: Btf | null = base; part !== null; part = part.base) parts.unshift(part);
  const sum = (size: (part: Btf) => number, of: readonly Btf[]) =>
    of.reduce((all, part) => all + size(part), 0);
  const wordCount = sum((part) => part.words.length, parts) + HEAD_WORDS;
  const typeCount = sum((part) => part.starts.length - 1, parts) + 1;
  const ownStrings = sum((split) => split.strings.bytes.length + SLACK, splits);
  const startsAt = wordCount * 4;
  const stringsAt = startsAt + (typeCount + 1) * 4;
  const splitStringsAt = stringsAt + base.strings.end + SLACK;
  const at = code.roomFor(splitStringsAt + ownStrings) >>> 0;
  const { bytes } = memory;
  const put = (from: Uint32Array, to: number) => wordsToBytes(from, true, bytes, at + to);

  bytes.set(mergeColumns(), code.kindTable() >>> 0);
  for (let table: StringTable | null = base.strings; table !== null; table = table.base) {
    bytes.set(table.bytes, at + stringsAt + table.firstOff);
  }
  let words = HEAD_WORDS;
  let types = 1;
  const firstIds: number[] = [];
  for (const part of parts) {
    put(part.words, words * 4);
    // The end of a part is where the next one begins.
    const before = words;
    put(
      part.starts.map((start) => before + start),
      startsAt + types * 4,
    );
    firstIds.push(types);
    words += part.words.length;
    types += part.starts.length - 1;
  }
  code.begin(
    at,
    at + startsAt,
    typeCount,
    at + stringsAt,
    base.strings.end,
    ownStrings,
    HASH_START,
    HASH_FACTOR,
  );
  let ownAt = at + splitStringsAt;
  const shifts = splits.map((split, i) => {
    const first = firstIds[parts.length - splits.length + i];
    const { strings } = split;
    memory.bytes.set(strings.bytes, ownAt);
    const end = first + split.starts.length - 1;
    code.addSplit(first, end, split.firstId, ownAt, strings.bytes.length, strings.firstOff);
    ownAt += strings.bytes.length + SLACK;
    return first - split.firstId;
  });
  return { typeCount, shifts };
}
