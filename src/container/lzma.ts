import { type LzmaDecoder, literalBitsOf, withLzmaDecoder } from "../wasm/lzma.ts";
import { viewOf } from "./bytes.ts";
import type { Decompressed } from "./codecs.ts";
import { corrupt, cutShort, tooLarge } from "./damage.ts";

/** `u8 properties; u32 dictionary size; u64 size of the output`, all bits set if unknown. */
const HEADER_BYTES = 13;
const FIRST_GUESS = 1 << 20;
/** `LZMA_DICT_SIZE_MIN` */
const MIN_DICTIONARY_BYTES = 4096;

/**
 * Whether a .lzma file ("LZMA alone") begins at `at`. It has no magic: the header must be one that the kernel's and
 * xz's encoders write, with the usual properties (lc 3, lp 0, pb 2), a round dictionary (2^n or 2^n + 2^(n-1) bytes, as
 * liblzma's `lzma_alone_decoder` has it) and a size that may be.
 */
export function beginsLzma(bytes: Uint8Array, at = 0): boolean {
  if (bytes[at] !== 0x5d) return false;
  if (at + HEADER_BYTES + 5 > bytes.length || bytes[at + HEADER_BYTES] !== 0) return false;
  const dictionary = viewOf(bytes).getUint32(at + 1, true);
  const highest = 2 ** (31 - Math.clz32(dictionary));
  if (dictionary < MIN_DICTIONARY_BYTES || ![highest, highest * 1.5].includes(dictionary)) return false;
  const size = bytes.subarray(at + 5, at + HEADER_BYTES);
  const isUnknown = size.every((byte) => byte === 0xff);
  return isUnknown || (size[5] === 0 && size[6] === 0 && size[7] === 0 && size[4] < 4);
}

/** Decompresses the .lzma stream that `bytes` begin with. Throws `truncated`, `bad-container` or `too-large`. */
export function decompressLzma(bytes: Uint8Array, limit: number): Decompressed {
  if (bytes.length < HEADER_BYTES) throw cutShort("the header", bytes.length);
  const view = viewOf(bytes);
  const isUnknown = view.getUint32(5, true) === 0xffffffff && view.getUint32(9, true) === 0xffffffff;
  const size = isUnknown ? undefined : view.getUint32(5, true) + view.getUint32(9, true) * 2 ** 32;
  if (size !== undefined && size > limit) throw tooLarge(limit, size);
  // No memory is taken for a size that the bytes cannot produce: LZMA makes at most about 7,000 bytes from one. The end
  // marker comes after the last byte of output, so there must be room for one byte more than the limit.
  const guess = Math.min(size ?? FIRST_GUESS, bytes.length * 8192, limit + 1);
  const room = { literalBits: literalBitsOf(bytes[0]), input: bytes.length, output: guess };
  return withLzmaDecoder(room, (decoder) => decodeAll(decoder, bytes, guess, size, limit));
}

function decodeAll(
  decoder: LzmaDecoder,
  bytes: Uint8Array,
  guess: number,
  size: number | undefined,
  limit: number,
): Decompressed {
  if (!decoder.setProperties(bytes[0]) || !decoder.begin(bytes.subarray(HEADER_BYTES))) {
    throw corrupt("the properties or the first byte are not LZMA's", 0);
  }
  for (let room = guess; ; ) {
    const end = decoder.decode(room);
    const at = HEADER_BYTES + decoder.taken;
    if (end === "truncated") throw cutShort("the compressed data", bytes.length);
    if (end === "corrupt") throw corrupt("the compressed data is not LZMA", at);
    if (end === "marker" && size !== undefined && size !== decoder.written) {
      throw corrupt(`it ends after ${decoder.written} bytes of the ${size} that it announces`, at);
    }
    if (end === "marker" || room === size) return { output: decoder.output(), consumed: at };
    if (room > limit) throw tooLarge(limit);
    room = Math.min(size ?? room * 2, room * 2, limit + 1);
    decoder.reserveOutput(room);
  }
}
