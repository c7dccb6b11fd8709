import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Btf } from "../btf/btf.ts";
import { parseHeader } from "../btf/header.ts";
import { parseBtf, parseUnchecked } from "../btf/parse.ts";
import { memorySource } from "../elf/byte-source.ts";
import { moduleInfo } from "../elf/modinfo.ts";
import { type Elf, readElf } from "../elf/read.ts";
import { type ModuleSignature, moduleSignature } from "../elf/signature.ts";
import { type BaseEvidence, explainWrongBase, weighBase } from "../engine/wrong-base.ts";
import { BtfxError, withContext } from "../errors.ts";
import { inflate } from "./inflate.ts";
import { openInput, sectionBytes } from "./input.ts";

/** A module's BTF as it lies on disk: in a .ko, or as files. */
export interface ModuleFile {
  readonly path: string;
  /** File name without directory and ending: `veth` of `veth.ko`, `veth.btf` and `veth.BTF`. */
  readonly stem: string;
  /** The split BTF. */
  readonly btf: Uint8Array;
  /** The distilled base it points into, if there is one. */
  readonly distilledBase: Uint8Array | undefined;
  /** What a .ko has besides; undefined for raw BTF. */
  readonly ko: ModuleElf | undefined;
}

/** A module with a distilled base. */
export type DistilledFile = ModuleFile & { readonly distilledBase: Uint8Array };

/** A .ko in memory. */
export interface ModuleElf {
  readonly elf: Elf;
  readonly bytes: Uint8Array;
  /** Kernel release that the module says it was built for. */
  readonly release: string | undefined;
  readonly vermagic: string | undefined;
  readonly signature: ModuleSignature | undefined;
}

/** Reads a module, ELF or raw BTF. A raw `NAME.BTF` has its distilled base in `distilledBase`, or `NAME.BTF.base` beside it. */
export function readModule(path: string, distilledBase?: string): ModuleFile {
  const input = openInput(path);
  try {
    const stem = stemOf(path);
    const bytes = input.source.readAll();
    if (input.form === "raw") {
      const basePath = distilledBase ?? `${path}.base`;
      const hasBase = distilledBase !== undefined || existsSync(basePath);
      return {
        path,
        stem,
        btf: bytes,
        distilledBase: hasBase ? readRaw(basePath) : undefined,
        ko: undefined,
      };
    }
    return withContext({ file: path }, () => {
      const elf = readElf(memorySource(bytes), inflate);
      const btf = sectionBytes(elf, ".BTF");
      if (btf === undefined) {
        throw new BtfxError("no-btf", "the file has no .BTF section", {
          hint: "it was built without BTF (no vmlinux was there at build time), or the section was stripped",
        });
      }
      const info = moduleInfo(elf);
      const ko = {
        elf,
        bytes,
        release: info?.release,
        vermagic: info?.vermagic,
        signature: moduleSignature(elf.source),
      };
      return { path, stem, btf, distilledBase: sectionBytes(elf, ".BTF.base"), ko };
    });
  } finally {
    input.source.close();
  }
}

/** `veth` of `/lib/veth.ko`: the name that outputs and sections in files go by. */
export function stemOf(path: string): string {
  return basename(path).replace(/\.(ko|btf|BTF)$/, "");
}

function readRaw(path: string): Uint8Array {
  const input = openInput(path);
  try {
    if (input.form !== "raw")
      throw new BtfxError("bad-magic", "it is ELF, not raw BTF", { at: { file: path } });
    return input.source.readAll();
  } finally {
    input.source.close();
  }
}

/** A split BTF with what its references say of its base. */
export interface WeighedSplit {
  readonly split: Btf;
  readonly evidence: BaseEvidence;
}

/** Parses a module's split BTF on `base`. Throws `wrong-base` where the base being another one explains why it does not parse. */
export function parseOnBase(module: ModuleFile, base: Btf): WeighedSplit {
  return withContext({ file: module.path, section: ".BTF" }, () => {
    refuseStandalone(module.btf);
    try {
      const split = parseBtf(module.btf, base);
      return { split, evidence: weighBase(split) };
    } catch (error) {
      if (error instanceof BtfxError && (error.code === "bad-name-off" || error.code === "bad-type-id")) {
        const evidence = weighBase(parseUnchecked(module.btf, base));
        if (evidence.wrong) throw wrongBase(module, evidence, error);
      }
      throw error;
    }
  });
}

/** Parses a distilled base, and the split BTF on that. */
export function parseOnDistilled(sections: Pick<DistilledFile, "btf" | "distilledBase">): {
  distilled: Btf;
  split: Btf;
} {
  const distilled = withContext({ section: ".BTF.base" }, () => parseBtf(sections.distilledBase));
  return { distilled, split: withContext({ section: ".BTF" }, () => parseBtf(sections.btf, distilled)) };
}

/** Whether a module is distilled, or says so: {@link parseOnDistilled} looks. */
export function isDistilled(module: ModuleFile): module is DistilledFile {
  return module.distilledBase !== undefined;
}

/** Taken for split BTF, a vmlinux would parse on itself, and half of what it is would be looked for in the base. */
function refuseStandalone(bytes: Uint8Array): void {
  // Strings of split BTF go on from the base's, where "" is: only BTF that stands alone begins with it.
  const header = parseHeader(bytes);
  if (header.strLen === 0 || bytes[header.hdrLen + header.strOff] !== 0 || !parses(bytes)) return;
  throw new BtfxError(
    "not-split",
    "this BTF stands alone: it is no module's, but a vmlinux's or a program's",
    { hint: "give modules, and the vmlinux that they were built against with -B" },
  );
}

function parses(bytes: Uint8Array): boolean {
  try {
    parseBtf(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The refusal of a base that a module was not built against, with the evidence and the kernel that the module names. */
export function wrongBase(module: ModuleFile, evidence: BaseEvidence, cause?: unknown): BtfxError {
  const release = module.ko?.release;
  return new BtfxError("wrong-base", explainWrongBase(evidence), {
    hint:
      release === undefined
        ? "give the vmlinux of the very build that the module was made with"
        : `the module says it was built for ${release}: give that kernel's vmlinux`,
    cause,
  });
}
