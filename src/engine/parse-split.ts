import type { Btf } from "../btf/btf.ts";
import { parseBtf, parseUnchecked } from "../btf/parse.ts";
import { BtfxError } from "../errors.ts";
import { type BaseEvidence, explainWrongBase, weighBase } from "./wrong-base.ts";

/** A split BTF with what its references say of its base. */
export interface WeighedSplit {
  readonly split: Btf;
  readonly evidence: BaseEvidence;
}

/**
 * Parses split BTF on `base`. Throws `wrong-base` where the base being another one explains why it does not parse;
 * `release` tells the kernel that the file says it was built for, and is asked only then.
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

/** The refusal of a base that BTF was not built against, with the evidence and the kernel that the file names. */
export function wrongBase(evidence: BaseEvidence, release: string | undefined, cause?: unknown): BtfxError {
  const hint =
    release === undefined
      ? "give the vmlinux of the very build that the module was made with"
      : `the module says it was built for ${release}: give that kernel's vmlinux`;
  return new BtfxError("wrong-base", explainWrongBase(evidence), { hint, cause });
}
