import type { Btf } from "../btf/btf.ts";
import { parseBtf } from "../btf/parse.ts";
import { rawForm } from "../btf/raw-form.ts";
import { parseSplit, type WeighedSplit } from "../engine/parse-split.ts";
import { BtfxError, withContext } from "../errors.ts";
import type { DistilledFile, ModuleFile } from "./module.ts";

/** Parses a module's split BTF on `base`, as {@link parseSplit} does. Throws `not-split` for BTF that stands alone. */
export function parseOnBase(module: ModuleFile, base: Btf): WeighedSplit {
  return withContext({ file: module.path, section: ".BTF" }, () => {
    refuseStandalone(module.btf, base);
    return parseSplit(module.btf, base, () => module.release);
  });
}

/** Parses a distilled base, and the split BTF on that. */
export function parseOnDistilled(
  module: Pick<DistilledFile, "btf" | "distilledBase" | "distilledBasePath">,
): { distilled: Btf; split: Btf } {
  const { distilledBasePath: file } = module;
  const place = file === undefined ? { section: ".BTF.base" } : { file };
  const distilled = withContext(place, () => parseBtf(module.distilledBase));
  return { distilled, split: withContext({ section: ".BTF" }, () => parseBtf(module.btf, distilled)) };
}

/** A vmlinux would also parse as split BTF, with its low ids silently resolving into the base. */
function refuseStandalone(bytes: Uint8Array, base: Btf): void {
  if (rawForm(bytes, base) === "split") return;
  throw new BtfxError(
    "not-split",
    "this BTF stands alone: it is no module's, but a vmlinux's or a program's",
    {
      hint: "give modules, and the vmlinux that they were built against with -B",
    },
  );
}
