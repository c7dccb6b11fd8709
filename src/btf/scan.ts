import { withMachine } from "../wasm/machine.ts";
import { roomFor, unsigned } from "../wasm/web-assembly.ts";
import type { TypeId } from "./btf.ts";
import { kindColumns } from "./kind-columns.ts";
import { HEAD_WORDS, KIND_NUMBERS } from "./kinds.ts";
import { wordsFromBytes, wordsToBytes } from "./words.ts";

/** The result of one pass over the type section. */
export interface Records {
  /** Word position of each record; one more entry marks where the scan ended: the end, or a record that it could not take. */
  readonly starts: Uint32Array;
  /** BTF_KIND_* of each record. */
  readonly kinds: Uint8Array;
  /** The highest of all name offsets and of all type ids. */
  readonly highestNameOff: number;
  readonly highestTypeId: TypeId;
  /** FUNCs whose target is not an own FUNC_PROTO that stands before them, as it does in what pahole writes. */
  readonly openFuncs: Uint32Array;
}

/** Words of a record of an unknown kind that follow its head once, and words of each of its elements. */
export type UnknownShape = readonly [info: number, elem: number];

/**
 * Finds the records of a type section and how far their references go, as the walkers of fields.ts do. `unknown` has the shapes of
 * kinds without a row; the scan ends at a kind that is in neither table, and at a record that runs past the section.
 */
export function scanRecords(
  words: Uint32Array,
  firstId: TypeId,
  unknown: ReadonlyMap<number, UnknownShape>,
): Records {
  return withMachine((machine) => {
    // A record has at least three words; memory that is never touched is not there.
    const most = Math.floor(words.length / HEAD_WORDS) + 1;
    const { code, memory } = machine;
    const wordsAt = roomFor(code, words.byteLength + most * 9);
    const startsAt = wordsAt + words.byteLength;
    const openAt = startsAt + most * 4;
    const kindsAt = openAt + most * 4;
    const { bytes } = memory;
    wordsToBytes(words, true, bytes, wordsAt);
    const columns = kindColumns();
    for (const [kind, [info, elem]] of unknown) {
      columns[kind] = HEAD_WORDS + info;
      columns[KIND_NUMBERS + kind] = elem;
    }
    bytes.set(columns, code.kindTable());
    const count = code.scan(wordsAt, words.byteLength, firstId, startsAt, kindsAt, openAt);
    wordsToBytes(Uint32Array.of(unsigned(code.stoppedAt) / 4), true, bytes, startsAt + count * 4);
    const wordsOf = (at: number, length: number) => wordsFromBytes(bytes.slice(at, at + length * 4), true);
    return {
      starts: wordsOf(startsAt, count + 1),
      kinds: bytes.slice(kindsAt, kindsAt + count),
      highestNameOff: unsigned(code.highestNameOff),
      highestTypeId: unsigned(code.highestTypeId),
      openFuncs: wordsOf(openAt, unsigned(code.openCount)),
    };
  });
}
