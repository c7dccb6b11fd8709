import type { Btf, TypeId } from "../btf/btf.ts";
import { refuseEndlessText } from "../btf/endless-text.ts";
import { HEAD_WORDS } from "../btf/kinds.ts";
import type { StringTable } from "../btf/strings.ts";
import { wordsToBytes } from "../btf/words.ts";
import { locationText } from "../types/locations.ts";
import { type Machine, withMachine } from "../wasm/machine.ts";
import { INPUT, SLACK } from "../wasm/places.ts";
import { type Format, layFormat } from "./format.ts";
import type { ByteSink } from "./sink.ts";

/** Writes the name at `strings[off]`, from its first byte on that a format has to escape. */
export type WriteName = (sink: ByteSink, strings: Uint8Array, off: number) => void;

/**
 * Prints types in a format: those with the given `ids`, in this order, else all own types of the BTF. Throws `RangeError` for an id
 * that no type has.
 */
export function printTypes(
  btf: Btf,
  sink: ByteSink,
  format: Format,
  writeName: WriteName,
  ids: ArrayLike<TypeId> | undefined,
  around: { readonly begin: Uint8Array; readonly end: Uint8Array } = NOTHING,
): void {
  refuseEndlessText(btf, false);
  const chosen = ids === undefined ? undefined : Uint32Array.from(ids);
  for (const id of chosen ?? []) btf.kind(id);
  withMachine((machine) => {
    const at = lay(btf, chosen, machine);
    layFormat(format, machine.bytes);
    const strings = machine.bytes.subarray(at.strings);
    machine.printing = {
      text: (bytes) => sink.handOn(bytes),
      name: (off) => writeName(sink, strings, off),
      location: (id) => {
        const holder = btf.holder(id);
        sink.text(locationText(holder.words, holder.start(id)));
      },
    };
    const count = chosen?.length ?? btf.typeCount - btf.firstId;
    const idsAt = chosen === undefined ? 0 : at.ids;
    sink.put(around.begin);
    machine.loops.print(at.words, at.strings, at.starts, format.hasEscapes, btf.firstId, count, idsAt);
    sink.put(around.end);
  });
}

const NOTHING = { begin: new Uint8Array(0), end: new Uint8Array(0) };

/** Where things were laid. */
interface Laid {
  readonly words: number;
  readonly strings: number;
  readonly starts: number;
  readonly ids: number;
}

/**
 * Lays a BTF and its bases end to end, so that any type id has its place in the starts and any name offset in the strings. Void
 * gets a record of zeros, after the others.
 */
function lay(btf: Btf, ids: Uint32Array | undefined, machine: Machine): Laid {
  const chain: Btf[] = [];
  for (let part: Btf | null = btf; part !== null; part = part.base) chain.unshift(part);
  const voidAt = chain.reduce((length, part) => length + part.words.length, 0);
  const words = INPUT;
  const starts = words + (voidAt + HEAD_WORDS) * 4;
  const chosen = starts + btf.typeCount * 4;
  const strings = chosen + (ids?.length ?? 0) * 4;
  machine.reserve(strings + btf.strings.end + SLACK);
  const { bytes } = machine;
  const put = (from: Uint32Array, at: number) => wordsToBytes(from, true, bytes, at);
  put(new Uint32Array(HEAD_WORDS), words + voidAt * 4);
  put(Uint32Array.of(voidAt), starts);
  let before = 0;
  for (const part of chain) {
    const first = before;
    put(part.words, words + first * 4);
    const own = part.starts.subarray(0, -1);
    put(first === 0 ? own : own.map((start) => first + start), starts + part.firstId * 4);
    before += part.words.length;
  }
  if (ids !== undefined) put(ids, chosen);
  for (let part: StringTable | null = btf.strings; part !== null; part = part.base) {
    bytes.set(part.bytes, strings + part.firstOff);
  }
  return { words, strings, starts, ids: chosen };
}
