import type { Btf, TypeId } from "../btf/btf.ts";
import { ARRAY, HEAD_WORDS, INFO, infoKind, SIZE_OR_TYPE } from "../btf/kinds.ts";
import type { StringTable } from "../btf/strings.ts";

/**
 * A BTF and its bases laid end to end, so that any type id indexes `starts` and any name offset indexes `strings`.
 * Void is a record of zeros, as `btf__type_by_id(btf, 0)` of libbpf gives it.
 */
export interface FlatBtf {
  readonly words: Uint32Array;
  /** Word position of the record of each id from 0 on; one more entry marks the end. */
  readonly starts: Uint32Array;
  /** BTF_KIND_* of each id. */
  readonly kinds: Uint8Array;
  /** The type that each id refers to: the element type of an ARRAY, else the third word. Of no meaning for other kinds. */
  readonly targets: Uint32Array;
  readonly strings: Uint8Array;
  readonly typeCount: number;
  /** First id of the topmost split. */
  readonly firstOwnId: TypeId;
}

/** Copies a chain of BTFs together; a few milliseconds for a vmlinux. */
export function flatten(btf: Btf): FlatBtf {
  const chain: Btf[] = [];
  let length = HEAD_WORDS;
  for (let part: Btf | null = btf; part !== null; part = part.base) {
    chain.unshift(part);
    length += part.words.length;
  }
  const words = new Uint32Array(length);
  const starts = new Uint32Array(btf.typeCount + 1);
  const kinds = new Uint8Array(btf.typeCount);
  const targets = new Uint32Array(btf.typeCount);
  let at = HEAD_WORDS;
  for (const part of chain) {
    words.set(part.words, at);
    placeTypes(part, at, words, starts, kinds, targets);
    at += part.words.length;
  }
  starts[btf.typeCount] = at;
  return {
    words,
    starts,
    kinds,
    targets,
    strings: flatStrings(btf.strings),
    typeCount: btf.typeCount,
    firstOwnId: btf.firstId,
  };
}

function placeTypes(
  part: Btf,
  offset: number,
  words: Uint32Array,
  starts: Uint32Array,
  kinds: Uint8Array,
  targets: Uint32Array,
): void {
  const { starts: from, firstId, typeCount } = part;
  for (let id = firstId; id < typeCount; id++) {
    const at = from[id - firstId] + offset;
    const kind = infoKind(words[at + INFO]);
    starts[id] = at;
    kinds[id] = kind;
    targets[id] = words[at + (kind === ARRAY ? 3 : SIZE_OR_TYPE)];
  }
}

/** The strings of a table and its bases as one array, so that name offsets index it. A copy only if there is a base. */
export function flatStrings(table: StringTable): Uint8Array {
  if (table.base === null) return table.bytes;
  const flat = new Uint8Array(table.end);
  for (let part: StringTable | null = table; part !== null; part = part.base) {
    flat.set(part.bytes, part.firstOff);
  }
  return flat;
}

/** Whether the name at `strings[off]` is the ASCII `text`. */
export function nameIs(strings: Uint8Array, off: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (strings[off + i] !== text[i]) return false;
  return strings[off + text.length] === 0;
}
