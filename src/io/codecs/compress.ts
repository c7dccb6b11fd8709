import { BtfxError } from "../../errors.ts";
import { builtin } from "../builtin.ts";

/** How a module is compressed, by the ending of its name. */
export type ModuleCompression = "gz" | "xz" | "zst";

/** The compression by the ending of a file's name; undefined if it has none. */
export function compressionByName(path: string): ModuleCompression | undefined {
  return /\.(gz|xz|zst)$/.exec(path)?.[1] as ModuleCompression | undefined;
}

/** The compression of that name in `container`, if modules can have it. */
export function compressionByForm(form: string | undefined): ModuleCompression | undefined {
  return BY_FORM.get(form ?? "");
}

const BY_FORM: ReadonlyMap<string, ModuleCompression> = new Map([
  ["gzip", "gz"],
  ["xz", "xz"],
  ["zstd", "zst"],
]);

/**
 * Throws `unsupported` if this system cannot compress modules in this way: .xz needs the program xz, since no library
 * writes it. Call this before work begins.
 */
export function needCompressor(compression: ModuleCompression | undefined): void {
  if (compression !== "xz" || hasXz()) return;
  throw new BtfxError("unsupported", "writing .ko.xz takes the program xz, which this system does not have", {
    hint: "install xz-utils, or write another form: --compress zst, gz or none",
  });
}

/** Whether this system has the program xz. */
export function hasXz(): boolean {
  isXzThere ??=
    builtin("node:child_process").spawnSync("xz", ["--version"], { stdio: "ignore" }).error === undefined;
  return isXzThere;
}

let isXzThere: boolean | undefined;

/**
 * The bytes of a module file: compressed as the kernel's `make modules_install` does it (scripts/Makefile.modinst), so
 * that the kernel can decompress it, or as they are.
 */
export async function packModule(
  bytes: Uint8Array,
  compression: ModuleCompression | undefined,
): Promise<Uint8Array> {
  return compression === undefined ? bytes : await COMPRESSORS[compression](bytes);
}

const COMPRESSORS: Readonly<
  Record<ModuleCompression, (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>>
> = { gz: gzip, xz, zst: zstd };

async function xz(bytes: Uint8Array): Promise<Uint8Array> {
  return await (await import("./xz-program.ts")).xz(bytes);
}

/** `gzip -n`: neither name nor time. */
function gzip(bytes: Uint8Array): Uint8Array {
  return builtin("node:zlib").gzipSync(bytes);
}

async function zstd(bytes: Uint8Array): Promise<Uint8Array> {
  const zlib: unknown = builtin("node:zlib");
  const native = (zlib as { zstdCompressSync?: (bytes: Uint8Array, options: object) => Uint8Array })
    .zstdCompressSync;
  if (native !== undefined) return native(bytes, { params: ZSTD_PARAMETERS, pledgedSrcSize: bytes.length });
  const { zstdWasm } = await import("./zstd-wasm.ts");
  return (await zstdWasm()).compress(bytes, ZSTD_LEVEL);
}

/**
 * The default level of the command `zstd`, and the checksum that it adds (`ZSTD_c_compressionLevel`,
 * `ZSTD_c_checksumFlag`).
 */
const ZSTD_LEVEL = 3;
const ZSTD_PARAMETERS = { 100: ZSTD_LEVEL, 201: 1 };
