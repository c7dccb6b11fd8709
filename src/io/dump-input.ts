import type { Btf } from "../btf/btf.ts";
import { parseBtf, parseUnchecked } from "../btf/parse.ts";
import { ELF32 } from "../elf/format.ts";
import { moduleInfo } from "../elf/modinfo.ts";
import { type Relocation, Relocator } from "../engine/relocate.ts";
import { type BaseEvidence, weighBase } from "../engine/wrong-base.ts";
import { BtfxError, withContext } from "../errors.ts";
import { readBase } from "./base.ts";
import { RUNNING_VMLINUX } from "./find-vmlinux.ts";
import { openInput, sectionBytes } from "./input.ts";

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
  readonly failures: (Relocation & { ok: false })["failures"];
}

const SYSFS_BTF = "/sys/kernel/btf/";

/**
 * The base for `paths`: the one given, else for files in /sys/kernel/btf the running kernel's, as in bpftool. Null if there
 * is none to take.
 */
export function readDumpBase(basePath: string | undefined, paths: readonly string[]): Btf | null {
  if (basePath !== undefined) return readBase(basePath).btf;
  const isModuleOfRunning = (path: string) => path.startsWith(SYSFS_BTF) && path !== RUNNING_VMLINUX;
  return paths.some(isModuleOfRunning) ? readBase(RUNNING_VMLINUX).btf : null;
}

/**
 * Reads BTF to print, from raw BTF or ELF. A distilled base in the file (.BTF.base) is what the types are split on; with
 * `base` they are relocated onto that, and what does not fit is returned.
 */
export function readDumpInput(path: string, base: Btf | null): DumpInput | Unrelocated {
  const input = openInput(path);
  try {
    return withContext({ file: path }, () => {
      if (input.form === "raw") return onBase(input.source.readAll(), base, undefined, () => undefined);
      const { elf } = input;
      const bytes = sectionBytes(elf, ".BTF");
      if (bytes === undefined) {
        throw new BtfxError("no-btf", "the file has no .BTF section", {}, "it was built without BTF");
      }
      const pointerSize = elf.form === ELF32 ? 4 : 8;
      const distilled = sectionBytes(elf, ".BTF.base");
      if (distilled === undefined) {
        const release = () => moduleInfo(elf)?.release;
        return withContext({ section: ".BTF" }, () => onBase(bytes, base, pointerSize, release));
      }
      const distilledBase = withContext({ section: ".BTF.base" }, () => parseBtf(distilled));
      const split = withContext({ section: ".BTF" }, () => parseBtf(bytes, distilledBase));
      if (base === null) return { btf: split, pointerSize, evidence: undefined };
      const relocation = new Relocator(base).relocate(split);
      if (!relocation.ok) return { failures: relocation.failures };
      return { btf: parseBtf(relocation.bytes, base), pointerSize, evidence: undefined };
    });
  } finally {
    input.source.close();
  }
}

function onBase(
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
      error.context,
      `give the vmlinux of ${built} with -B`,
      error,
    );
  }
  const isAstray = error.code === "bad-name-off" || error.code === "bad-type-id";
  if (base === null || !isAstray || !weighBase(parseUnchecked(bytes, base)).wrong) return error;
  return new BtfxError(
    "wrong-base",
    `this was not built against the base that was given: ${error.message}`,
    error.context,
    built === undefined
      ? "give the vmlinux of the very build that it was made with"
      : `give the vmlinux of ${built}`,
    error,
  );
}
