import type { Btf, TypeId } from "../btf/btf.ts";
import { refuseEndlessText } from "../btf/endless-text.ts";
import { chainOf, type LaidToPrint, layTypes } from "../btf/lay.ts";
import { printInPlace } from "../btf/place.ts";
import { wordsToBytes } from "../btf/words.ts";
import { locationText } from "../types/locations.ts";
import { type Machine, withMachine } from "../wasm/machine.ts";
import type { ByteSink } from "./sink.ts";
import { type Format, layFormat } from "./text-format.ts";

/** Writes the name at `strings[off]`, from its first byte on that a format has to escape. */
export type WriteName = (sink: ByteSink, strings: Uint8Array, off: number) => void;

/**
 * Prints types in a format: those with the given `ids`, in this order, else all own types of the BTF. Throws
 * `RangeError` for an id that no type has.
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
  const print = (machine: Machine, at: LaidToPrint) => {
    const { code, memory } = machine;
    if (chosen !== undefined) wordsToBytes(chosen, true, memory.bytes, at.more);
    layFormat(format, memory.bytes, code.formatPlace());
    const strings = memory.bytes.subarray(at.strings);
    machine.printing = {
      text: (bytes) => sink.handOn(bytes),
      name: (off) => writeName(sink, strings, off),
      location: (id) => {
        const holder = btf.holder(id);
        sink.text(locationText(holder.words, holder.start(id)));
      },
    };
    const count = chosen?.length ?? btf.typeCount - btf.firstId;
    const idsAt = chosen === undefined ? 0 : at.more;
    sink.put(around.begin);
    code.startPrint(at.words, at.strings, at.starts, format.hasEscapes, btf.firstId, idsAt);
    for (let from = 0; from < count; from += AT_A_TIME) code.print(from, Math.min(from + AT_A_TIME, count));
    code.handOn();
    sink.put(around.end);
  };
  const idBytes = chosen?.byteLength ?? 0;
  if (printInPlace(btf, idBytes, print)) return;
  withMachine((machine) => print(machine, layTypes(machine, chainOf(btf), btf.strings, idBytes)));
}

/** Types that are printed in one call: when V8 has compiled better code for the loop, the next call runs that. */
const AT_A_TIME = 4096;

const NOTHING = { begin: new Uint8Array(0), end: new Uint8Array(0) };
