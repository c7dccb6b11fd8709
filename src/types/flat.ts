import type { Btf, TypeId } from "../btf/btf.ts";
import { ARRAY, HEAD_WORDS, SIZE_OR_TYPE } from "../btf/kinds.ts";
import type { StringTable } from "../btf/strings.ts";

/**
 * A BTF and its bases laid end to end, so that any type id indexes `starts` and any name offset indexes `strings`. Void
 * has kind and target 0 and a record whose name offset is 0; its other words mean nothing.
 */
export interface FlatRecords {
  readonly words: Uint32Array;
  /**
   * Word position of the record of each id from 0 on; that of the next id is its end, but for void, which has no
   * elements.
   */
  readonly starts: Uint32Array;
  /** BTF_KIND_* of each id. */
  readonly kinds: Uint8Array;
  readonly strings: Uint8Array;
  readonly typeCount: number;
  /** First id of the topmost split. */
  readonly firstOwnId: TypeId;
}

/** The same, ready to be followed from type to type. */
export interface FlatBtf extends FlatRecords {
  /**
   * The type that each id refers to: the element type of an ARRAY, else the third word. Meaningless for other kinds.
   */
  readonly targets: Uint32Array;
}

/** Lays a chain of BTFs end to end. */
export function flatten(btf: Btf): FlatBtf {
  const { words, starts, kinds, strings, typeCount, firstOwnId } = flatRecords(btf);
  return { words, starts, kinds, targets: targetsOf(words, starts, kinds), strings, typeCount, firstOwnId };
}

/** The records alone. The words of a single BTF are not copied if void can share the record of an anonymous type. */
export function flatRecords(btf: Btf): FlatRecords {
  const { typeCount } = btf;
  const chain: Btf[] = [];
  for (let part: Btf | null = btf; part !== null; part = part.base) chain.unshift(part);
  const voidAt = btf.base === null ? nameless(btf) : -1;
  const words = voidAt >= 0 ? btf.words : joined(chain);
  const starts = new Uint32Array(typeCount + 1);
  const kinds = new Uint8Array(typeCount);
  let at = 0;
  for (const part of chain) {
    kinds.set(part.kinds, part.firstId);
    starts.set(part.starts, part.firstId);
    if (at > 0) for (let id = part.firstId; id <= part.typeCount; id++) starts[id] += at;
    at += part.words.length;
  }
  starts[0] = voidAt >= 0 ? voidAt : at;
  return { words, starts, kinds, strings: flatStrings(btf.strings), typeCount, firstOwnId: btf.firstId };
}

/** The words of all parts, then the record of void. */
function joined(chain: readonly Btf[]): Uint32Array {
  const words = new Uint32Array(chain.reduce((length, part) => length + part.words.length, HEAD_WORDS));
  let at = 0;
  for (const part of chain) {
    words.set(part.words, at);
    at += part.words.length;
  }
  return words;
}

/** Word position of the first anonymous record, -1 if there is none. */
function nameless({ words, starts, kinds }: Btf): number {
  for (let i = 0; i < kinds.length; i++) if (words[starts[i]] === 0) return starts[i];
  return -1;
}

function targetsOf(words: Uint32Array, starts: Uint32Array, kinds: Uint8Array): Uint32Array {
  const targets = new Uint32Array(kinds.length);
  for (let id = 1; id < kinds.length; id++) {
    targets[id] = words[starts[id] + (kinds[id] === ARRAY ? HEAD_WORDS : SIZE_OR_TYPE)];
  }
  return targets;
}

/** The strings of a table and its bases as one array, so that name offsets index it. A copy only if there is a base. */
function flatStrings(table: StringTable): Uint8Array {
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

/**
 * Pre-faults a new array that will be read before it is written: reading an untouched page first maps the shared zero
 * page, and the first write to each page then costs a TLB shootdown.
 */
export function touched<T extends Uint8Array | Uint32Array | Float64Array>(array: T): T {
  array.fill(0);
  return array;
}
