import type { Btf } from "../btf/btf.ts";
import { HEAD_WORDS } from "../btf/kinds.ts";
import type { StringTable } from "../btf/strings.ts";
import { wordsToBytes } from "../btf/words.ts";
import type { Arena, GrowingMemory } from "../wasm/web-assembly.ts";

/** Addresses of what was laid. */
export interface Laid {
  /** The words of all records, void's at the end. */
  readonly words: number;
  /** Word position of the record of each id from 0 on, and of the end. */
  readonly starts: number;
  /** The ids that were given. */
  readonly ids: number;
  /** The strings. */
  readonly strings: number;
}

/** Names are read eight bytes at a time, so up to here beyond the end. */
const SLACK = 8;

/**
 * Lays a BTF and its bases end to end in the memory of WebAssembly, so that any type id has its place in the starts and any name
 * offset in the strings; and with them `ids`. Void gets a record of zeros, after the others. What was in the memory is lost.
 */
export function layTypes(btf: Btf, ids: Uint32Array | undefined, arena: Arena, memory: GrowingMemory): Laid {
  const chain: Btf[] = [];
  for (let part: Btf | null = btf; part !== null; part = part.base) chain.unshift(part);
  const end = chain.reduce((length, part) => length + part.words.length, 0);
  const wordBytes = (end + HEAD_WORDS) * 4;
  const startBytes = (btf.typeCount + 1) * 4;
  const idBytes = (ids?.length ?? 0) * 4;
  const words = arena.roomFor(wordBytes + startBytes + idBytes + btf.strings.end + SLACK) >>> 0;
  const starts = words + wordBytes;
  const chosen = starts + startBytes;
  const strings = chosen + idBytes;
  const { bytes } = memory;
  const put = (from: Uint32Array, at: number) => wordsToBytes(from, true, bytes, at);
  put(new Uint32Array(HEAD_WORDS), words + end * 4);
  put(Uint32Array.of(end), starts);
  let before = 0;
  for (const part of chain) {
    const first = before;
    put(part.words, words + first * 4);
    // The end of a part is where the next one begins.
    put(first === 0 ? part.starts : part.starts.map((start) => first + start), starts + part.firstId * 4);
    before += part.words.length;
  }
  if (ids !== undefined) put(ids, chosen);
  for (let part: StringTable | null = btf.strings; part !== null; part = part.base) {
    bytes.set(part.bytes, strings + part.firstOff);
  }
  return { words, starts, ids: chosen, strings };
}
