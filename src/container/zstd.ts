import { hasAt, viewOf } from "./bytes.ts";
import type { Codecs, Decompressed } from "./codecs.ts";
import { corrupt, cutShort, notRead, reasonOf, tooLarge } from "./damage.ts";
import { Parts } from "./parts.ts";

/** `Block_Maximum_Size`. */
const BLOCK_BYTES = 128 << 10;
const BLOCK_RLE = 1;
const BLOCK_COMPRESSED = 2;
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** `u32 Magic_Number, Frame_Size`. */
const SKIPPABLE_HEADER_BYTES = 8;

/** The largest window that the decoders take, and the limit for a file of unknown size: 1 GiB. */
const MAX_WINDOW_BYTES = 2 ** 30;

/** Whether Zstandard frames begin at `at`, perhaps after frames to be skipped, as pzstd writes them. */
export function beginsZstd(bytes: Uint8Array, at = 0): boolean {
  let frame = at;
  while (isSkippable(bytes, frame) && frame + SKIPPABLE_HEADER_BYTES <= bytes.length)
    frame = afterSkippable(bytes, frame);
  return hasAt(bytes, frame, MAGIC);
}

/**
 * Decompresses the Zstandard frames (RFC 8878) with which `bytes` begin. The headers of the blocks are read first: they
 * tell where the frame ends, and how large its output may be if the frame does not say so.
 */
export async function decompressZstd(
  bytes: Uint8Array,
  limit: number,
  codecs: Codecs,
): Promise<Decompressed> {
  const parts = new Parts();
  let at = 0;
  do {
    const frame = readFrame(bytes, at);
    if (frame.size > limit - parts.size && frame.isExact) throw tooLarge(limit, parts.size + frame.size);
    if (!frame.isSkippable) {
      const output = await decode(bytes.subarray(at, frame.end), at, frame, limit - parts.size, codecs);
      parts.add(output, at);
    }
    at = frame.end;
  } while (hasAt(bytes, at, MAGIC) || isSkippable(bytes, at));
  return { output: parts.join(), consumed: at };
}

interface Frame {
  readonly end: number;
  readonly isSkippable: boolean;
  /** Size of the output, at most or exactly. */
  readonly size: number;
  readonly isExact: boolean;
}

async function decode(
  bytes: Uint8Array,
  at: number,
  { size, isExact }: Frame,
  limit: number,
  codecs: Codecs,
): Promise<Uint8Array> {
  let output: Uint8Array;
  try {
    output = await codecs.zstd(bytes, Math.min(size, limit), isExact);
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(limit);
    throw corrupt(`the compressed data or its check is wrong (${reasonOf(cause)})`, at);
  }
  if (isExact && output.length !== size) {
    throw corrupt(`it decompresses to ${output.length} bytes, not the ${size} that it announces`, at);
  }
  return output;
}

function readFrame(bytes: Uint8Array, start: number): Frame {
  const view = viewOf(bytes);
  if (isSkippable(bytes, start)) {
    if (start + SKIPPABLE_HEADER_BYTES > bytes.length) throw cutShort("the header of a frame", bytes.length);
    const end = afterSkippable(bytes, start);
    if (end > bytes.length) throw cutShort("a frame to be skipped", bytes.length);
    return { end, isSkippable: true, size: 0, isExact: true };
  }
  if (start + 6 > bytes.length) throw cutShort("the header of a frame", bytes.length);
  const flags = bytes[start + 4];
  const isSingle = (flags & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6];
  let at = start + 5;
  const windowBytes = isSingle ? undefined : windowOf(bytes[at++]);
  if (windowBytes !== undefined && windowBytes > MAX_WINDOW_BYTES) {
    throw notRead(
      `a window of ${windowBytes.toLocaleString("en-US")} bytes`,
      "zstd -d --long=31 FILE",
      start,
    );
  }
  at += [0, 1, 2, 4][flags & 3];
  if (at + sizeBytes + 3 > bytes.length) throw cutShort("the header of a frame", bytes.length);
  const announced = contentSize(view, at, sizeBytes);
  at += sizeBytes;
  const blockBytes = Math.min(BLOCK_BYTES, windowBytes ?? announced ?? BLOCK_BYTES);
  let atMost = 0;
  for (let isLast = false; !isLast; ) {
    if (at + 3 > bytes.length) throw cutShort("the header of a block", bytes.length);
    const header = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
    isLast = (header & 1) !== 0;
    const type = (header >> 1) & 3;
    const length = header >> 3;
    if (type > BLOCK_COMPRESSED) throw corrupt("a block is of no known type", at);
    at += 3 + (type === BLOCK_RLE ? 1 : length);
    atMost += type === BLOCK_COMPRESSED ? blockBytes : length;
  }
  if ((flags & 4) !== 0) at += 4;
  if (at > bytes.length) throw cutShort("a block or the check", bytes.length);
  return { end: at, isSkippable: false, size: announced ?? atMost, isExact: announced !== undefined };
}

function isSkippable(bytes: Uint8Array, at: number): boolean {
  return (bytes[at] & 0xf0) === 0x50 && hasAt(bytes, at + 1, [0x2a, 0x4d, 0x18]);
}

function afterSkippable(bytes: Uint8Array, at: number): number {
  return at + SKIPPABLE_HEADER_BYTES + viewOf(bytes).getUint32(at + 4, true);
}

/** `Window_Descriptor`: exponent and mantissa. */
function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

function contentSize(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 0) return undefined;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  const low = view.getUint32(at, true);
  return bytes === 4 ? low : low + view.getUint32(at + 4, true) * 2 ** 32;
}
