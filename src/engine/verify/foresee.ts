import { parseHeader } from "../../btf/header.ts";
import { parseBtf } from "../../btf/parse.ts";
import { StringTable } from "../../btf/strings.ts";
import { wordsFromBytes } from "../../btf/words.ts";
import { checkChains } from "./chains.ts";
import { findDoubtful } from "./doubtful.ts";
import { type Finding, Report } from "./findings.ts";
import { MAX_NAME_OFF } from "./identifiers.ts";
import { type Kernel, OLDEST_MEASURED } from "./kernel.ts";
import type { Types } from "./types-view.ts";
import { walkTypes } from "./walk.ts";

/**
 * Predicts the first complaint of a kernel of the module's own byte order about a distilled module, whatever the kernel's types are: names,
 * records and chains of modifiers. Undefined if it takes them. For sound bytes, which `distill` makes.
 */
export function foresee(split: Uint8Array, distilledBase: Uint8Array, kernel: Kernel): Finding | undefined {
  if (kernel >= OLDEST_MEASURED && isBeyondDoubt(split, distilledBase)) return undefined;
  const base = parseBtf(distilledBase);
  const { littleEndian } = base.header;
  const report = new Report();
  walkTypes(distilledBase, "base", null, kernel, littleEndian, report);
  const types = walkTypes(split, "split", base, kernel, littleEndian, report);
  if (types !== undefined) checkChains(types, kernel, report);
  return report.findings.find(({ decides }) => decides);
}

/** Whether there is nothing to complain about for any kernel from 6.1 on, as there is of nearly all modules. */
function isBeyondDoubt(split: Uint8Array, distilledBase: Uint8Array): boolean {
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
