import { basename } from "node:path";
import type { Elf } from "../../elf/read.ts";
import type { ModuleSignature } from "../../elf/signature.ts";
import { type BtfFile, readRaw } from "./btf-file.ts";

/** A module's BTF on disk: in a .ko, or in files of its own. */
export interface ModuleFile {
  readonly path: string;
  /** File name without directory and endings: `veth` of `veth.ko`, `veth.ko.xz`, `veth.btf` and `veth.BTF`. */
  readonly stem: string;
  /** The split BTF. */
  readonly btf: Uint8Array;
  /** The distilled base that the split BTF continues, if there is one. */
  readonly distilledBase: Uint8Array | undefined;
  /** The file of the distilled base, if it is not the module itself. */
  readonly distilledBasePath: string | undefined;
  /** The file with the ids of raw BTF, if it exists. */
  readonly idsPath: string | undefined;
  /** Kernel release that the module says it was built for; raw BTF does not say. */
  readonly release: string | undefined;
  /** The .ko around the BTF; undefined for raw BTF. */
  readonly ko: ModuleElf | undefined;
}

/** A module with a distilled base. */
export type DistilledFile = ModuleFile & { readonly distilledBase: Uint8Array };

/** The .ko of a module. */
export interface ModuleElf {
  readonly elf: Elf;
  /** The name by which the kernel knows the module, if the file has it. */
  readonly name: string | undefined;
  readonly vermagic: string | undefined;
  readonly signature: ModuleSignature | undefined;
  /** The containers around it, such as `xz`. */
  readonly layers: readonly string[];
  /** All bytes of the file, as long as it is open. */
  readonly bytes: () => Uint8Array;
  /** Whether nobody has replaced or written to the file since it was opened. */
  readonly isAsOpened: () => boolean;
}

/**
 * The module in an open file, ELF or raw BTF. `distilledBase` is the file of the distilled base if that is not
 * NAME.BTF.base beside raw BTF. Throws as {@link BtfFile.btf} does.
 */
export async function moduleIn(file: BtfFile, distilledBase?: string): Promise<ModuleFile> {
  const { path, elf } = file;
  const stem = stemOf(path);
  const btf = file.btf();
  if (elf === undefined) {
    const { beside } = file;
    const basePath = distilledBase ?? beside.distilledBase;
    const base = basePath === undefined ? undefined : await readRaw(basePath, file.limits);
    return {
      path,
      stem,
      btf,
      distilledBase: base,
      distilledBasePath: basePath,
      idsPath: beside.ids,
      release: undefined,
      ko: undefined,
    };
  }
  // Loaded only for a .ko, like all code for ELF.
  const [{ moduleInfo }, { moduleSignature }] = await Promise.all([
    import("../../elf/modinfo.ts"),
    import("../../elf/signature.ts"),
  ]);
  const info = moduleInfo(elf);
  const ko = {
    elf,
    name: info?.name,
    vermagic: info?.vermagic,
    signature: moduleSignature(elf.source),
    layers: file.layers,
    bytes: () => file.readAll(),
    isAsOpened: () => file.isAsOpened(),
  };
  return {
    path,
    stem,
    btf,
    distilledBase: await file.distilledBase(),
    distilledBasePath: undefined,
    idsPath: undefined,
    release: info?.release,
    ko,
  };
}

/** `veth` of `/lib/veth.ko` and of `veth.ko.xz`: the name that outputs and sections in files go by. */
export function stemOf(path: string): string {
  return basename(path).replace(/\.(ko|btf|BTF)(\.(gz|xz|zst))?$/, "");
}

/** Whether a module has a distilled base. `parseOnDistilled` finds out whether it is valid. */
export function isDistilled(module: ModuleFile): module is DistilledFile {
  return module.distilledBase !== undefined;
}
