import { type Machine, withMachine } from "../wasm/machine.ts";
import { roomFor, unsigned } from "../wasm/web-assembly.ts";
import type { TypeId } from "./btf.ts";
import { kindColumns } from "./kind-columns.ts";
import { HEAD_WORDS, KIND_NUMBERS } from "./kinds.ts";
import { placeToScan, SCANNED_BYTES } from "./place.ts";
import { wordsFromBytes, wordsToBytes } from "./words.ts";

/** The result of one pass over the type section. */
export interface Records {
  /**
   * Word position of each record; one more entry marks where the scan ended: the end, or a record that it could not
   * take.
   */
  readonly starts: Uint32Array;
  /** BTF_KIND_* of each record. */
  readonly kinds: Uint8Array;
  /** The highest of all name offsets and of all type ids. */
  readonly highestNameOff: number;
  readonly highestTypeId: TypeId;
  /** FUNCs whose target is not an own FUNC_PROTO before them. In pahole's BTF it always is. */
  readonly openFuncs: Uint32Array;
}

/** Words of a record of an unknown kind that follow its head once, and words of each of its elements. */
export type UnknownShape = readonly [info: number, elem: number];

/**
 * Finds the records of a type section and how far their references go, as the walkers of fields.ts do. `unknown` has
 * the shapes of kinds without a row; the scan ends at a kind that is in neither table, and at a record that runs past
 * the section.
 */
export function scanRecords(
  words: Uint32Array,
  firstId: TypeId,
  unknown: ReadonlyMap<number, UnknownShape>,
): Records {
  // A record has at least three words. Memory that is reserved and never touched costs nothing.
  const most = Math.floor(words.length / HEAD_WORDS) + 1;
  const scanTo = (machine: Machine, startsAt: number, isInPlace: boolean) => {
    const { code, memory } = machine;
    const openAt = startsAt + most * 4;
    const kindsAt = openAt + most * 4;
    memory.bytes.set(unknown.size === 0 ? KNOWN_COLUMNS : columnsWith(unknown), code.kindTable());
    code.startScan(firstId, startsAt, kindsAt, openAt);
    if (isInPlace) code.scan(words.byteOffset, words.byteLength, 0);
    else scanPieces(words, machine, Math.ceil((kindsAt + most) / 4) * 4);
    const { bytes } = memory;
    const part = (from: number, length: number) =>
      isInPlace ? bytes.subarray(from, from + length) : bytes.slice(from, from + length);
    const count = unsigned(code.recordCount);
    return {
      starts: wordsFromBytes(part(startsAt, (count + 1) * 4), true),
      kinds: part(kindsAt, count),
      highestNameOff: unsigned(code.highestNameOff),
      highestTypeId: unsigned(code.highestTypeId),
      openFuncs: wordsFromBytes(part(openAt, unsigned(code.openCount) * 4), true),
    };
  };
  const place = placeToScan(words);
  if (place !== undefined) return scanTo(place.machine, place.to, true);
  return withMachine((machine) => scanTo(machine, roomFor(machine.code, most * SCANNED_BYTES), false));
}

const KNOWN_COLUMNS = kindColumns();

function columnsWith(unknown: ReadonlyMap<number, UnknownShape>): Uint8Array {
  const columns = kindColumns();
  for (const [kind, [info, elem]] of unknown) {
    columns[kind] = HEAD_WORDS + info;
    columns[KIND_NUMBERS + kind] = elem;
  }
  return columns;
}

/**
 * Copies the words piece by piece to the address `at` and has them scanned there. A piece stays in the processor's
 * cache, and each takes the same memory.
 */
function scanPieces(words: Uint32Array, { code, memory }: Machine, at: number): void {
  let most = PIECE_WORDS;
  for (let from = 0; ; ) {
    const piece = words.subarray(from, from + most);
    memory.reserve(at + piece.byteLength);
    wordsToBytes(piece, true, memory.bytes, at);
    const taken = code.scan(at, piece.byteLength, from) >>> 0;
    from += taken;
    if (taken > 0 && from < words.length) continue;
    if (from + most >= words.length) return;
    // Not even one record is in the piece.
    most *= 2;
  }
}

const PIECE_WORDS = 1 << 16;
