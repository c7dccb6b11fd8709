import type { Btf } from "../../btf/btf.ts";
import { StringTable } from "../../btf/strings.ts";
import { wordsFromBytes } from "../../btf/words.ts";
import type { Report } from "./findings.ts";
import type { Kernel } from "./kernel.ts";
import { MAX_TYPES } from "./meta-rules.ts";
import { checkMetas } from "./metas.ts";
import { checkSections, type Origin } from "./sections.ts";
import type { Types } from "./types-view.ts";

/** Types whose records are judged, with what that told about their chains of modifiers. */
export interface WalkedTypes extends Types {
  /** Numbers of the records that may begin a chain that breaks a rule; all others begin none. */
  readonly doubtfulChains: Uint32Array;
}

/** Checks sections and records. The result has types if all records were found. */
export function walkTypes(
  bytes: Uint8Array,
  origin: Origin,
  base: Btf | null,
  kernel: Kernel,
  littleEndian: boolean,
  report: Report,
): WalkedTypes | undefined {
  const sections = checkSections(bytes, origin, littleEndian, kernel, report);
  if (sections === undefined) return undefined;
  const strings = new StringTable(sections.strings, base === null ? null : base.strings);
  const words = wordsFromBytes(sections.types, littleEndian);
  const firstId = base === null ? 1 : base.typeCount;
  const walk = checkMetas(words, sections.types.length, strings, base, kernel, report);
  if (!walk.complete) return undefined;
  const { starts, kinds, doubtfulChains } = walk;
  const count = firstId + kinds.length;
  // Types beyond the largest count are read and then dropped without a word.
  const typeCount = base === null ? Math.min(count, MAX_TYPES) : count;
  return { base, words, starts, kinds, strings, firstId, typeCount, doubtfulChains };
}
