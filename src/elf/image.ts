import type { Btf } from "../btf/btf.ts";
import type { BtfIdsLayout } from "../btf/btf-ids.ts";
import { byteOrder } from "../btf/header.ts";
import { parseBtf } from "../btf/parse.ts";
import { BtfxError, withContext } from "../errors.ts";
import { memorySource } from "./byte-source.ts";
import type { Inflate } from "./compression.ts";
import { isElf } from "./magic.ts";
import { moduleInfo } from "./modinfo.ts";
import { type Elf, readElf } from "./read.ts";
import { readBtfIds } from "./read-btf-ids.ts";

/** A file in memory that holds BTF: a module, a vmlinux, a BPF object, or raw BTF. Made by {@link openImage}. */
export class BtfImage {
  /** The ELF file around it, undefined for raw BTF. */
  readonly elf: Elf | undefined;
  /** `.BTF`: of a module the split BTF. */
  readonly btf: Uint8Array;

  constructor(btf: Uint8Array, elf?: Elf) {
    this.btf = btf;
    this.elf = elf;
  }

  /** `.BTF.base`, what a distilled module brings of its base. */
  get distilledBase(): Uint8Array | undefined {
    return this.section(".BTF.base");
  }

  /**
   * `.BTF_ids` with what its symbols say of its words, as `ModuleVerifier` takes it; undefined if there is none. Throws
   * {@link BtfxError} `bad-btf-ids` where the symbols are gone, or describe sets that cannot be.
   */
  get btfIds(): ImageBtfIds | undefined {
    const { elf } = this;
    const ids = elf === undefined ? undefined : readBtfIds(elf);
    return ids && { bytes: ids.bytes, layout: ids.layout, littleEndian: this.elf?.littleEndian === true };
  }

  /** Kernel release that a module was built for, undefined where the file does not say. */
  get release(): string | undefined {
    return this.elf && moduleInfo(this.elf)?.release;
  }

  /** Bytes of a pointer on the machine that the file was made for; raw BTF does not say. */
  get pointerSize(): 4 | 8 | undefined {
    return this.elf && (this.elf.is64 ? 8 : 4);
  }

  /** Contents of an ELF section, decompressed; undefined if there is none of that name. */
  section(name: string): Uint8Array | undefined {
    const section = this.elf?.section(name);
    return section && this.elf?.data(section);
  }

  /**
   * The BTF. A module's needs the `base` that it was built on, unless it is distilled: then its own distilled base is taken.
   * Throws {@link BtfxError} as `parseBtf` does.
   */
  parse(base?: Btf | null): Btf {
    const { distilledBase } = this;
    const below =
      base === undefined && distilledBase !== undefined
        ? withContext({ section: ".BTF.base" }, () => parseBtf(distilledBase))
        : (base ?? null);
    return withContext(this.elf === undefined ? {} : { section: ".BTF" }, () => parseBtf(this.btf, below));
  }
}

/** A `.BTF_ids` section and what its words are. */
export interface ImageBtfIds {
  readonly bytes: Uint8Array;
  readonly layout: BtfIdsLayout;
  readonly littleEndian: boolean;
}

/**
 * Opens a file that holds BTF, given its bytes: ELF of any machine, or raw BTF. `inflate` decompresses compressed ELF
 * sections; kernels and modules rarely have any. Throws {@link BtfxError} `bad-magic` for other bytes, `no-btf` for ELF without
 * a `.BTF` section.
 */
export function openImage(bytes: Uint8Array, options: { readonly inflate?: Inflate } = {}): BtfImage {
  if (byteOrder(bytes) !== undefined) return new BtfImage(bytes);
  if (!isElf(bytes)) throw new BtfxError("bad-magic", "neither BTF nor ELF", { at: { offset: 0 } });
  const elf = readElf(memorySource(bytes), options.inflate);
  const section = elf.section(".BTF");
  if (section === undefined) {
    throw new BtfxError("no-btf", "the file has no .BTF section", {
      hint: "it was built without BTF, or the section was stripped",
    });
  }
  return new BtfImage(elf.data(section), elf);
}
