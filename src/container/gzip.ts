import { viewOf } from "./bytes.ts";
import type { Codecs, Decompressed } from "./codecs.ts";
import { crc32 } from "./crc.ts";
import { corrupt, cutShort, reasonOf, tooLarge } from "./damage.ts";
import { Parts } from "./parts.ts";

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** Bits of the flags (RFC 1952). */
const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;

/** Whether a gzip member begins at `at`: its magic, the only method there is, and no reserved flag. */
export function beginsGzip(bytes: Uint8Array, at = 0): boolean {
  return bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && (bytes[at + 3] & 0xe0) === 0;
}

/**
 * Decompresses the gzip members (RFC 1952) that `bytes` begin with. Throws `truncated`, `bad-container` or `too-large`.
 */
export function decompressGzip(bytes: Uint8Array, limit: number, codecs: Codecs): Decompressed {
  const parts = new Parts();
  let at = 0;
  do {
    const { output, consumed } = decompressMember(bytes, at, limit - parts.size, codecs);
    parts.add(output, at);
    at = consumed;
  } while (beginsGzip(bytes, at));
  return { output: parts.join(), consumed: at };
}

function decompressMember(bytes: Uint8Array, start: number, limit: number, codecs: Codecs): Decompressed {
  const dataAt = skipHeader(bytes, start);
  let inflated: { output: Uint8Array; consumed: number };
  try {
    inflated = codecs.inflate(bytes.subarray(dataAt), limit, start === 0 ? announcedSize(bytes) : undefined);
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(limit);
    throw corrupt(`the compressed data is cut short or damaged (${reasonOf(cause)})`, dataAt);
  }
  const { output } = inflated;
  const end = dataAt + inflated.consumed;
  if (end + TRAILER_BYTES > bytes.length) throw cutShort("the check at its end", bytes.length);
  const trailer = viewOf(bytes.subarray(end, end + TRAILER_BYTES));
  const sum = (codecs.crc32 ?? crc32)(output) | 0;
  if (trailer.getInt32(0, true) !== sum || trailer.getUint32(4, true) !== output.length % 2 ** 32) {
    throw corrupt("the check at its end does not match the data", end);
  }
  return { output, consumed: end + TRAILER_BYTES };
}

/** The size at the end of a file with one member. */
function announcedSize(bytes: Uint8Array): number | undefined {
  return bytes.length < TRAILER_BYTES ? undefined : viewOf(bytes).getUint32(bytes.length - 4, true);
}

function skipHeader(bytes: Uint8Array, start: number): number {
  const flags = bytes[start + 3];
  let at = start + HEADER_BYTES;
  if ((flags & FEXTRA) !== 0) at += 2 + (bytes[at] | (bytes[at + 1] << 8));
  if ((flags & FNAME) !== 0) at = afterNul(bytes, at);
  if ((flags & FCOMMENT) !== 0) at = afterNul(bytes, at);
  if ((flags & FHCRC) !== 0) at += 2;
  // Also false for NaN, the result of missing bytes.
  if (!(at <= bytes.length)) throw cutShort("the header", bytes.length);
  return at;
}

function afterNul(bytes: Uint8Array, at: number): number {
  const nul = bytes.indexOf(0, at);
  if (nul < 0) throw cutShort("the header", bytes.length);
  return nul + 1;
}
