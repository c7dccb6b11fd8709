import type { Btf } from "../../btf/btf.ts";
import { refuseEndlessText } from "../../btf/endless-text.ts";
import { parseBtf } from "../../btf/parse.ts";
import { wrongBase } from "../../engine/parse-split.ts";
import { BtfxError, withContext } from "../../errors.ts";
import { type BtfFile, withBtfFile } from "./btf-file.ts";
import { parseOnDistilled } from "./distilled-btf.ts";
import { vmlinuxOf } from "./find-vmlinux.ts";
import { type ModuleFile, moduleIn } from "./module.ts";
import { parseOnBase } from "./split-btf.ts";

/** The types of a file that is compared with another. */
export interface Compared {
  readonly path: string;
  readonly btf: Btf;
}

/**
 * Reads the types of a kernel, a module or another file. Split BTF is read on its distilled base if it has one, else on
 * `base`, else on the vmlinux that the module's vermagic names; `readBase` reads these. Throws `wrong-base` for a base
 * on which it was not built, and `unsupported` for names without end.
 */
export function readCompared(
  path: string,
  base: string | undefined,
  readBase: (path: string) => Promise<Btf>,
): Promise<Compared> {
  return withBtfFile(path, async (file) => {
    const btf = await typesOf(file, base, readBase);
    refuseEndlessText(btf, true);
    return { path, btf };
  });
}

async function typesOf(
  file: BtfFile,
  base: string | undefined,
  readBase: (path: string) => Promise<Btf>,
): Promise<Btf> {
  const module = await moduleIn(file);
  if (module.distilledBase !== undefined) return splitOf(module, null);
  const alone = base === undefined ? parseAlone(file) : undefined;
  if (alone !== undefined) return alone;
  const kernel = await readBase(base ?? vmlinuxOf(module));
  try {
    return splitOf(module, kernel);
  } catch (error) {
    // A kernel among modules, or kernels with a base that they do not need.
    if (error instanceof BtfxError && error.code === "not-split") return parseBtf(module.btf);
    throw error;
  }
}

/** Reads a module's types on its distilled base if it has one, otherwise on the kernel that it was built against. */
export function readSplitOn(path: string, kernel: Btf): Promise<Btf> {
  return withBtfFile(path, async (file) => splitOf(await moduleIn(file), kernel));
}

function splitOf(module: ModuleFile, kernel: Btf | null): Btf {
  const { distilledBase } = module;
  if (distilledBase !== undefined) return parseOnDistilled({ ...module, distilledBase }).split;
  if (kernel === null) throw new BtfxError("not-split", "the module has no distilled base");
  const { split, evidence } = parseOnBase(module, kernel);
  if (evidence.wrong) throw wrongBase(evidence, module.release);
  return split;
}

/** The types of a file that needs no base; undefined if it needs one. */
function parseAlone(file: BtfFile): Btf | undefined {
  try {
    return withContext(file.elf === undefined ? {} : { section: ".BTF" }, () => parseBtf(file.btf()));
  } catch (error) {
    if (error instanceof BtfxError && error.code === "needs-base") return undefined;
    throw error;
  }
}
