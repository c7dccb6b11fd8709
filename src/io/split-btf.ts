import type { Btf } from "../btf/btf.ts";
import { parseBtf, parseUnchecked } from "../btf/parse.ts";
import { rawForm } from "../btf/raw-form.ts";
import { type BaseEvidence, explainWrongBase, weighBase } from "../engine/wrong-base.ts";
import { BtfxError, withContext } from "../errors.ts";
import type { DistilledFile, ModuleFile } from "./module.ts";

/** A split BTF with what its references say of its base. */
export interface WeighedSplit {
  readonly split: Btf;
  readonly evidence: BaseEvidence;
}

/**
 * Parses split BTF on `base`. Throws `wrong-base` where the base being another one explains why it does not parse; `release`
 * tells the kernel that the file says it was built for, and is asked only then.
 */
export function parseSplit(bytes: Uint8Array, base: Btf, release: () => string | undefined): WeighedSplit {
  try {
    const split = parseBtf(bytes, base);
    return { split, evidence: weighBase(split) };
  } catch (error) {
    if (error instanceof BtfxError && (error.code === "bad-name-off" || error.code === "bad-type-id")) {
      const evidence = weighBase(parseUnchecked(bytes, base));
      if (evidence.wrong) throw wrongBase(evidence, release(), error);
    }
    throw error;
  }
}

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

/** The refusal of a base that BTF was not built against, with the evidence and the kernel that the file names. */
export function wrongBase(evidence: BaseEvidence, release: string | undefined, cause?: unknown): BtfxError {
  const hint =
    release === undefined
      ? "give the vmlinux of the very build that the module was made with"
      : `the module says it was built for ${release}: give that kernel's vmlinux`;
  return new BtfxError("wrong-base", explainWrongBase(evidence), { hint, cause });
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
