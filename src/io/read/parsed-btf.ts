import type { Btf } from "../../btf/btf.ts";
import { byteOrder } from "../../btf/header.ts";
import { parseBtf } from "../../btf/parse.ts";
import type { MakeRoom } from "../../elf/byte-source.ts";
import type { RelocationFailure } from "../../engine/relocate.ts";
import type { BaseEvidence } from "../../engine/wrong-base.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { startOf } from "../../image/look-inside.ts";
import { type BtfFile, withBtfFile } from "./btf-file.ts";
import { parseOnDistilled } from "./distilled-btf.ts";
import { findVmlinux } from "./find-vmlinux.ts";

/** All types of a file, checked and ready to be printed. */
export interface ParsedBtf {
  readonly btf: Btf;
  /** Bytes of a pointer, if the file is ELF and therefore says it. */
  readonly pointerSize: 4 | 8 | undefined;
  /** Evidence that the file was built on the base; undefined if the file has its own base or needs none. */
  readonly evidence: BaseEvidence | undefined;
}

/** The failures that keep a distilled module from relocating onto the given base. */
export interface Unrelocated {
  readonly path: string;
  readonly failures: readonly RelocationFailure[];
}

/**
 * Reads and parses the BTF of a file, on its distilled base if it has one. With `base`, a distilled module is relocated
 * onto that, and failures are returned. The code for split BTF, relocation and ELF is loaded only if needed. The BTF is
 * read into what `room` makes, if its words can be used there.
 */
export function readParsedBtf(
  path: string,
  base: Btf | null,
  room?: MakeRoom,
): Promise<ParsedBtf | Unrelocated> {
  return withBtfFile(path, async (file) => {
    const { elf } = file;
    const pointerSize = elf === undefined ? undefined : elf.is64 ? 8 : 4;
    // Words of the other byte order are copied in any case, which takes no room for the bytes.
    const isLittleEndian = elf?.littleEndian ?? byteOrder(startOf(file.source, 2)) === true;
    const btf = file.btf(isLittleEndian ? room : undefined);
    const distilledBase = await file.distilledBase();
    if (distilledBase !== undefined) {
      const distilledBasePath = file.beside.distilledBase;
      const { split } = parseOnDistilled({ btf, distilledBase, distilledBasePath });
      return base === null
        ? { btf: split, pointerSize, evidence: undefined }
        : await relocate(path, split, base, pointerSize);
    }
    const release = await releaseOf(file);
    const place = elf === undefined ? {} : { section: ".BTF" };
    if (base === null) {
      return {
        btf: withContext(place, () => parseAlone(btf, release)),
        pointerSize,
        evidence: undefined,
      };
    }
    const { parseSplit } = await import("../../engine/parse-split.ts");
    const { split, evidence } = withContext(place, () => parseSplit(btf, base, release));
    return { btf: split, pointerSize, evidence };
  });
}

async function relocate(
  path: string,
  split: Btf,
  base: Btf,
  pointerSize: 4 | 8 | undefined,
): Promise<ParsedBtf | Unrelocated> {
  const { Relocator } = await import("../../engine/relocate.ts");
  const relocation = new Relocator(base).relocate(split);
  if (!relocation.ok) return { path, failures: relocation.failures };
  return { btf: parseBtf(relocation.bytes, base), pointerSize, evidence: undefined };
}

/**
 * Parses BTF without a base. For split BTF, the error names the kernel whose vmlinux is needed, if the module says
 * which.
 */
function parseAlone(bytes: Uint8Array, release: () => string | undefined): Btf {
  try {
    return parseBtf(bytes);
  } catch (error) {
    if (!(error instanceof BtfxError) || error.code !== "needs-base") throw error;
    const built = release();
    if (built === undefined) throw error;
    const { offset: _, ...at } = error.at;
    const path = findVmlinux(built);
    throw new BtfxError(
      "needs-base",
      `this is the split BTF of a module that was built for ${built}, and it needs that kernel's vmlinux`,
      {
        at,
        hint: path === undefined ? `give the vmlinux of ${built} with -B` : `did you mean -B ${path}?`,
        cause: error,
      },
    );
  }
}

/** Reads the kernel release that a module says it was built for; raw BTF does not say. */
async function releaseOf({ elf }: BtfFile): Promise<() => string | undefined> {
  if (elf === undefined) return () => undefined;
  const { moduleInfo } = await import("../../elf/modinfo.ts");
  return () => moduleInfo(elf)?.release;
}
