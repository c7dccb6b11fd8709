import type { Decompressed } from "./codecs.ts";
import { corrupt, cutShort, tooLarge } from "./damage.ts";
import { LzmaDecoder } from "./lzma-decoder.ts";

/** `u8 properties; u32 dictionary size; u64 size of the output`, all bits set if unknown. */
const HEADER_BYTES = 13;
const FIRST_GUESS = 1 << 20;

/**
 * Whether a .lzma file ("LZMA alone") begins at `at`. It has no magic: the header must be one that the kernel's and
 * xz's encoders write, with the usual properties (lc 3, lp 0, pb 2), a round dictionary and a size that may be.
 */
export function beginsLzma(bytes: Uint8Array, at = 0): boolean {
  if (bytes[at] !== 0x5d || bytes[at + 1] !== 0 || bytes[at + 2] !== 0) return false;
  if (at + HEADER_BYTES + 5 > bytes.length || bytes[at + HEADER_BYTES] !== 0) return false;
  const dictionary = bytes[at + 3] | (bytes[at + 4] << 8);
  const isRound = dictionary !== 0 && (dictionary & (dictionary - 1)) === 0;
  const size = bytes.subarray(at + 5, at + HEADER_BYTES);
  const isUnknown = size.every((byte) => byte === 0xff);
  return isRound && (isUnknown || (size[5] === 0 && size[6] === 0 && size[7] === 0 && size[4] < 4));
}

/** Decompresses the .lzma stream that `bytes` begin with. Throws `truncated`, `bad-container` or `too-large`. */
export function decompressLzma(bytes: Uint8Array, limit: number): Decompressed {
  if (bytes.length < HEADER_BYTES) throw cutShort("the header", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const isUnknown = view.getUint32(5, true) === 0xffffffff && view.getUint32(9, true) === 0xffffffff;
  const size = isUnknown ? undefined : view.getUint32(5, true) + view.getUint32(9, true) * 2 ** 32;
  if (size !== undefined && size > limit) throw tooLarge(limit, size);
  const decoder = new LzmaDecoder(bytes);
  if (!decoder.setProperties(bytes[0]) || !decoder.begin(HEADER_BYTES, bytes.length)) {
    throw corrupt("the properties or the first byte are not LZMA's", 0);
  }
  // A size without the bytes for it must not claim memory: LZMA makes at most some 7,000 bytes of one.
  // The marker of the end comes after the last byte, so one more than the limit must have room.
  let output = new Uint8Array(Math.min(size ?? FIRST_GUESS, bytes.length * 8192, limit + 1));
  for (;;) {
    const end = decoder.decode(output, output.length);
    if (end === "truncated") throw cutShort("the compressed data", bytes.length);
    if (end === "corrupt") throw corrupt("the compressed data is not LZMA", decoder.inputPos);
    if (end === "marker") {
      if (size !== undefined && size !== decoder.outputPos) {
        throw corrupt(
          `it ends after ${decoder.outputPos} bytes of the ${size} that it announces`,
          decoder.inputPos,
        );
      }
      break;
    }
    if (output.length === size) break;
    if (output.length > limit) throw tooLarge(limit);
    const larger = new Uint8Array(Math.min(size ?? output.length * 2, output.length * 2, limit + 1));
    larger.set(output);
    output = larger;
  }
  return { output: output.subarray(0, decoder.outputPos), consumed: decoder.inputPos };
}
