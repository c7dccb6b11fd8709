import type { Btf } from "../../btf/btf.ts";
import { parseBtf } from "../../btf/parse.ts";
import { withContext } from "../../errors.ts";
import type { DistilledFile } from "./module.ts";

/** Parses a distilled base, and the split BTF on it. */
export function parseOnDistilled(
  module: Pick<DistilledFile, "btf" | "distilledBase" | "distilledBasePath">,
): { distilled: Btf; split: Btf } {
  const { distilledBasePath: file } = module;
  const place = file === undefined ? { section: ".BTF.base" } : { file };
  const distilled = withContext(place, () => parseBtf(module.distilledBase));
  return { distilled, split: withContext({ section: ".BTF" }, () => parseBtf(module.btf, distilled)) };
}
