import { BtfxError } from "../errors.ts";
import { HEADER_BYTES, parseHeader } from "./header.ts";
import { parseBtf } from "./parse.ts";

/** How often the bytes of an image are parsed in vain before the search ends. A kernel has no header that is in vain. */
const MAX_PASSES = 16;

/** A BTF that lies somewhere in a kernel's image. */
export interface FoundBtf {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Finds a kernel's BTF in an image without section headers (`Image` of arm64 and riscv, an unpacked zImage). It looks
 * for places where a header can begin and everything behind it parses as BTF without a base. A kernel may contain small
 * BTFs of BPF programs besides its own, so the largest is taken. Undefined if there is none.
 */
export function findBtf(image: Uint8Array): FoundBtf | undefined {
  let found: FoundBtf | undefined;
  /** Bytes that may still turn out not to parse: headers that claim the same bytes would take forever. */
  let effort = image.length * MAX_PASSES;
  for (const littleEndian of [true, false]) {
    const first = littleEndian ? 0x9f : 0xeb;
    for (let at = image.indexOf(first); at >= 0; at = image.indexOf(first, at + 1)) {
      const length = lengthAt(image, at, littleEndian);
      if (length === undefined || (found !== undefined && length <= found.bytes.length)) continue;
      const bytes = image.subarray(at, at + length);
      if (!parses(bytes)) {
        effort -= length;
        if (effort < 0) return found;
        continue;
      }
      found = { offset: at, bytes };
      at += length - 1;
    }
  }
  return found;
}

/**
 * Length of the BTF whose header is at `at`, if it could be one of a kernel: version 1, no flags, strings after types.
 */
function lengthAt(image: Uint8Array, at: number, littleEndian: boolean): number | undefined {
  if (image[at + 1] !== (littleEndian ? 0xeb : 0x9f) || image[at + 2] !== 1 || image[at + 3] !== 0)
    return undefined;
  if (at + HEADER_BYTES > image.length) return undefined;
  try {
    const { hdrLen, strOff, strLen, typeLen } = parseHeader(image.subarray(at));
    if (typeLen === 0 || strLen === 0) return undefined;
    return hdrLen + strOff + strLen;
  } catch (error) {
    return ignore(error);
  }
}

function parses(bytes: Uint8Array): boolean {
  try {
    parseBtf(bytes);
    return true;
  } catch (error) {
    ignore(error);
    return false;
  }
}

/** Bytes that do not parse are not BTF; any other exception is a bug. */
function ignore(error: unknown): undefined {
  if (error instanceof BtfxError) return undefined;
  throw error;
}
