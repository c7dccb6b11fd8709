import { withMachine } from "../wasm/machine.ts";
import { COLUMN_BYTES, COLUMNS } from "../wasm/places.ts";
import type { TypeId } from "./btf.ts";
import { FUNC, FUNC_PROTO, HEAD_WORDS, KINDS, type Kind } from "./kinds.ts";
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
    const { loops, memory } = machine;
    const wordsAt = loops.roomFor(words.byteLength + most * 9) >>> 0;
    const startsAt = wordsAt + words.byteLength;
    const openAt = startsAt + most * 4;
    const kindsAt = openAt + most * 4;
    const { bytes } = memory;
    wordsToBytes(words, true, bytes, wordsAt);
    bytes.set(COLUMNS_OF_KINDS, COLUMNS);
    for (const [kind, [info, elem]] of unknown) {
      bytes[COLUMNS + kind] = HEAD_WORDS + info;
      bytes[COLUMNS + COLUMN_BYTES + kind] = elem;
    }
    const count = loops.scan(wordsAt, words.byteLength, firstId, startsAt, kindsAt, openAt);
    wordsToBytes(Uint32Array.of(loops.stoppedAt.value / 4), true, bytes, startsAt + count * 4);
    const wordsOf = (at: number, length: number) => wordsFromBytes(bytes.slice(at, at + length * 4), true);
    return {
      starts: wordsOf(startsAt, count + 1),
      kinds: bytes.slice(kindsAt, kindsAt + count),
      highestNameOff: loops.highestNameOff.value >>> 0,
      highestTypeId: loops.highestTypeId.value >>> 0,
      openFuncs: wordsOf(openAt, loops.openCount.value),
    };
  });
}

/** The table of kinds as the loops have it: a byte for each kind in each column, 255 where the kind has no such field. */
export const COLUMNS_OF_KINDS: Uint8Array = columnsOfKinds();

function columnsOfKinds(): Uint8Array {
  const NONE = 255;
  const columns: ((kind: Kind) => number)[] = [
    (kind) => HEAD_WORDS + kind.info,
    (kind) => kind.elem,
    (kind) => kind.headIds[0] ?? NONE,
    (kind) => kind.headIds[1] ?? kind.headIds[0] ?? NONE,
    (kind) => (kind.elemName < 0 ? NONE : kind.elemName),
    (kind) => kind.elemIds[0] ?? NONE,
    (kind) => kind.elemIds[1] ?? kind.elemIds[0] ?? NONE,
    (kind) => (kind.number === FUNC ? FUNC_PROTO : NONE),
  ];
  const bytes = new Uint8Array(columns.length * COLUMN_BYTES);
  for (let column = 0; column < columns.length; column++) {
    // Void has no records.
    for (const kind of KINDS.slice(1)) bytes[column * COLUMN_BYTES + kind.number] = columns[column](kind);
    // A kind without a row has a known name only, and a size if the layout section has it.
    const known = column < 2 ? 0 : NONE;
    bytes.fill(known, column * COLUMN_BYTES + KINDS.length, (column + 1) * COLUMN_BYTES);
    bytes[column * COLUMN_BYTES] = known;
  }
  return bytes;
}
