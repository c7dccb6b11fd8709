import type { Btf } from "../../btf/btf.ts";
import { parseBtf } from "../../btf/parse.ts";
import type { LinuxBanner } from "../../elf/linux-banner.ts";
import { refuseEndlessNames } from "../../engine/rewritable.ts";
import type { FoundRelease } from "../../engine/verify/kernel-choice.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { builtin } from "../builtin.ts";
import { type BtfFile, withBtfFile } from "./btf-file.ts";
import { RUNNING_VMLINUX } from "./find-vmlinux.ts";
import { findRelease, SYSFS_BTF } from "./kernel-release.ts";

/** A kernel's own BTF, on which modules are split, with what the file says about the kernel. */
export interface Vmlinux {
  readonly path: string;
  readonly btf: Btf;
  /** The kernel release in the banner; undefined if the file has none (raw BTF). */
  readonly release: string | undefined;
  /** The release and where it was read, the banner or the path. It decides which kernel's rules judge. */
  readonly found: FoundRelease | undefined;
}

/**
 * Reads and checks the BTF of a vmlinux, ELF or raw. Of an ELF file only the section is read. Throws {@link BtfxError}
 * with the file.
 */
export function readVmlinux(path: string): Promise<Vmlinux> {
  return withBtfFile(path, async (file) => {
    const btf = parseStandalone(file);
    refuseEndlessNames(btf);
    refuseOtherMeta(file);
    const banner = (await bannerOf(file))?.release;
    const built = await builtFor(file);
    const release = banner ?? built;
    const found =
      built === undefined ? findRelease(path, banner) : { release: built, source: "vermagic" as const };
    return { path, btf, release, found };
  });
}

/** The release of a kernel that has its types in a module, btf_vmlinux.ko (CONFIG_DEBUG_INFO_BTF=m). */
async function builtFor({ elf }: BtfFile): Promise<string | undefined> {
  if (elf?.section(".modinfo") === undefined) return undefined;
  const { moduleInfo } = await import("../../elf/modinfo.ts");
  return moduleInfo(elf)?.release;
}

/** Bytes of `.BTF.meta`: the size of the types that belong to the file (u32), and their SHA-256. */
const META_BYTES = 36;

/** Throws `wrong-base` if the types are not those that `.BTF.meta` names. Without that section nothing is checked. */
function refuseOtherMeta(file: BtfFile): void {
  const meta = file.section(".BTF.meta");
  if (meta === undefined || meta.length < META_BYTES || file.elf === undefined) return;
  const bytes = file.btf();
  const size = new DataView(meta.buffer, meta.byteOffset).getUint32(0, file.elf.littleEndian);
  // Loaded when needed: few kernels have this section, and every start would pay for it.
  const { createHash } = builtin("node:crypto");
  const hash = createHash("sha256").update(bytes).digest();
  if (size === bytes.length && hash.equals(meta.subarray(4, META_BYTES))) return;
  throw new BtfxError(
    "wrong-base",
    "these types are not the ones that the file was linked with: their SHA-256 differs",
    {
      at: { section: ".BTF.meta" },
      hint: "the .BTF section was replaced; give the vmlinux as it was built, or its btf_vmlinux.ko",
    },
  );
}

/**
 * The base for files to be printed: the given one, otherwise the running kernel's for files in /sys/kernel/btf, as in
 * bpftool, and also if the running kernel's is itself among several files. Null if no base is needed.
 */
export async function readBaseFor(paths: readonly string[], given: string | undefined): Promise<Btf | null> {
  const isOfRunning = (path: string) =>
    path.startsWith(SYSFS_BTF) && (path !== RUNNING_VMLINUX || paths.some((other) => other !== path));
  const from = given ?? (paths.some(isOfRunning) ? RUNNING_VMLINUX : undefined);
  return from === undefined ? null : await withBtfFile(from, parseStandalone);
}

/**
 * Parses a base, which must stand alone. The error for a module says that it is a module, instead of asking for its
 * base.
 */
function parseStandalone(file: BtfFile): Btf {
  try {
    // A copy: a view would keep the whole unpacked kernel in memory, which is ten times as large as its types.
    const bytes = file.layers.length === 0 ? file.btf() : file.btf().slice();
    return file.elf === undefined ? parseBtf(bytes) : withContext({ section: ".BTF" }, () => parseBtf(bytes));
  } catch (error) {
    if (!(error instanceof BtfxError) || error.code !== "needs-base") throw error;
    const { offset: _, ...at } = error.at;
    throw new BtfxError("needs-base", "this is the split BTF of a module, which cannot be a base", {
      at,
      hint: "-B takes the vmlinux; are module and vmlinux swapped?",
      cause: error,
    });
  }
}

/** The banner of the kernel in an ELF file or an image. */
export async function bannerOf(file: BtfFile): Promise<LinuxBanner | undefined> {
  if (file.elf === undefined && file.form !== "image") return undefined;
  const { bannerIn, linuxBanner } = await import("../../elf/linux-banner.ts");
  return file.elf === undefined ? bannerIn(file.readAll()) : linuxBanner(file.elf);
}
