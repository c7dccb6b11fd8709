import type { Btf, TypeId } from "../btf/btf.ts";
import { encodeBtf, formOf } from "../btf/encode.ts";
import { forEachNameOff, forEachTypeId } from "../btf/fields.ts";
import { StringTableBuilder } from "../btf/strings.ts";
import { usedTypes } from "./reach.ts";
import { refuseEndlessNames, refuseUnknown } from "./rewritable.ts";

/** BTF with other ids. */
export interface Renumbered {
  readonly bytes: Uint8Array;
  /** New id of an old one; 0 for a type that is gone. */
  readonly mapId: (id: TypeId) => TypeId;
}

/**
 * Drops the own types of a split BTF that nothing in the module uses (see {@link usedTypes}), and their names. The
 * others keep their order; only their ids and name offsets change. Throws `unknown-kind` for types that cannot be
 * rewritten.
 */
export function prune(split: Btf, roots: Iterable<TypeId> = []): Renumbered {
  refuseUnknown(split);
  refuseEndlessNames(split);
  const { firstId, starts, strings, typeCount } = split;
  const used = usedTypes(split, roots);
  const newIds = new Uint32Array(typeCount - firstId);
  let nextId = firstId;
  let length = 0;
  for (let id = firstId; id < typeCount; id++) {
    if (used[id] === 0) continue;
    newIds[id - firstId] = nextId++;
    length += starts[id - firstId + 1] - starts[id - firstId];
  }

  const mapId = (id: TypeId) => (id < firstId ? id : newIds[id - firstId]);
  // Names of the base keep their offsets, so only own ones are looked for.
  const names = new StringTableBuilder({ end: strings.firstOff, find: () => undefined });
  const words = new Uint32Array(length);
  const renumber = (word: number) => {
    words[word] = mapId(words[word]);
  };
  const rename = (word: number) => {
    const off = words[word];
    if (off !== 0 && off >= strings.firstOff) words[word] = names.add(strings.bytes, off - strings.firstOff);
  };
  let at = 0;
  for (let i = 0; i < newIds.length; i++) {
    if (newIds[i] === 0) continue;
    words.set(split.words.subarray(starts[i], starts[i + 1]), at);
    forEachNameOff(words, at, rename);
    forEachTypeId(words, at, renumber);
    at += starts[i + 1] - starts[i];
  }
  return { bytes: encodeBtf(words, names.finish(), formOf(split)), mapId };
}
