import { parseBtf } from "../../btf/parse.ts";
import { checkChains } from "./chains.ts";
import { type Finding, Report } from "./findings.ts";
import type { Kernel } from "./kernel.ts";
import { walkTypes } from "./walk.ts";

/**
 * Predicts the first complaint of a kernel of the module's own byte order about a distilled module, whatever the
 * kernel's types are: names, records and chains of modifiers. Undefined if it takes them. For sound bytes, which
 * `distill` makes.
 */
export function foresee(split: Uint8Array, distilledBase: Uint8Array, kernel: Kernel): Finding | undefined {
  const base = parseBtf(distilledBase);
  const { littleEndian } = base.header;
  const report = new Report();
  walkTypes(distilledBase, "base", null, kernel, littleEndian, report);
  const types = walkTypes(split, "split", base, kernel, littleEndian, report);
  if (types !== undefined) checkChains(types, kernel, report);
  return report.findings.find(({ decides }) => decides);
}
