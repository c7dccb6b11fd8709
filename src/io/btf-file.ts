import { existsSync } from "node:fs";
import { findBtf } from "../btf/find-btf.ts";
import { byteOrder } from "../btf/header.ts";
import { type ByteSource, memorySource } from "../elf/byte-source.ts";
import { isElf } from "../elf/magic.ts";
import type { Elf } from "../elf/read.ts";
import { BtfxError, withContextAsync } from "../errors.ts";
import { maxBytesOf, type OpenLimits } from "./limits.ts";
import { openSource } from "./open-source.ts";

/** What a file is inside. Bytes that are neither BTF nor ELF are refused when their BTF is asked for. */
export type FileForm = "raw" | "elf" | "image" | "other";

/**
 * An open file with BTF in it: raw, ELF with sections, which is parsed once, or a kernel's bare image; what was around it,
 * compression or a boot image, is taken off. Made by {@link openBtfFile}; whoever opens it closes it. A kernel, a module,
 * the subject of a verdict and the input of a dump are views of it.
 */
export class BtfFile {
  /** As the user wrote it. */
  readonly path: string;
  readonly form: FileForm;
  /** Where the bytes are, unpacked. */
  readonly source: ByteSource;
  /** The sections; undefined unless the form is ELF. */
  readonly elf: Elf | undefined;
  /** What was taken off, outermost first: `x86 bzImage`, `xz`. Empty for a plain file. */
  readonly layers: readonly string[];
  private readonly limits: OpenLimits;
  private readonly closeSource: () => void;
  private found: Uint8Array | undefined;

  constructor(
    path: string,
    inside: Inside,
    elf: Elf | undefined,
    limits: OpenLimits,
    closeSource: () => void,
  ) {
    this.path = path;
    this.form = inside.form;
    this.source = inside.source;
    this.layers = inside.layers;
    this.elf = elf;
    this.limits = limits;
    this.closeSource = closeSource;
  }

  /** All bytes of the file, unpacked. */
  readAll(): Uint8Array {
    return this.source.read(0, this.source.size);
  }

  /** Contents of an ELF section, undefined if there is none of that name. Throws as {@link Elf.data} does. */
  section(name: string): Uint8Array | undefined {
    const section = this.elf?.section(name);
    return section === undefined ? undefined : this.elf?.data(section);
  }

  /**
   * The BTF: the whole of a raw file, `.BTF`, or what is found in an image. Throws `no-btf`, or `bad-magic` if the file is
   * neither BTF nor ELF nor a kernel.
   */
  btf(): Uint8Array {
    if (this.form === "other") throw notBtf(this.source, this.layers);
    if (this.form === "image") return this.findInImage();
    if (this.elf === undefined) return this.readAll();
    const bytes = this.section(".BTF");
    if (bytes === undefined) {
      throw new BtfxError("no-btf", "the file has no .BTF section", { hint: reasonForNoBtf(this.elf) });
    }
    return bytes;
  }

  /**
   * The distilled base: `.BTF.base`, or of raw BTF the file NAME.BTF.base beside it, which may be compressed as the file is.
   * Undefined if there is none.
   */
  async distilledBase(): Promise<Uint8Array | undefined> {
    if (this.elf !== undefined) return this.section(".BTF.base");
    const path = this.distilledBasePath;
    return this.form === "raw" && path !== undefined ? await readRaw(path, this.limits) : undefined;
  }

  /** Where the distilled base of raw BTF lies, if it is there. */
  get distilledBasePath(): string | undefined {
    const packed = /\.(gz|xz|zst)$/.exec(this.path)?.[0];
    const plain = `${this.path.slice(0, this.path.length - (packed?.length ?? 0))}.base`;
    return (packed === undefined ? [plain] : [plain + packed, plain]).find((path) => existsSync(path));
  }

  close(): void {
    this.closeSource();
  }

  private findInImage(): Uint8Array {
    this.found ??= findBtf(this.readAll())?.bytes;
    if (this.found !== undefined) return this.found;
    throw new BtfxError("no-btf", `no BTF was found in the kernel (${this.layers.join(" > ")})`, {
      hint: "it was built without CONFIG_DEBUG_INFO_BTF; another kernel's package may have it",
    });
  }
}

/** What a file is once everything around it is taken off. */
interface Inside {
  readonly form: FileForm;
  readonly source: ByteSource;
  readonly layers: readonly string[];
}

/**
 * Opens a file, a pipe or standard input (`-`), and tells by its content what it is. Throws `io`; what `unpack` throws for a
 * damaged container; and what {@link readElf} throws for a damaged ELF file. What unpacks, and what reads ELF, is loaded
 * only if it is needed.
 */
export async function openBtfFile(path: string, limits: OpenLimits = {}): Promise<BtfFile> {
  const { source, close } = await openSource(path, maxBytesOf(limits));
  try {
    return await withContextAsync({ file: path }, async () => {
      const inside = await lookInside(source, limits);
      const elf = inside.form === "elf" ? await parseElf(inside.source) : undefined;
      return new BtfFile(path, inside, elf, limits, close);
    });
  } catch (error) {
    close();
    throw error;
  }
}

/** Opens a file, works on it and closes it. A {@link BtfxError} that leaves the work names the file. */
export async function withBtfFile<T>(
  path: string,
  work: (file: BtfFile) => T | Promise<T>,
  limits: OpenLimits = {},
): Promise<T> {
  const file = await openBtfFile(path, limits);
  try {
    return await withContextAsync({ file: path }, async () => await work(file));
  } finally {
    file.close();
  }
}

/** All bytes of a file that is raw BTF, perhaps compressed. */
export function readRaw(path: string, limits: OpenLimits = {}): Promise<Uint8Array> {
  return withBtfFile(path, (file) => file.readAll(), limits);
}

/** Bytes at the start of a file that tell plain ELF and BTF. */
const TELLING_BYTES = 64;

/** A plain file stays where it is; what is around others is taken off in memory. */
async function lookInside(source: ByteSource, limits: OpenLimits): Promise<Inside> {
  const start = startOf(source, TELLING_BYTES);
  if (byteOrder(start) !== undefined) return { form: "raw", source, layers: [] };
  if (isElf(start)) return { form: "elf", source, layers: [] };
  const { isPacked, PACKED_START_BYTES, unpack } = await import("../container/unpack.ts");
  if (!isPacked(startOf(source, PACKED_START_BYTES))) return { form: "other", source, layers: [] };
  const { NODE_CODECS } = await import("./node-codecs.ts");
  const options = { codecs: NODE_CODECS, maxBytes: maxBytesOf(limits) };
  const { bytes, form, layers } = await unpack(source.read(0, source.size), options);
  return { form: form === "btf" ? "raw" : form, source: memorySource(bytes), layers };
}

async function parseElf(source: ByteSource): Promise<Elf> {
  const [{ readElf }, { inflate }] = await Promise.all([import("../elf/read.ts"), import("./inflate.ts")]);
  return readElf(source, inflate);
}

function startOf(source: ByteSource, most: number): Uint8Array {
  return source.read(0, Math.min(source.size, most));
}

const AR_MAGIC = "!<arch>\n";

/** The refusal of a file that is neither BTF nor ELF. */
function notBtf(source: ByteSource, layers: readonly string[]): BtfxError {
  const at = layers.length === 0 ? {} : { section: layers.join(" > ") };
  if (source.size === 0) return new BtfxError("truncated", "the file is empty", { at });
  const start = startOf(source, AR_MAGIC.length);
  if (String.fromCharCode(...start) === AR_MAGIC) {
    return new BtfxError("unsupported", "the file is an ar archive", { at, hint: "extract it first" });
  }
  const first = Array.from(start.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new BtfxError("bad-magic", `neither BTF nor ELF: it begins with ${first}`, {
    at: { ...at, offset: 0 },
  });
}

/** Why an ELF file may have no BTF, by what it is. */
function reasonForNoBtf(elf: Elf): string {
  if (elf.section(".modinfo") !== undefined) {
    return "the module was built without BTF (no vmlinux was there at build time), or the section was stripped";
  }
  if (elf.section(".BTF.meta") !== undefined) {
    return "the kernel keeps its types in a module, btf_vmlinux.ko: give that";
  }
  if (elf.section(".init.text") !== undefined) {
    return "the kernel was built without CONFIG_DEBUG_INFO_BTF, or the section was stripped; another vmlinux of it may have it";
  }
  return "it was built without BTF, or the section was stripped";
}
