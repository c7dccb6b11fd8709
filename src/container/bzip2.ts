import { hasAt } from "./bytes.ts";
import type { Codecs, Decompressed } from "./codecs.ts";
import { corrupt, reasonOf, tooLarge } from "./damage.ts";
import { Parts } from "./parts.ts";

/** The magic of a block, and of the end: digits of pi, and of its square root. */
const BLOCK_MAGIC = "1AY&SY";
const END_MAGIC = "\x17rE8P\x90";

/** Whether a bzip2 stream begins at `at`: its magic with the size of blocks, and the magic of a block or of the end. */
export function beginsBzip2(bytes: Uint8Array, at = 0): boolean {
  const level = bytes[at + 3];
  if (!hasAt(bytes, at, "BZh") || !(level >= 0x31 && level <= 0x39)) return false;
  return hasAt(bytes, at + 4, BLOCK_MAGIC) || hasAt(bytes, at + 4, END_MAGIC);
}

/** Decompresses the bzip2 streams that `bytes` begin with. Throws `bad-container` or `too-large`. */
export async function decompressBzip2(
  bytes: Uint8Array,
  limit: number,
  codecs: Codecs,
): Promise<Decompressed> {
  const parts = new Parts();
  let at = 0;
  do {
    const { output, consumed } = await decode(bytes.subarray(at), at, limit - parts.size, codecs);
    parts.add(output, at);
    at += consumed;
  } while (beginsBzip2(bytes, at));
  return { output: parts.join(), consumed: at };
}

async function decode(bytes: Uint8Array, at: number, limit: number, codecs: Codecs): Promise<Decompressed> {
  try {
    return await codecs.bzip2(bytes, limit);
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(limit);
    throw corrupt(`the compressed data is cut short or damaged (${reasonOf(cause)})`, at);
  }
}
