import { viewOf } from "./bytes.ts";
import type { Decompressed } from "./codecs.ts";
import { corrupt, cutShort, tooLarge } from "./damage.ts";
import { Parts } from "./parts.ts";

/**
 * Size of the blocks that `lz4 -l` cuts its input into (lz4_Frame_format.md, "Legacy frame"). All blocks but the last
 * are of this size.
 */
const BLOCK_BYTES = 8 << 20;
const MAGIC_BYTES = 4;
const FRAME_MAGIC = 0x184c2102;
/** `FDT_MAGIC`, which is big-endian, as a little-endian word. */
const DEVICE_TREE_MAGIC = 0xedfe0dd0;
const MIN_MATCH = 4;

/** Whether a legacy frame begins at `at`, the only form that the kernel's build makes and its decompressor takes. */
export function beginsLz4(bytes: Uint8Array, at = 0): boolean {
  return bytes[at] === 0x02 && bytes[at + 1] === 0x21 && bytes[at + 2] === 0x4c && bytes[at + 3] === 0x18;
}

/**
 * Decompresses the legacy frames that `bytes` begin with. A frame has no end of its own: a block that is not full is the
 * last, and a full one if no other can follow.
 */
export function decompressLz4(bytes: Uint8Array, limit: number): Decompressed {
  const view = viewOf(bytes);
  const parts = new Parts();
  let at = 0;
  do {
    at += MAGIC_BYTES;
    for (let isLast = at === bytes.length; !isLast; ) {
      if (at + 4 > bytes.length) throw cutShort("the size of a block", bytes.length);
      const length = view.getUint32(at, true);
      if (at + 4 + length > bytes.length) throw cutShort("a block", bytes.length);
      const part = decompressBlock(bytes, at + 4, length, Math.min(BLOCK_BYTES, limit - parts.size));
      if (part === undefined) throw tooLarge(limit);
      parts.add(part, at);
      at += 4 + length;
      isLast = part.length < BLOCK_BYTES || endsAt(view, at, parts.size);
    }
  } while (beginsLz4(bytes, at));
  return { output: parts.join(), consumed: at };
}

/**
 * Whether no block follows a full one: at the end of the bytes, and before the output's size that a kernel's build
 * appends, a device tree, another frame, or padding.
 */
function endsAt(view: DataView, at: number, size: number): boolean {
  if (at + 8 > view.byteLength) return true;
  const next = view.getUint32(at, true);
  return [0, size, DEVICE_TREE_MAGIC, FRAME_MAGIC].includes(next);
}

/** One block (lz4_Block_format.md). Undefined if it makes more than `limit` bytes and a block might. */
function decompressBlock(
  bytes: Uint8Array,
  start: number,
  length: number,
  limit: number,
): Uint8Array | undefined {
  const end = start + length;
  const output = new Uint8Array(Math.min(limit, length * 255));
  let at = start;
  let out = 0;
  /** Lengths of 15 and more continue in further bytes, as long as these are 255. */
  const more = (base: number): number => {
    let value = base;
    for (let byte = 255; byte === 255; ) {
      if (at >= end) throw corrupt("a length runs past its block", at);
      byte = bytes[at++];
      value += byte;
    }
    return value;
  };
  while (at < end) {
    const token = bytes[at++];
    const literals = token >> 4 === 15 ? more(15) : token >> 4;
    if (at + literals > end) throw corrupt("literals run past their block", at);
    if (out + literals > output.length) return overflow(limit, at);
    output.set(bytes.subarray(at, at + literals), out);
    at += literals;
    out += literals;
    // The last sequence is literals only.
    if (at === end) break;
    if (at + 2 > end) throw corrupt("a match runs past its block", at);
    const offset = bytes[at] | (bytes[at + 1] << 8);
    if (offset === 0 || offset > out)
      throw corrupt(`a match lies ${offset} bytes back, before the block`, at);
    at += 2;
    const match = MIN_MATCH + ((token & 15) === 15 ? more(15) : token & 15);
    if (out + match > output.length) return overflow(limit, at);
    if (match <= offset) output.copyWithin(out, out - offset, out - offset + match);
    else for (let i = 0; i < match; i++) output[out + i] = output[out + i - offset];
    out += match;
  }
  return output.subarray(0, out);
}

function overflow(limit: number, at: number): undefined {
  if (limit >= BLOCK_BYTES) throw corrupt("a block makes more than 8 MiB", at);
  return undefined;
}
