/**
 * The library with files: what a vmlinux or a module on disk holds, and a module written back. All of `btfx` is here
 * too.
 *
 * ```ts
 * const { btf: base } = await readVmlinux("vmlinux");
 * const { split } = await withBtfFile("veth.ko.xz", async (file) => parseOnBase(await moduleIn(file), base));
 * ```
 */

export type { ModuleSignature } from "./elf/signature.ts";
export type { FileForm, Inside } from "./image/look-inside.ts";
export * from "./index.ts";
export { NODE_CODECS } from "./io/codecs/node-codecs.ts";
export type { FilesBeside } from "./io/files-beside.ts";
export type { OpenLimits } from "./io/limits.ts";
export type { OpenSource } from "./io/open-source.ts";
export { BtfFile, openBtfFile, withBtfFile } from "./io/read/btf-file.ts";
export { parseOnDistilled } from "./io/read/distilled-btf.ts";
export { findVmlinux, vmlinuxPaths } from "./io/read/find-vmlinux.ts";
export {
  type DistilledFile,
  isDistilled,
  type ModuleElf,
  type ModuleFile,
  moduleIn,
} from "./io/read/module.ts";
export { parseOnBase } from "./io/read/split-btf.ts";
export { readVmlinux, type Vmlinux } from "./io/read/vmlinux.ts";
export { type OutputFile, writeOutputs } from "./io/write/atomic-write.ts";
export type { NewIds } from "./io/write/ids-beside.ts";
export { remapIds } from "./io/write/module-ids.ts";
export { type NewSections, patchModule } from "./io/write/patched-module.ts";
