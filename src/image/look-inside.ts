import { byteOrder } from "../btf/header.ts";
import type { Codecs } from "../container/codecs.ts";
import { BOOT_PROGRAM } from "../container/images.ts";
import type { Around } from "../container/unpack.ts";
import { type ByteSource, memorySource } from "../elf/byte-source.ts";
import type { Inflate } from "../elf/compression.ts";
import { isElf } from "../elf/magic.ts";
import type { Elf, Section } from "../elf/read.ts";

/**
 * What a file contains: raw BTF, ELF with sections, a kernel without sections, in which `findBtf` searches, or
 * something unknown.
 */
export type FileForm = "raw" | "elf" | "image" | "other";

/** The content of a file after unpacking. */
export interface Inside {
  readonly form: FileForm;
  /** Where the bytes are, unpacked. */
  readonly source: ByteSource;
  /** The containers that were taken off, outermost first: `x86 bzImage`, `xz`. Empty for a plain file. */
  readonly layers: readonly string[];
  /** The sections of ELF. */
  readonly elf?: Elf;
  /** Gives the memory of the bytes to the next file; absent if it is not used again. */
  readonly release?: (() => void) | undefined;
}

/** Settings for unpacking a file. */
export interface Unpacking {
  /** Loads the decompressors; called for packed files only. */
  readonly codecs: () => Promise<Codecs>;
  /** How many bytes a layer may take decompressed. */
  readonly maxBytes: number;
  /** Decompresses sections of ELF. */
  readonly inflate: Inflate | undefined;
  /** Whether the caller calls {@link Inside.release} when the content is not used any more. */
  readonly releases?: boolean;
}

/**
 * Sections with a compressed kernel: `arch/powerpc/boot/wrapper`, and the `vmlinux.lds` and `piggy.S` in `compressed` or
 * `boot/compressed` of x86 and others. That of MIPS is in `.data`.
 */
const KERNEL_SECTIONS: readonly string[] = [
  ".kernel:vmlinux.strip",
  ".rodata..compressed",
  ".rodata.compressed",
  ".image",
];

/** Bytes at the start of a file that tell plain ELF and BTF. */
const TELLING_BYTES = 64;

/**
 * Decides by its content what a file is. A plain file is not read any further; others are unpacked in memory by
 * `unpack`, which is loaded only if it is needed. Throws as `unpack` does.
 */
export async function lookInside(source: ByteSource, unpacking: Unpacking): Promise<Inside> {
  const start = startOf(source, TELLING_BYTES);
  if (byteOrder(start) !== undefined) return { form: "raw", source, layers: [] };
  if (isElf(start)) return lookInsideElf(source, unpacking, []);
  const { isPacked, PACKED_START_BYTES } = await import("../container/unpack.ts");
  if (!isPacked(startOf(source, PACKED_START_BYTES))) return { form: "other", source, layers: [] };
  return unpacked(source.read(0, source.size), unpacking);
}

async function unpacked(bytes: Uint8Array, unpacking: Unpacking, around?: Around): Promise<Inside> {
  const { unpack } = await import("../container/unpack.ts");
  const { maxBytes, releases = false } = unpacking;
  const inner = await unpack(bytes, { codecs: await unpacking.codecs(), maxBytes, releases }, around);
  const source = memorySource(inner.bytes);
  const { form, layers, release } = inner;
  if (form !== "elf") return { form: form === "btf" ? "raw" : form, source, layers, release };
  // The kernel in a boot program has its own memory.
  return { release, ...(await lookInsideElf(source, unpacking, layers)) };
}

/** The kernel of a boot program, otherwise the file as it is. */
async function lookInsideElf(
  source: ByteSource,
  unpacking: Unpacking,
  layers: readonly string[],
): Promise<Inside> {
  const { readElf } = await import("../elf/read.ts");
  const elf = readElf(source, unpacking.inflate);
  const section = kernelSection(elf);
  if (section === undefined || layers.includes(BOOT_PROGRAM.name))
    return { form: "elf", source, layers, elf };
  const around = { image: BOOT_PROGRAM, origin: layers.length === 0 ? section.offset : 0 };
  const inside = await unpacked(elf.rawData(section), unpacking, around);
  return { ...inside, layers: [...layers, ...inside.layers] };
}

/** The section of a boot program that has its kernel. */
function kernelSection(elf: Elf): Section | undefined {
  const named = KERNEL_SECTIONS.map((name) => elf.section(name)).find((section) => section !== undefined);
  if (named !== undefined) return named;
  const isMipsProgram = elf.section(".appended_dtb") !== undefined && elf.section(".init.text") === undefined;
  return isMipsProgram ? elf.section(".data") : undefined;
}

/** The first bytes of a file, at most `most`. */
export function startOf(source: ByteSource, most: number): Uint8Array {
  return source.read(0, Math.min(source.size, most));
}
