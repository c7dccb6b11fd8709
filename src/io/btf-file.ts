import { existsSync } from "node:fs";
import { byteOrder } from "../btf/header.ts";
import type { ByteSource } from "../elf/byte-source.ts";
import { isElf } from "../elf/magic.ts";
import type { Elf } from "../elf/read.ts";
import { BtfxError, withContextAsync } from "../errors.ts";
import { FileSource } from "./file-source.ts";

/** What the first bytes say that a file is. Bytes that are neither BTF nor ELF are refused when their BTF is asked for. */
export type FileForm = "raw" | "elf" | "other";

/** Bytes at the start of a file that tell its form. */
const TELLING_BYTES = 4096;

/**
 * An open file with BTF in it: raw, or ELF with sections, which is parsed once. Made by {@link openBtfFile}; whoever opens it
 * closes it. A kernel, a module, the subject of a verdict and the input of a dump are views of it.
 */
export class BtfFile {
  /** As the user wrote it. */
  readonly path: string;
  readonly form: FileForm;
  /** Where the bytes are. */
  readonly source: ByteSource;
  /** The sections; undefined unless the form is ELF. */
  readonly elf: Elf | undefined;
  readonly #close: () => void;

  constructor(path: string, form: FileForm, source: ByteSource, elf: Elf | undefined, close: () => void) {
    this.path = path;
    this.form = form;
    this.source = source;
    this.elf = elf;
    this.#close = close;
  }

  /** All bytes of the file. */
  readAll(): Uint8Array {
    return this.source.read(0, this.source.size);
  }

  /** Contents of an ELF section, undefined if there is none of that name. Throws as {@link Elf.data} does. */
  section(name: string): Uint8Array | undefined {
    const section = this.elf?.section(name);
    return section === undefined ? undefined : this.elf?.data(section);
  }

  /** The BTF: the whole of a raw file, or `.BTF`. Throws `no-btf`, or `bad-magic` if the file is neither BTF nor ELF. */
  btf(): Uint8Array {
    if (this.form === "other") throw notBtf(this.source);
    if (this.elf === undefined) return this.readAll();
    const bytes = this.section(".BTF");
    if (bytes === undefined) {
      throw new BtfxError("no-btf", "the file has no .BTF section", { hint: reasonForNoBtf(this.elf) });
    }
    return bytes;
  }

  /** The distilled base: `.BTF.base`, or of raw BTF the file NAME.BTF.base beside it. Undefined if there is none. */
  distilledBase(): Uint8Array | undefined {
    if (this.elf !== undefined) return this.section(".BTF.base");
    return existsSync(this.distilledBasePath) ? readWhole(this.distilledBasePath) : undefined;
  }

  /** Where the distilled base of raw BTF lies. */
  get distilledBasePath(): string {
    return `${this.path}.base`;
  }

  close(): void {
    this.#close();
  }
}

/**
 * Opens a file and tells its form by its first bytes. Throws `io`; `unsupported` for a form that is recognised and not read;
 * and what {@link readElf} throws for a damaged ELF file. What reads ELF is loaded only if it is.
 */
export async function openBtfFile(path: string): Promise<BtfFile> {
  const source = new FileSource(path);
  try {
    return await withContextAsync({ file: path }, async () => {
      const unpacked = unpack(source);
      const form = formOf(startOf(unpacked));
      const elf = form === "elf" ? await parseElf(unpacked) : undefined;
      return new BtfFile(path, form, unpacked, elf, () => source.close());
    });
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Opens a file, works on it and closes it. A {@link BtfxError} that leaves the work names the file. */
export async function withBtfFile<T>(path: string, work: (file: BtfFile) => T | Promise<T>): Promise<T> {
  const file = await openBtfFile(path);
  try {
    return await withContextAsync({ file: path }, async () => await work(file));
  } finally {
    file.close();
  }
}

/** All bytes of a file, whatever they are. */
export function readWhole(path: string): Uint8Array {
  const source = new FileSource(path);
  try {
    return source.read(0, source.size);
  } finally {
    source.close();
  }
}

function formOf(start: Uint8Array): FileForm {
  if (byteOrder(start) !== undefined) return "raw";
  return isElf(start) ? "elf" : "other";
}

async function parseElf(source: ByteSource): Promise<Elf> {
  const [{ readElf }, { inflate }] = await Promise.all([import("../elf/read.ts"), import("./inflate.ts")]);
  return readElf(source, inflate);
}

/** Forms that are recognised and not read, by their first bytes, with what to do about it. */
const OTHER_FORMS: readonly { magic: readonly number[]; what: string; hint: string }[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], what: "xz-compressed", hint: "unpack it first: xz -dk FILE" },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: "zstd-compressed", hint: "unpack it first: zstd -d FILE" },
  { magic: [0x1f, 0x8b], what: "gzip-compressed", hint: "unpack it first: gzip -dk FILE" },
  { magic: [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e], what: "an ar archive", hint: "extract it first" },
];
/** `HdrS` of the x86 boot protocol at this offset marks a vmlinuz. */
const BOOT_MARK = { at: 0x202, bytes: [0x48, 0x64, 0x72, 0x53] };

/** What a file holds if it is a container: the place for decompression, which gives a source in memory. */
function unpack(source: ByteSource): ByteSource {
  const start = startOf(source);
  if (byteOrder(start) !== undefined || isElf(start)) return source;
  for (const { magic, what, hint } of OTHER_FORMS) {
    if (magic.every((byte, i) => start[i] === byte)) {
      throw new BtfxError("unsupported", `the file is ${what}`, { hint });
    }
  }
  if (BOOT_MARK.bytes.every((byte, i) => start[BOOT_MARK.at + i] === byte)) {
    throw new BtfxError("unsupported", "the file is a vmlinuz, a compressed boot image", {
      hint: "give the vmlinux, or unpack it with the kernel's scripts/extract-vmlinux",
    });
  }
  return source;
}

function startOf(source: ByteSource): Uint8Array {
  return source.read(0, Math.min(source.size, TELLING_BYTES));
}

/** The refusal of a file that is neither BTF nor ELF. */
function notBtf(source: ByteSource): BtfxError {
  if (source.size === 0) return new BtfxError("truncated", "the file is empty");
  const start = startOf(source).subarray(0, 4);
  const first = Array.from(start, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new BtfxError("bad-magic", `neither BTF nor ELF: it begins with ${first}`, { at: { offset: 0 } });
}

/** Why an ELF file may have no BTF, by what it is. */
function reasonForNoBtf(elf: Elf): string {
  if (elf.section(".modinfo") !== undefined) {
    return "the module was built without BTF (no vmlinux was there at build time), or the section was stripped";
  }
  if (elf.section(".init.text") !== undefined) {
    return "the kernel was built without CONFIG_DEBUG_INFO_BTF, or the section was stripped; another vmlinux of it may have it";
  }
  return "it was built without BTF, or the section was stripped";
}
