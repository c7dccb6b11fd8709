import type { Btf } from "../btf/btf.ts";
import { parseBtf, parseUnchecked } from "../btf/parse.ts";
import type { RelocationFailure } from "../engine/relocate.ts";
import { type BaseEvidence, weighBase } from "../engine/wrong-base.ts";
import { BtfxError } from "../errors.ts";

/** BTF that is ready to be printed. */
export interface DumpInput {
  readonly btf: Btf;
  /** Bytes of a pointer, where the file is ELF and so says. */
  readonly pointerSize: 4 | 8 | undefined;
  /** What speaks for the base being the one it was built on; undefined where the file brings its base or needs none. */
  readonly evidence: BaseEvidence | undefined;
}

/** What keeps a module with a distilled base from the base that was given. */
export interface Unrelocated {
  readonly path: string;
  readonly failures: readonly RelocationFailure[];
}

/** Parses the BTF of a file on the base that it was given, if any. `release` tells the kernel that the file names. */
export function onBase(
  bytes: Uint8Array,
  base: Btf | null,
  pointerSize: 4 | 8 | undefined,
  release: () => string | undefined,
): DumpInput {
  try {
    const btf = parseBtf(bytes, base);
    return { btf, pointerSize, evidence: base === null ? undefined : weighBase(btf) };
  } catch (error) {
    throw error instanceof BtfxError ? explained(error, bytes, base, release) : error;
  }
}

/** Why split BTF does not parse, where that is for want of its base, with the kernel that the module names. */
function explained(
  error: BtfxError,
  bytes: Uint8Array,
  base: Btf | null,
  release: () => string | undefined,
): BtfxError {
  const built = release();
  if (error.code === "needs-base" && built !== undefined) {
    return new BtfxError(
      "needs-base",
      `this is the split BTF of a module that was built for ${built}, and it needs that kernel's vmlinux`,
      { at: error.at, hint: `give the vmlinux of ${built} with -B`, cause: error },
    );
  }
  const isAstray = error.code === "bad-name-off" || error.code === "bad-type-id";
  if (base === null || !isAstray || !weighBase(parseUnchecked(bytes, base)).wrong) return error;
  return new BtfxError("wrong-base", `this was not built against the base that was given: ${error.message}`, {
    at: error.at,
    hint:
      built === undefined
        ? "give the vmlinux of the very build that it was made with"
        : `give the vmlinux of ${built}`,
    cause: error,
  });
}
