import { builtin } from "../builtin.ts";

/** The functions of node:zlib in use; zstd is there from Node 22.15 on. */
interface Zlib {
  inflateSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

/** Decompresses a section of an ELF file by Node's zlib: the `Inflate` of `elf/compression`. */
export function inflate(bytes: Uint8Array, method: "zlib" | "zstd", size: number): Uint8Array | undefined {
  // Loaded when needed: kernels do not compress their BTF, and every start would pay for it.
  const zlib: Zlib = builtin("node:zlib");
  // zlib takes no limit of 0.
  const options = { maxOutputLength: Math.max(1, size) };
  try {
    const inflated =
      method === "zlib" ? zlib.inflateSync(bytes, options) : zlib.zstdDecompressSync?.(bytes, options);
    // A plain array: methods of a Buffer are not those of a Uint8Array.
    return inflated && new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new Error(`it decompresses to more than the ${size} bytes that it announces`);
  }
}
