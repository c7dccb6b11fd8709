import { BtfxError } from "../errors.ts";
import { ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD, type ElfForm, FieldView } from "./format.ts";

/** Largest size of a decompressed section: 20 times the BTF of a kernel, and 8 times what it takes (`BTF_MAX_SIZE`). */
const MAX_BYTES = 1 << 27;

/**
 * Decompresses zlib or zstd to at most `size` bytes. Undefined where the host does not know the method; throws an error
 * whose message says what is wrong where the bytes are damaged or hold more. Injected, since Node and browsers have
 * different ones.
 */
export type Inflate = (bytes: Uint8Array, method: "zlib" | "zstd", size: number) => Uint8Array | undefined;

/**
 * Contents of a SHF_COMPRESSED section: an `Elf64_Chdr { u32 ch_type, ch_reserved; u64 ch_size, ch_addralign }` or
 * `Elf32_Chdr { u32 ch_type, ch_size, ch_addralign }`, then the compressed bytes. Throws {@link BtfxError}.
 */
export function decompressSection(
  bytes: Uint8Array,
  form: ElfForm,
  littleEndian: boolean,
  section: string,
  inflate: Inflate | undefined,
): Uint8Array {
  if (bytes.length < form.chdrBytes) {
    throw new BtfxError(
      "truncated",
      `the section is marked as compressed, but its ${bytes.length} bytes do not hold the header of ${form.chdrBytes}`,
      { at: { section } },
    );
  }
  const view = new FieldView(bytes, form, littleEndian);
  const type = view.u32(0);
  const size = view.word(form.chSize);
  if (size > MAX_BYTES) {
    throw new BtfxError(
      "bad-elf",
      `the section announces ${size} decompressed bytes, more than ${MAX_BYTES}`,
      { at: { section } },
    );
  }
  const inflated = inflateBody(bytes.subarray(form.chdrBytes), type, size, section, inflate);
  if (inflated.length !== size) {
    throw new BtfxError("bad-elf", `the section decompresses to ${inflated.length} bytes, not ${size}`, {
      at: {
        section,
      },
    });
  }
  return inflated;
}

function inflateBody(
  bytes: Uint8Array,
  type: number,
  size: number,
  section: string,
  inflate: Inflate | undefined,
): Uint8Array {
  const method = type === ELFCOMPRESS_ZLIB ? "zlib" : type === ELFCOMPRESS_ZSTD ? "zstd" : undefined;
  let inflated: Uint8Array | undefined;
  try {
    inflated = method && inflate?.(bytes, method, size);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BtfxError("bad-elf", `the compressed section is damaged: ${reason}`, {
      at: { section },
      cause,
    });
  }
  if (inflated !== undefined) return inflated;
  throw new BtfxError(
    "unsupported",
    method === undefined
      ? `the section is compressed in an unknown way (ch_type ${type})`
      : `the section is compressed with ${method}, which cannot be read here`,
    { at: { section }, hint: "decompress it first: objcopy --decompress-debug-sections FILE" },
  );
}
