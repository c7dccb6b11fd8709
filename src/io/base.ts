import type { Btf } from "../btf/btf.ts";
import { parseBtf } from "../btf/parse.ts";
import { linuxBanner } from "../elf/linux-banner.ts";
import { refuseEndlessNames } from "../engine/rewritable.ts";
import { BtfxError, withContext } from "../errors.ts";
import { openInput, sectionBytes } from "./input.ts";

/** A kernel's BTF with what the file says of the kernel. */
export interface BaseFile {
  readonly path: string;
  readonly btf: Btf;
  /** Kernel release by the banner, undefined where the file has none (raw BTF). */
  readonly release: string | undefined;
}

/** Reads and checks the BTF of a vmlinux, ELF or raw; of an ELF file only the section. Throws {@link BtfxError} with the file in it. */
export function readBase(path: string): BaseFile {
  const input = openInput(path);
  try {
    return withContext({ file: path }, () => {
      if (input.form === "raw") return { path, btf: parseBase(input.source.readAll()), release: undefined };
      const bytes = sectionBytes(input.elf, ".BTF");
      if (bytes === undefined) {
        throw new BtfxError("no-btf", "the file has no .BTF section", {
          hint: "the kernel was built without CONFIG_DEBUG_INFO_BTF, or the section was stripped; another vmlinux of it may have it",
        });
      }
      const btf = withContext({ section: ".BTF" }, () => parseBase(bytes));
      return { path, btf, release: linuxBanner(input.elf)?.release };
    });
  } finally {
    input.source.close();
  }
}

/** A base stands alone. A module in its place gets told so, instead of being asked for a base of its own. */
function parseBase(bytes: Uint8Array): Btf {
  try {
    const btf = parseBtf(bytes);
    refuseEndlessNames(btf);
    return btf;
  } catch (error) {
    if (!(error instanceof BtfxError) || error.code !== "needs-base") throw error;
    throw new BtfxError("needs-base", "this is the split BTF of a module, which cannot be a base", {
      at: error.at,
      hint: "-B takes the vmlinux; are module and vmlinux swapped?",
      cause: error,
    });
  }
}
