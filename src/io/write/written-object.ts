import { withoutCoreRelocations } from "../../btf/ext.ts";
import { overwriteSections } from "../../elf/overwrite.ts";
import { BtfxError } from "../../errors.ts";
import { packModule } from "../codecs/compress.ts";
import { isStream } from "../open-source.ts";
import type { BtfFile } from "../read/btf-file.ts";
import type { OutputPlan } from "./outputs.ts";
import { compressionOf, place, type WriteOptions } from "./written-module.ts";

/**
 * Writes a BPF object with patched instructions: `code` has them by section number. The relocations are removed from
 * `.BTF.ext`; all other bytes stay. `base` is a file that was read for it. Returns the paths. Throws as `writeModule`
 * does.
 */
export async function writeObject(
  file: BtfFile,
  code: ReadonlyMap<number, Uint8Array>,
  plan: OutputPlan,
  options: WriteOptions,
  base: string,
): Promise<string[]> {
  const { path, layers } = file;
  const forModules = options.detached === true ? "--detached" : options.signWith && "--sign-with";
  if (forModules !== undefined) {
    throw new BtfxError("usage", `${forModules} is for modules, and this is a BPF object`, {
      at: { file: path },
      hint: "leave it out",
    });
  }
  if (options.inPlace && isStream(path)) {
    throw new BtfxError("usage", "--in-place is for files: nothing can be written back into a pipe", {
      at: { file: path },
      hint: "give an -o",
    });
  }
  const bytes = await packModule(relocatedBytes(file, code), compressionOf(plan.object, { layers }, options));
  return place(path, [{ path: plan.object, bytes }], plan, options, base);
}

function relocatedBytes(file: BtfFile, code: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const { elf } = file;
  if (elf === undefined) throw new Error("a BPF object is an ELF file");
  const contents = new Map(code);
  const ext = elf.section(".BTF.ext");
  if (ext !== undefined) contents.set(ext.index, withoutCoreRelocations(elf.data(ext)));
  return overwriteSections(file.readAll(), elf, contents);
}
