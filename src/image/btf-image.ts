import type { Btf } from "../btf/btf.ts";
import type { BtfIdsLayout } from "../btf/btf-ids.ts";
import { findBtf } from "../btf/find-btf.ts";
import { byteOrder } from "../btf/header.ts";
import { parseBtf } from "../btf/parse.ts";
import type { Codecs } from "../container/codecs.ts";
import { type ByteSource, memorySource } from "../elf/byte-source.ts";
import type { Inflate } from "../elf/compression.ts";
import { bannerIn, type LinuxBanner, linuxBanner } from "../elf/linux-banner.ts";
import { isElf } from "../elf/magic.ts";
import { moduleInfo } from "../elf/modinfo.ts";
import { type Elf, readElf } from "../elf/read.ts";
import { readBtfIds } from "../elf/read-btf-ids.ts";
import { withContext } from "../errors.ts";
import { type Inside, lookInside } from "./look-inside.ts";
import { noBtfInKernel, noBtfSection, notBtf } from "./no-btf.ts";

/**
 * A file that holds BTF: a module, a vmlinux, a BPF object, or raw BTF. Made by {@link openImage}, or by {@link
 * unpackImage} where something may be around it.
 */
export class BtfImage {
  /** The ELF file around it, undefined for raw BTF and for a kernel without sections. */
  readonly elf: Elf | undefined;
  /** `.BTF`: of a module the split BTF. */
  readonly btf: Uint8Array;
  /** The containers that were taken off, outermost first: `x86 bzImage`, `xz`. */
  readonly layers: readonly string[];
  readonly #kernel: Uint8Array | undefined;

  /** `kernel` is a kernel without sections, in which the BTF was found. */
  constructor(
    btf: Uint8Array,
    elf?: Elf,
    { layers = [], kernel }: { readonly layers?: readonly string[]; readonly kernel?: Uint8Array } = {},
  ) {
    this.btf = btf;
    this.elf = elf;
    this.layers = layers;
    this.#kernel = kernel;
  }

  /** `.BTF.base`: the distilled base of a module. */
  get distilledBase(): Uint8Array | undefined {
    return this.section(".BTF.base");
  }

  /**
   * `.BTF_ids` with the meaning of its words by its symbols, for `ModuleVerifier`; undefined if there is none. Throws
   * {@link BtfxError} `bad-btf-ids` if the symbols are missing, or describe impossible sets.
   */
  get btfIds(): ImageBtfIds | undefined {
    const { elf } = this;
    const ids = elf === undefined ? undefined : readBtfIds(elf);
    return ids && { bytes: ids.bytes, layout: ids.layout, littleEndian: this.elf?.littleEndian === true };
  }

  /**
   * Kernel release that a module was built for, undefined where the file does not say; a kernel's own is in its {@link
   * banner}.
   */
  get release(): string | undefined {
    return this.elf && moduleInfo(this.elf)?.release;
  }

  /** The kernel's banner; undefined for other files, and for raw BTF, which has none. Each call searches. */
  get banner(): LinuxBanner | undefined {
    if (this.#kernel !== undefined) return bannerIn(this.#kernel);
    return this.elf && linuxBanner(this.elf);
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
   * The BTF. A module's needs the `base` that it was built on, unless it is distilled: then its own distilled base is
   * taken. Throws {@link BtfxError} as `parseBtf` does.
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
 * Opens a file that holds BTF, given its bytes: ELF of any machine, or raw BTF, with nothing around it; {@link
 * unpackImage} takes off what is. `inflate` decompresses compressed ELF sections; kernels and modules rarely have any.
 * Throws {@link BtfxError} `bad-magic` for other bytes, `no-btf` for ELF without a `.BTF` section.
 */
export function openImage(bytes: Uint8Array, options: { readonly inflate?: Inflate } = {}): BtfImage {
  const source = memorySource(bytes);
  const form = byteOrder(bytes) !== undefined ? "raw" : isElf(bytes) ? "elf" : "other";
  const elf = form === "elf" ? readElf(source, options.inflate) : undefined;
  return imageInside({ form, source, layers: [], ...(elf && { elf }) });
}

/** Functions that the host provides for {@link unpackImage}. */
export interface UnpackImageOptions {
  /** The decompressors, or what loads them when a file needs them. */
  readonly codecs: Codecs | (() => Promise<Codecs>);
  /** Decompresses compressed ELF sections; kernels and modules rarely have any. */
  readonly inflate?: Inflate;
  /** How many bytes the file may take decompressed; 1 GiB if absent. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 1 << 30;

/**
 * Opens a file with BTF as it is on disk: a vmlinux, a vmlinuz of any form, a module, an object or raw BTF, compressed
 * or not. Its content decides what it is. From a {@link ByteSource} of a plain file, only the necessary parts are read.
 * Throws as {@link openImage} does, and {@link BtfxError} `truncated`, `bad-container`, `too-large` or `unsupported` if
 * the container is damaged or unknown.
 */
export async function unpackImage(
  file: Uint8Array | ByteSource,
  { codecs, inflate, maxBytes = DEFAULT_MAX_BYTES }: UnpackImageOptions,
): Promise<BtfImage> {
  const source = file instanceof Uint8Array ? memorySource(file) : file;
  const load = typeof codecs === "function" ? codecs : async () => codecs;
  return imageInside(await lookInside(source, { codecs: load, maxBytes, inflate }));
}

function imageInside({ form, source, layers, elf }: Inside): BtfImage {
  if (form === "other") throw notBtf(source, layers);
  if (elf !== undefined) {
    const section = elf.section(".BTF");
    if (section === undefined) throw noBtfSection(elf);
    return new BtfImage(elf.data(section), elf, { layers });
  }
  const bytes = source.read(0, source.size);
  if (form === "raw") return new BtfImage(bytes, undefined, { layers });
  const found = findBtf(bytes);
  if (found === undefined) throw noBtfInKernel(layers);
  return new BtfImage(found.bytes, undefined, { layers, kernel: bytes });
}
