import { findBtf } from "../../btf/find-btf.ts";
import type { Codecs } from "../../container/codecs.ts";
import type { ByteSource, MakeRoom } from "../../elf/byte-source.ts";
import type { Elf } from "../../elf/read.ts";
import { withContextAsync } from "../../errors.ts";
import { type FileForm, type Inside, lookInside } from "../../image/look-inside.ts";
import { noBtfInKernel, noBtfSection, notBtf } from "../../image/no-btf.ts";
import { inflate } from "../codecs/inflate.ts";
import type { InputFile } from "../collect.ts";
import { isThere } from "../file-names.ts";
import { type FilesBeside, filesBeside } from "../files-beside.ts";
import { maxBytesOf, type OpenLimits } from "../limits.ts";
import { type OpenSource, openSource } from "../open-source.ts";

/**
 * An open file with BTF: raw BTF, ELF with sections, which is parsed once, or a kernel's bare image. Compression or a
 * boot image around it was removed. {@link openBtfFile} makes it; the opener closes it. A kernel, a module, the subject
 * of a verdict and the input of a dump are views of it.
 */
export class BtfFile {
  /** The path as the user wrote it. */
  readonly path: string;
  readonly form: FileForm;
  /** The bytes, unpacked. */
  readonly source: ByteSource;
  /** The sections; undefined unless the form is ELF. */
  readonly elf: Elf | undefined;
  /** The containers that were removed, outermost first: `x86 bzImage`, `xz`. Empty for a plain file. */
  readonly layers: readonly string[];
  /** The limits with which it was opened. */
  readonly limits: OpenLimits;
  private readonly opened: OpenSource;
  private readonly release: Inside["release"];
  private found: Uint8Array | undefined;
  private knownBeside: FilesBeside | undefined;

  /** `beside` is undefined if nobody has looked for these files yet. */
  constructor(path: string, inside: Inside, limits: OpenLimits, opened: OpenSource, beside?: FilesBeside) {
    this.path = path;
    this.form = inside.form;
    this.source = inside.source;
    this.layers = inside.layers;
    this.elf = inside.elf;
    this.limits = limits;
    this.opened = opened;
    this.release = inside.release;
    this.knownBeside = beside;
  }

  /** All bytes of the file, unpacked. */
  readAll(room?: MakeRoom): Uint8Array {
    return this.source.read(0, this.source.size, room);
  }

  /** Contents of an ELF section, undefined if there is none of that name. Throws as {@link Elf.data} does. */
  section(name: string, room?: MakeRoom): Uint8Array | undefined {
    const section = this.elf?.section(name);
    return section === undefined ? undefined : this.elf?.data(section, room);
  }

  /**
   * The BTF: the whole of a raw file, `.BTF`, or what is found in an image. Throws `no-btf`, or `bad-magic` if the file
   * is neither BTF nor ELF nor a kernel. What is not in memory yet is read into what `room` makes.
   */
  btf(room?: MakeRoom): Uint8Array {
    if (this.form === "other") throw notBtf(this.source, this.layers);
    if (this.form === "image") return this.findInImage();
    if (this.elf === undefined) return this.readAll(room);
    const bytes = this.section(".BTF", room);
    if (bytes === undefined) throw noBtfSection(this.elf);
    return bytes;
  }

  /**
   * The distilled base: `.BTF.base`, or for raw BTF the file NAME.BTF.base beside it. Undefined if there is none.
   */
  async distilledBase(): Promise<Uint8Array | undefined> {
    if (this.elf !== undefined) return this.section(".BTF.base");
    const path = this.beside.distilledBase;
    return path === undefined ? undefined : await readRaw(path, this.limits);
  }

  /** The files that belong to raw BTF; none for other forms. */
  get beside(): FilesBeside {
    if (this.form !== "raw") return { distilledBase: undefined, ids: undefined };
    this.knownBeside ??= filesBeside(this.path, isThere);
    return this.knownBeside;
  }

  /** Whether nobody has replaced or written to the file since it was opened. */
  isAsOpened(): boolean {
    return this.opened.isAsOpened();
  }

  close(): void {
    this.opened.close();
    this.release?.();
  }

  private findInImage(): Uint8Array {
    this.found ??= findBtf(this.readAll())?.bytes;
    if (this.found !== undefined) return this.found;
    throw noBtfInKernel(this.layers);
  }
}

/**
 * Opens a file, a pipe or standard input (`-`), and recognises its form by the content. Throws `io`, what `unpack`
 * throws for a damaged container, and what {@link readElf} throws for a damaged ELF file. The code that unpacks or
 * reads ELF is loaded only if needed. `beside` are the files beside it, if they are known. `releases` says that nothing
 * of the file is used after it was closed, so that its memory can be that of the next one.
 */
export async function openBtfFile(
  path: string,
  limits: OpenLimits = {},
  beside?: FilesBeside,
  releases = false,
): Promise<BtfFile> {
  const opened = await openSource(path, maxBytesOf(limits));
  try {
    return await withContextAsync({ file: path }, async () => {
      const maxBytes = maxBytesOf(limits);
      const inside = await lookInside(opened.source, { codecs: nodeCodecs, maxBytes, inflate, releases });
      return new BtfFile(path, inside, limits, opened, beside);
    });
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Opens a file, works on it and closes it. A `BtfxError` that leaves the work names the file. */
export async function withBtfFile<T>(
  path: string,
  work: (file: BtfFile) => T | Promise<T>,
  limits: OpenLimits = {},
  beside?: FilesBeside,
  releases = false,
): Promise<T> {
  const file = await openBtfFile(path, limits, beside, releases);
  try {
    return await withContextAsync({ file: path }, async () => await work(file));
  } finally {
    file.close();
  }
}

/**
 * Opens an input of a run as {@link withBtfFile} does. Files beside it that are known are not looked for again. The
 * result must have no view of the file: the next input gets its memory.
 */
export function withInput<T>(
  { path, beside }: InputFile,
  work: (file: BtfFile) => T | Promise<T>,
): Promise<T> {
  return withBtfFile(path, work, {}, beside, true);
}

/** Reads all bytes of raw BTF, which may be compressed. */
export function readRaw(path: string, limits: OpenLimits = {}): Promise<Uint8Array> {
  return withBtfFile(path, (file) => file.readAll(), limits);
}

/** The decompressors of Node, loaded only for compressed files. */
async function nodeCodecs(): Promise<Codecs> {
  return (await import("../codecs/node-codecs.ts")).NODE_CODECS;
}
