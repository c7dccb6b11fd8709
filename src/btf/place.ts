import { Machine } from "../wasm/machine.ts";
import { roomFor } from "../wasm/web-assembly.ts";
import type { Btf } from "./btf.ts";
import { HEAD_WORDS } from "./kinds.ts";
import { type LaidToPrint, SLACK } from "./lay.ts";
import { HOST_LITTLE_ENDIAN } from "./words.ts";

/** A memory with one BTF, and addresses behind its bytes. */
interface Place {
  readonly machine: Machine;
  /** For void's record: three words. */
  readonly voidRecord: number;
  /** For the ids of chosen types: {@link IDS_BYTES}. */
  readonly ids: number;
  /** For the word position of void's record, and then for what a scan writes. */
  readonly starts: number;
  isScanned: boolean;
}

const PLACES = new WeakMap<ArrayBufferLike, Place>();

/** Smaller BTF is copied sooner than a memory is made. */
const WORTH_A_PLACE = 1 << 20;
const IDS_BYTES = 1 << 16;
/** Bytes that a scan may write for each record: its word position, its id if it is an open FUNC, and its kind. */
export const SCANNED_BYTES = 9;

/**
 * Makes an array for the bytes of one BTF that will be printed. If it is large, the array is in a memory of its own in
 * which WebAssembly scans and prints the BTF, so that nobody has to copy it: for a kernel, this saves 5 MiB and a
 * twentieth of the time of a raw dump. The memory never grows, since all views of it would become empty. V8 takes some
 * hundred such memories at a time, so this is for processes that read few files.
 */
export function roomForBtf(length: number): Uint8Array {
  if (length < WORTH_A_PLACE || !HOST_LITTLE_ENDIAN) return new Uint8Array(length);
  const machine = new Machine();
  const records = Math.ceil(length / (HEAD_WORDS * 4)) + 1;
  const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8;
  const voidRecord = aligned(length + SLACK);
  const ids = voidRecord + aligned(HEAD_WORDS * 4);
  const starts = ids + IDS_BYTES;
  const at = roomFor(machine.code, starts + 4 + records * SCANNED_BYTES);
  const { bytes } = machine.memory;
  PLACES.set(bytes.buffer, {
    machine,
    voidRecord: at + voidRecord,
    ids: at + ids,
    starts: at + starts,
    isScanned: false,
  });
  return bytes.subarray(at, at + length);
}

/**
 * The machine in whose memory the words are, and the address to which a scan may write. Undefined if they are in no
 * such memory, or if something was scanned in it before, which must stay.
 */
export function placeToScan(
  words: Uint32Array,
): { readonly machine: Machine; readonly to: number } | undefined {
  const place = PLACES.get(words.buffer);
  if (place === undefined || place.isScanned) return undefined;
  place.isScanned = true;
  return { machine: place.machine, to: place.starts + 4 };
}

/**
 * Has the BTF printed in the memory in which it was scanned, at the addresses as of {@link layTypes}. Returns false if
 * there is none, if `moreBytes` are too many, or if the machine is printing: the receiver of the text may print too.
 */
export function printInPlace(
  { base, starts, words, strings }: Btf,
  moreBytes: number,
  print: (machine: Machine, at: LaidToPrint) => void,
): boolean {
  const place = PLACES.get(starts.buffer);
  if (place === undefined || base !== null || moreBytes > IDS_BYTES) return false;
  const { machine, voidRecord } = place;
  if (machine.printing !== undefined) return false;
  new Uint32Array(words.buffer, voidRecord, HEAD_WORDS).fill(0);
  new Uint32Array(words.buffer, place.starts, 1)[0] = (voidRecord - words.byteOffset) / 4;
  try {
    print(machine, {
      words: words.byteOffset,
      starts: place.starts,
      more: place.ids,
      strings: strings.bytes.byteOffset,
    });
  } finally {
    machine.printing = undefined;
  }
  return true;
}
