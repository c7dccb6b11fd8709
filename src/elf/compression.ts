import { BtfxError } from "../errors.ts";
import { ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD, type ElfForm, FieldView } from "./format.ts";

/** What a decompressed section may take at most: 20 times the BTF of a kernel, and 8 times what it takes (`BTF_MAX_SIZE`). */
const MAX_BYTES = 1 << 27;

/** The functions of node:zlib in use; zstd is there from Node 22.15 on. */
interface Zlib {
  inflateSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

/**
 * Contents of a SHF_COMPRESSED section: an `Elf64_Chdr { u32 ch_type, ch_reserved; u64 ch_size, ch_addralign }` or
 * `Elf32_Chdr { u32 ch_type, ch_size, ch_addralign }`, then the compressed bytes. Throws {@link BtfxError}.
 */
export function decompressSection(
  bytes: Uint8Array,
  form: ElfForm,
  littleEndian: boolean,
  section: string,
): Uint8Array {
  if (bytes.length < form.chdrBytes) {
    throw new BtfxError(
      "truncated",
      `the section is marked as compressed, but its ${bytes.length} bytes do not hold the header of ${form.chdrBytes}`,
      { section },
    );
  }
  const view = new FieldView(bytes, form, littleEndian);
  const type = view.u32(0);
  const size = view.word(form.chSize);
  if (size > MAX_BYTES) {
    throw new BtfxError(
      "bad-elf",
      `the section announces ${size} decompressed bytes, more than ${MAX_BYTES}`,
      {
        section,
      },
    );
  }
  const inflated = inflate(bytes.subarray(form.chdrBytes), type, size, section);
  if (inflated.length !== size) {
    throw new BtfxError("bad-elf", `the section decompresses to ${inflated.length} bytes, not ${size}`, {
      section,
    });
  }
  return new Uint8Array(inflated.buffer, inflated.byteOffset, size);
}

function inflate(bytes: Uint8Array, type: number, size: number, section: string): Uint8Array {
  // Loaded when needed: kernels do not compress their BTF, and every start would pay for it.
  const zlib: Zlib = process.getBuiltinModule("node:zlib");
  // zlib takes no limit of 0.
  const options = { maxOutputLength: Math.max(1, size) };
  try {
    if (type === ELFCOMPRESS_ZLIB) return zlib.inflateSync(bytes, options);
    if (type === ELFCOMPRESS_ZSTD && zlib.zstdDecompressSync !== undefined) {
      return zlib.zstdDecompressSync(bytes, options);
    }
  } catch (cause) {
    const reason = isTooLarge(cause)
      ? `it decompresses to more than the ${size} bytes that it announces`
      : cause instanceof Error
        ? cause.message
        : String(cause);
    throw new BtfxError(
      "bad-elf",
      `the compressed section is damaged: ${reason}`,
      { section },
      undefined,
      cause,
    );
  }
  throw new BtfxError(
    "unsupported",
    type === ELFCOMPRESS_ZSTD
      ? "the section is compressed with zstd, which this version of Node cannot read"
      : `the section is compressed in an unknown way (ch_type ${type})`,
    { section },
    "decompress it first: objcopy --decompress-debug-sections FILE, or use Node 22.15 or later",
  );
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
}
