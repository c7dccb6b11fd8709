import { parseHeader } from "../../btf/header.ts";
import { StringTable } from "../../btf/strings.ts";
import { wordsFromBytes } from "../../btf/words.ts";
import { findDoubtful } from "./doubtful.ts";
import { MAX_NAME_OFF } from "./identifiers.ts";
import { type Kernel, OLDEST_MEASURED } from "./kernel.ts";
import type { Types } from "./types-view.ts";

/**
 * Whether {@link foresee} certainly finds nothing in a distilled module, as it does in nearly all. Quick, and without
 * the rules themselves. For sound bytes, which `distill` makes. `test/engine/verify/short-ways.test.ts` compares the
 * two.
 */
export function isBeyondDoubt(split: Uint8Array, distilledBase: Uint8Array, kernel: Kernel): boolean {
  // Older kernels refuse some records that the others accept.
  if (kernel < OLDEST_MEASURED) return false;
  const base = typesBeyondDoubt(distilledBase, null);
  return base !== undefined && typesBeyondDoubt(split, base) !== undefined;
}

/** The types of sound bytes, if no rule needs to look at one of them. */
function typesBeyondDoubt(bytes: Uint8Array, base: Types | null): Types | undefined {
  const { hdrLen, typeOff, typeLen, strOff, strLen, littleEndian } = parseHeader(bytes);
  if (strLen > MAX_NAME_OFF) return undefined;
  const [typesAt, stringsAt] = [hdrLen + typeOff, hdrLen + strOff];
  const words = wordsFromBytes(bytes.subarray(typesAt, typesAt + typeLen), littleEndian);
  const strings = new StringTable(bytes.subarray(stringsAt, stringsAt + strLen), base?.strings ?? null);
  const { starts, kinds, doubtful, doubtfulChains } = findDoubtful(words, strings, base);
  if (starts[kinds.length] !== words.length || doubtful.length + doubtfulChains.length > 0) return undefined;
  const firstId = base?.typeCount ?? 1;
  return { base, words, starts, kinds, strings, firstId, typeCount: firstId + kinds.length };
}
