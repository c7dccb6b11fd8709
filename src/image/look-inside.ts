import { byteOrder } from "../btf/header.ts";
import type { Codecs } from "../container/codecs.ts";
import { type ByteSource, memorySource } from "../elf/byte-source.ts";
import { isElf } from "../elf/magic.ts";

/**
 * The content of a file: BTF alone, ELF with sections, a kernel's bare image, in which `findBtf` searches, or nothing
 * of which this program knows.
 */
export type FileForm = "raw" | "elf" | "image" | "other";

/** A file once everything around it is taken off. */
export interface Inside {
  readonly form: FileForm;
  /** Where the bytes are, unpacked. */
  readonly source: ByteSource;
  /** The containers that were taken off, outermost first: `x86 bzImage`, `xz`. Empty for a plain file. */
  readonly layers: readonly string[];
}

/** Settings for unpacking a file. */
export interface Unpacking {
  /** Loads the decompressors; called for packed files only. */
  readonly codecs: () => Promise<Codecs>;
  /** How many bytes a layer may take decompressed. */
  readonly maxBytes: number;
}

/** Bytes at the start of a file that tell plain ELF and BTF. */
const TELLING_BYTES = 64;

/**
 * Tells by its content what a file is. A plain one stays where it is; what is around others is taken off in memory, as
 * `unpack` does it, which is loaded only if it is needed. Throws as that does.
 */
export async function lookInside(source: ByteSource, { codecs, maxBytes }: Unpacking): Promise<Inside> {
  const start = startOf(source, TELLING_BYTES);
  if (byteOrder(start) !== undefined) return { form: "raw", source, layers: [] };
  if (isElf(start)) return { form: "elf", source, layers: [] };
  const { isPacked, PACKED_START_BYTES, unpack } = await import("../container/unpack.ts");
  if (!isPacked(startOf(source, PACKED_START_BYTES))) return { form: "other", source, layers: [] };
  const options = { codecs: await codecs(), maxBytes };
  const { bytes, form, layers } = await unpack(source.read(0, source.size), options);
  return { form: form === "btf" ? "raw" : form, source: memorySource(bytes), layers };
}

/** The first bytes of a file, at most so many. */
export function startOf(source: ByteSource, most: number): Uint8Array {
  return source.read(0, Math.min(source.size, most));
}
