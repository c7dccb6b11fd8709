import type { LzmaDecoder, LzmaRoom } from "../wasm/lzma.ts";
import { corrupt, cutShort } from "./damage.ts";

/** Bits of a control byte: whether the chunk is LZMA, and what it resets (bits 5 and 6). */
const IS_LZMA = 0x80;
const UNCOMPRESSED_WITH_NEW_DICTIONARY = 1;
const NEW_STATE = 1;
const NEW_PROPERTIES = 2;
const NEW_DICTIONARY = 3;

/** The header of a chunk of LZMA2 (lzma2_decoder.c of liblzma; there is no other description of the format). */
export interface Lzma2Chunk {
  /** 0 is the end, 1 and 2 are uncompressed, from 0x80 on LZMA. */
  readonly control: number;
  /** Where its data begins, behind the header. */
  readonly dataAt: number;
  readonly dataBytes: number;
  /** Size of the output. */
  readonly size: number;
}

/** Reads the header of the chunk at `at`. Throws `truncated` or `bad-container`. */
export function readChunk(bytes: Uint8Array, at: number): Lzma2Chunk {
  const control = bytes[at];
  if (at >= bytes.length) throw cutShort("the compressed data", bytes.length);
  if (control === 0) return { control, dataAt: at + 1, dataBytes: 0, size: 0 };
  if (control > 2 && control < IS_LZMA) throw corrupt("the compressed data is not LZMA2", at);
  if (at + 6 > bytes.length) throw cutShort("the compressed data", bytes.length);
  const low = ((bytes[at + 1] << 8) | bytes[at + 2]) + 1;
  if (control < IS_LZMA) return { control, dataAt: at + 3, dataBytes: low, size: low };
  const headerBytes = resetOf(control) >= NEW_PROPERTIES ? 6 : 5;
  const dataBytes = ((bytes[at + 3] << 8) | bytes[at + 4]) + 1;
  return { control, dataAt: at + headerBytes, dataBytes, size: ((control & 0x1f) << 16) + low };
}

function resetOf(control: number): number {
  return (control >> 5) & 3;
}

/**
 * The memory that a decoder needs besides the output: for the largest chunk, and for the largest number of
 * probabilities that literals can have.
 */
export const LZMA2_ROOM: Omit<LzmaRoom, "output"> = { input: 1 << 16, literalBits: 4 };

/** Decodes the chunks from `start` on, behind what the decoder has written. Throws `bad-container`. */
export function decodeLzma2(decoder: LzmaDecoder, bytes: Uint8Array, start: number): void {
  let hasProperties = false;
  decoder.resetDictionary();
  for (let chunk = readChunk(bytes, start); chunk.control !== 0; ) {
    const { control, dataAt, dataBytes, size } = chunk;
    const data = bytes.subarray(dataAt, dataAt + dataBytes);
    const reset = control < IS_LZMA ? 0 : resetOf(control);
    if (control === UNCOMPRESSED_WITH_NEW_DICTIONARY || reset === NEW_DICTIONARY) {
      decoder.resetDictionary();
      hasProperties = false;
    }
    if (control < IS_LZMA) {
      decoder.store(data);
    } else {
      if (reset >= NEW_PROPERTIES) hasProperties = decoder.setProperties(bytes[dataAt - 1]);
      else if (reset === NEW_STATE) decoder.resetState();
      if (!hasProperties || !decoder.begin(data)) {
        throw corrupt("a chunk does not begin as LZMA does", dataAt);
      }
      const end = decoder.decode(decoder.written + size);
      if (end !== "full" || decoder.isWithinMatch || decoder.taken !== dataBytes) {
        throw corrupt(
          "a chunk is not LZMA, or not as long as it says",
          dataAt + Math.min(decoder.taken, dataBytes),
        );
      }
    }
    chunk = readChunk(bytes, dataAt + dataBytes);
  }
}
