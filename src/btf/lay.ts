import { type Arena, type GrowingMemory, roomFor } from "../wasm/web-assembly.ts";
import type { Btf } from "./btf.ts";
import { HEAD_WORDS, UNKN } from "./kinds.ts";
import type { StringTable } from "./strings.ts";
import { wordsToBytes } from "./words.ts";

/** Addresses of types that are to be printed. */
export interface LaidToPrint {
  /** The words of all records, void's at the end. */
  readonly words: number;
  /** Word position of the record of each id from 0 on, and of the end. */
  readonly starts: number;
  /** As many bytes as were asked for, at a multiple of four. */
  readonly more: number;
  /** The strings. */
  readonly strings: number;
}

/** Addresses of the parts that were laid. */
export interface Laid extends LaidToPrint {
  /** The kind of each id from 0 on. */
  readonly kinds: number;
}

/** The receiver: a module of WebAssembly that manages its own memory, and this memory. */
export interface LaidIn {
  readonly code: Arena;
  readonly memory: GrowingMemory;
}

/** Bytes behind the strings that must exist, since names are read eight bytes at a time. */
export const SLACK = 8;

/** A BTF and the bases below it, the lowest first. */
export function chainOf<T extends { readonly base: T | null }>(btf: T): T[] {
  const chain: T[] = [];
  for (let part: T | null = btf; part !== null; part = part.base) chain.unshift(part);
  return chain;
}

/**
 * Lays the types of BTFs end to end in the memory of WebAssembly, so that every type id has an entry in the starts.
 * Also lays `strings` and those of the bases, so that every name offset leads to a string, and leaves `moreBytes` for
 * something else. Void gets a record of zeros, behind the others. Everything that was laid before is lost.
 */
export function layTypes(
  { code, memory }: LaidIn,
  parts: readonly Pick<Btf, "words" | "starts" | "kinds">[],
  strings: StringTable,
  moreBytes: number,
): Laid {
  const end = parts.reduce((length, part) => length + part.words.length, 0);
  const typeCount = parts.reduce((count, part) => count + part.starts.length - 1, 1);
  const bytesOfAll = (end + HEAD_WORDS + typeCount + 1) * 4 + moreBytes + typeCount + strings.end + SLACK;
  const words = roomFor(code, bytesOfAll);
  const starts = words + (end + HEAD_WORDS) * 4;
  const more = starts + (typeCount + 1) * 4;
  const kinds = more + moreBytes;
  const stringsAt = kinds + typeCount;
  const { bytes } = memory;
  const put = (from: Uint32Array, at: number) => wordsToBytes(from, true, bytes, at);
  put(new Uint32Array(HEAD_WORDS), words + end * 4);
  put(Uint32Array.of(end), starts);
  bytes[kinds] = UNKN;
  let before = 0;
  let firstId = 1;
  for (const part of parts) {
    const shift = before;
    put(part.words, words + shift * 4);
    // The end of a part is where the next one begins.
    put(shift === 0 ? part.starts : part.starts.map((start) => shift + start), starts + firstId * 4);
    bytes.set(part.kinds, kinds + firstId);
    before += part.words.length;
    firstId += part.starts.length - 1;
  }
  for (let table: StringTable | null = strings; table !== null; table = table.base) {
    bytes.set(table.bytes, stringsAt + table.firstOff);
  }
  return { words, starts, more, kinds, strings: stringsAt };
}
