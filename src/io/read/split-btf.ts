import type { Btf } from "../../btf/btf.ts";
import { rawForm } from "../../btf/raw-form.ts";
import { parseSplit, type WeighedSplit } from "../../engine/parse-split.ts";
import { BtfxError, withContext } from "../../errors.ts";
import type { ModuleFile } from "./module.ts";

/** Parses a module's split BTF on `base`, as {@link parseSplit} does. Throws `not-split` for BTF that stands alone. */
export function parseOnBase(module: ModuleFile, base: Btf): WeighedSplit {
  return withContext({ file: module.path, section: ".BTF" }, () => {
    refuseStandalone(module.btf, base);
    return parseSplit(module.btf, base, () => module.release);
  });
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
